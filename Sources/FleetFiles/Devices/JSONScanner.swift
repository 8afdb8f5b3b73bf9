/// Tokens of a JSON text (RFC 8259) from a sliding window. Strict: no comments, no trailing commas, no bad UTF-8.
struct JSONScanner: ~Copyable {
    /// The longest text, in bytes after its escapes are resolved.
    static let maximumText = 4096
    /// How deep a value that nobody reads may nest.
    static let maximumDepth = 32

    var window: ByteWindow
    private let scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: maximumText + 4)

    init(_ window: consuming ByteWindow) { self.window = window }

    deinit { scratch.deallocate() }

    /// The byte at the cursor after white space; nil at the end of the stream.
    mutating func peek() -> UInt8? {
        while window.cursor < window.limit {
            switch window.bytes[window.cursor] {
            case 0x20, 0x09, 0x0d: window.cursor += 1
            case 0x0a: window.passLineFeed()
            case let byte: return byte
            }
        }
        return nil
    }

    /// The byte after white space, which must be there. Long white space between records is passed over.
    mutating func next(in what: String) throws(ReadFault) -> UInt8 {
        while true {
            if let byte = peek() { return byte }
            guard try window.fill() else { throw window.cutOff(what) }
        }
    }

    /// Moves past one punctuation mark.
    mutating func expect(_ mark: Unicode.Scalar, _ what: String) throws(ReadFault) {
        let byte = try next(in: what)
        guard byte == UInt8(ascii: mark) else { throw unexpected("\(mark)", what) }
        window.cursor += 1
    }

    /// Moves past this mark if it comes next.
    mutating func pass(_ mark: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: mark) else { return false }
        window.cursor += 1
        return true
    }

    /// The fault of a byte that does not belong here.
    func unexpected(_ wanted: String, _ what: String) -> ReadFault {
        let byte = window.bytes[window.cursor]
        if byte >= 0x80, UTF8Check.sequenceLength(window.bytes, at: window.cursor, limit: window.limit) == 0 {
            return UTF8Check.badByte(byte, at: window.place)
        }
        let found = byte > 0x20 && byte < 0x7f ? "`\(Unicode.Scalar(byte))`" : "a byte \(byte)"
        return ReadFault(
            place: window.place, message: "expected `\(wanted)` in \(what), found \(found)", remedy: remedy(byte))
    }

    private func remedy(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "'"): "write texts in double quotes"
        case UInt8(ascii: "/"), UInt8(ascii: "#"): "JSON has no comments: remove it"
        case UInt8(ascii: "]"), UInt8(ascii: "}"): "is a comma left over before it?"
        case UInt8(ascii: "\""): "is a comma missing before it?"
        default: "correct the JSON"
        }
    }

    /// A text; its bytes are valid until the next call.
    mutating func text(in what: String) throws(ReadFault) -> UnsafeBufferPointer<UInt8> {
        guard try next(in: what) == UInt8(ascii: "\"") else { throw unexpected("\"", what) }
        let start = window.cursor + 1
        var index = start
        while index < window.limit {
            let byte = window.bytes[index]
            if byte == UInt8(ascii: "\"") {
                window.cursor = index + 1
                guard index - start <= Self.maximumText else { throw tooLong() }
                return UnsafeBufferPointer(start: window.bytes + start, count: index - start)
            }
            if byte == UInt8(ascii: "\\") { return try unescapedText(from: start, upTo: index, in: what) }
            if byte < 0x20 || byte >= 0x80 { index += try passUnusual(at: index) } else { index += 1 }
        }
        window.cursor = window.limit
        throw window.cutOff(what)
    }

    /// The length of a character beyond ASCII; control characters and bad UTF-8 are refused.
    private mutating func passUnusual(at index: Int) throws(ReadFault) -> Int {
        let byte = window.bytes[index]
        let length = byte < 0x20 ? 0 : UTF8Check.sequenceLength(window.bytes, at: index, limit: window.limit)
        if length > 0 {
            window.noteContinuations(length - 1)
            return length
        }
        window.cursor = index
        if byte >= 0x20 { throw UTF8Check.badByte(byte, at: window.place) }
        throw ReadFault(
            place: window.place, message: "a line end or control character inside a text",
            remedy: "close the quotes, or write it as an escape such as \\n")
    }

    private func tooLong() -> ReadFault {
        ReadFault(place: window.place, message: "a text longer than \(Self.maximumText) bytes", remedy: "shorten it")
    }
}

