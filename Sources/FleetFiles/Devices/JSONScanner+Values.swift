extension JSONScanner {
    /// What kind of value comes next, where only a text, a number, a truth value or null make sense.
    enum Plain {
        /// A text, number or truth value; valid until the next call.
        case value(UnsafeBufferPointer<UInt8>)
        case null
        /// A list or object, which was passed over.
        case nested
    }

    /// A value of one of the simple kinds.
    mutating func plain(in what: String) throws(ReadFault) -> Plain {
        switch try next(in: what) {
        case UInt8(ascii: "\""): return .value(try text(in: what))
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            try skip(in: what)
            return .nested
        default:
            let word = try word(in: what)
            return word.reads("null") ? .null : .value(word)
        }
    }

    /// A number, `true`, `false` or `null`, as it is written.
    private mutating func word(in what: String) throws(ReadFault) -> UnsafeBufferPointer<UInt8> {
        let start = window.cursor
        var end = start
        while end < window.limit, Self.isWordByte(window.bytes[end]) { end += 1 }
        if end == window.limit, !window.isAtEnd {
            window.cursor = end
            throw window.cutOff(what)
        }
        let word = UnsafeBufferPointer(start: window.bytes + start, count: end - start)
        guard word.reads("null") || word.reads("true") || word.reads("false") || Self.isNumber(word) else {
            throw unexpected("a value", what)
        }
        window.cursor = end
        return word
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// RFC 8259, section 6.
    static func isNumber(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
        guard word.count <= 64 else { return false }
        var rest = word[...]
        func digits() -> Int {
            let run = rest.prefix { (48...57).contains($0) }.count
            rest = rest.dropFirst(run)
            return run
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let leadsWithZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !(leadsWithZero && whole > 1) else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    /// Passes over a list or object that nobody reads, without recursion.
    mutating func skip(in what: String) throws(ReadFault) {
        var closers: [UInt8] = []
        repeat {
            let byte = try next(in: what)
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                guard closers.count < Self.maximumDepth else {
                    throw ReadFault(
                        place: window.place, message: "values nested deeper than \(Self.maximumDepth)",
                        remedy: "keep only what selectors need")
                }
                closers.append(byte + 2)
                window.cursor += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                guard byte == closers.last else { throw unexpected(closers.last == 93 ? "]" : "}", what) }
                closers.removeLast()
                window.cursor += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"): window.cursor += 1
            case UInt8(ascii: "\""): _ = try text(in: what)
            default: _ = try word(in: what)
            }
        } while !closers.isEmpty
    }
}
