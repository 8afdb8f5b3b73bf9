/// Well-formed UTF-8 by table 3-7 of the Unicode Standard.
enum UTF8Check {
    /// The bytes of the sequence at `index`, 1...4; 0 if it is ill-formed or cut off at `limit`.
    static func sequenceLength(_ bytes: UnsafePointer<UInt8>, at index: Int, limit: Int) -> Int {
        let first = bytes[index]
        if first < 0x80 { return 1 }
        guard let shape = shape(of: first), index + shape.length <= limit else { return 0 }
        guard shape.second.contains(bytes[index + 1]) else { return 0 }
        for offset in 2..<max(2, shape.length) where bytes[index + offset] & 0xc0 != 0x80 { return 0 }
        return shape.length
    }

    private static func shape(of first: UInt8) -> (length: Int, second: ClosedRange<UInt8>)? {
        switch first {
        case 0xc2...0xdf: (2, 0x80...0xbf)
        case 0xe0: (3, 0xa0...0xbf)
        case 0xed: (3, 0x80...0x9f)
        case 0xe1...0xef: (3, 0x80...0xbf)
        case 0xf0: (4, 0x90...0xbf)
        case 0xf1...0xf3: (4, 0x80...0xbf)
        case 0xf4: (4, 0x80...0x8f)
        default: nil
        }
    }

    /// The first byte sequence that a text file must not have, with its place: ill-formed UTF-8, or a control
    /// character other than tab and line ends.
    static func firstFault(in bytes: [UInt8]) -> ReadFault? {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            var place = Place(line: 1, column: 1)
            var index = 0
            while index < buffer.count {
                let length = sequenceLength(base, at: index, limit: buffer.count)
                if let fault = fault(of: base[index], length: length, at: place) { return fault }
                if base[index] == 10 {
                    place = Place(line: place.line + 1, column: 1)
                } else {
                    place.column += 1
                }
                index += length
            }
            return nil
        }
    }

    private static func fault(of byte: UInt8, length: Int, at place: Place) -> ReadFault? {
        if length == 0 { return badByte(byte, at: place) }
        let isControl = (byte < 0x20 && byte != 9 && byte != 10 && byte != 13) || byte == 0x7f
        guard isControl else { return nil }
        return ReadFault(
            place: place, message: "a control character (\(hexadecimal(byte))) in a text file", remedy: "remove it")
    }

    /// The fault of a byte that begins no well-formed sequence.
    static func badByte(_ byte: UInt8, at place: Place) -> ReadFault {
        ReadFault(
            place: place, message: "the byte \(hexadecimal(byte)) is not UTF-8", remedy: "save the file as UTF-8")
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