extension JSONScanner {
    /// The rest of a text from its first backslash on, with escapes resolved into the scratch space.
    private mutating func unescapedText(
        from start: Int, upTo backslash: Int, in what: String
    ) throws(ReadFault) -> UnsafeBufferPointer<UInt8> {
        var length = backslash - start
        guard length <= Self.maximumText else { throw tooLong() }
        for offset in 0..<length { scratch[offset] = window.bytes[start + offset] }
        window.cursor = backslash
        while window.cursor < window.limit {
            guard length <= Self.maximumText else { throw tooLong() }
            let byte = window.bytes[window.cursor]
            if byte == UInt8(ascii: "\"") {
                window.cursor += 1
                return UnsafeBufferPointer(rebasing: scratch[..<length])
            }
            if byte == UInt8(ascii: "\\") {
                for unit in UTF8.encode(try escape(in: what)) ?? UTF8.encodedReplacementCharacter {
                    scratch[length] = unit
                    length += 1
                }
            } else {
                let count = byte < 0x20 || byte >= 0x80 ? try passUnusual(at: window.cursor) : 1
                for offset in 0..<count { scratch[length + offset] = window.bytes[window.cursor + offset] }
                length += count
                window.cursor += count
            }
        }
        throw window.cutOff(what)
    }

    /// The character of an escape at the cursor.
    private mutating func escape(in what: String) throws(ReadFault) -> Unicode.Scalar {
        guard window.cursor + 1 < window.limit else {
            window.cursor = window.limit
            throw window.cutOff(what)
        }
        let kind = window.bytes[window.cursor + 1]
        if kind == UInt8(ascii: "u") { return try unicodeEscape(in: what) }
        let scalar: Unicode.Scalar? =
            switch kind {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): Unicode.Scalar(kind)
            case UInt8(ascii: "b"): "\u{8}"
            case UInt8(ascii: "f"): "\u{c}"
            case UInt8(ascii: "n"): "\n"
            case UInt8(ascii: "r"): "\r"
            case UInt8(ascii: "t"): "\t"
            default: nil
            }
        guard let scalar else { throw badEscape("an unknown escape") }
        window.cursor += 2
        return scalar
    }

    private mutating func unicodeEscape(in what: String) throws(ReadFault) -> Unicode.Scalar {
        let first = try codeUnit(in: what)
        if let scalar = Unicode.Scalar(first) {
            window.cursor += 6
            return scalar
        }
        guard UTF16.isLeadSurrogate(first) else { throw badEscape("the second half of a character pair alone") }
        window.cursor += 6
        guard window.cursor + 1 < window.limit, window.bytes[window.cursor] == UInt8(ascii: "\\"),
            window.bytes[window.cursor + 1] == UInt8(ascii: "u")
        else { throw badEscape("the first half of a character pair alone") }
        let second = try codeUnit(in: what)
        guard UTF16.isTrailSurrogate(second) else { throw badEscape("the first half of a character pair alone") }
        window.cursor += 6
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    /// The four hexadecimal digits of a `\u` at the cursor.
    private mutating func codeUnit(in what: String) throws(ReadFault) -> UInt16 {
        // The place is the escape's: nobody has looked at the bytes behind it, which need not be characters.
        guard window.cursor + 6 <= window.limit else { throw window.cutOff(what) }
        var unit: UInt16 = 0
        for offset in 2..<6 {
            guard let digit = Character(Unicode.Scalar(window.bytes[window.cursor + offset])).hexDigitValue else {
                throw badEscape("an escape without four hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    private func badEscape(_ what: String) -> ReadFault {
        ReadFault(place: window.place, message: "\(what) inside a text", remedy: "correct the escape")
    }
}
