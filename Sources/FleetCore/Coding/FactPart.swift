/// A value that stands in the encoding of a fact. Each type keeps its writing and its reading side by side.
package protocol FactPart {
    /// Puts the value behind what was written so far.
    func write(to writer: inout FactWriter)
    /// Takes the value from where the reader stands.
    init(from reader: inout FactReader) throws(DecodingFailure)
    /// What people call it, for failures.
    static var partName: String { get }
}

/// Takes down the parts of a fact, one behind the other.
package struct FactWriter {
    /// What was written so far.
    package var bytes: [UInt8] = []

    /// A writer that has written nothing.
    package init() {}

    package mutating func write(byte: UInt8) { bytes.append(byte) }

    package mutating func write<each Part: FactPart>(_ part: repeat each Part) {
        repeat (each part).write(to: &self)
    }

    /// A number in groups of seven bits, the lowest first; the high bit says that another group follows.
    package mutating func write(varint number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Takes the parts of a fact from bytes, one behind the other, and never reads past their end.
package struct FactReader {
    /// Elements for which a list makes room before they are read. A longer list grows by what is really there: a
    /// byte that claims an element is far smaller than the room it would reserve.
    package static let maximumReservation = 4096

    private let bytes: [UInt8]
    /// The next byte to read.
    package private(set) var offset = 0
    /// The format in which what is read was written: parts that have changed since leave out what it does not have.
    package var format: UInt8 = .max

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Bytes that are left.
    package var remaining: Int { bytes.count - offset }
    /// Whether nothing is left.
    package var isAtEnd: Bool { offset == bytes.count }

    /// The failure to find this where the reader stands.
    package func failure(_ expected: String) -> DecodingFailure {
        DecodingFailure(offset: offset, expected: expected)
    }

    package mutating func read<Part: FactPart>() throws(DecodingFailure) -> Part {
        try Part(from: &self)
    }

    package mutating func byte(_ expected: @autoclosure () -> String) throws(DecodingFailure) -> UInt8 {
        guard offset < bytes.count else { throw failure(expected()) }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// A number as `FactWriter.write(varint:)` puts it: at most ten groups, none of them empty at the end.
    package mutating func varint(_ expected: @autoclosure () -> String) throws(DecodingFailure) -> UInt64 {
        let start = offset
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let group = try byte(expected())
            let isExcess = shift == 63 && group > 1
            let isPadding = shift > 0 && group == 0
            guard !isExcess, !isPadding else { break }
            number |= UInt64(group & 0x7f) << shift
            if group < 0x80 { return number }
        }
        throw DecodingFailure(offset: start, expected: expected())
    }

    /// How many elements or bytes follow: no more than bytes are left, since each takes at least one.
    package mutating func count(of expected: @autoclosure () -> String) throws(DecodingFailure) -> Int {
        let start = offset
        let claimed = try varint("the length of \(expected())")
        guard claimed <= UInt64(remaining) else {
            throw DecodingFailure(offset: start, expected: "the length of \(expected()), at most \(remaining)")
        }
        return Int(claimed)
    }

    /// So many bytes as text.
    package mutating func text(length: Int) throws(DecodingFailure) -> String {
        guard length <= remaining, let text = String(validating: bytes[offset..<offset + length], as: UTF8.self) else {
            throw failure("text in UTF-8")
        }
        offset += length
        return text
    }

    /// So many bytes as they are.
    package mutating func raw(
        length: Int, of expected: @autoclosure () -> String
    ) throws(DecodingFailure) -> ArraySlice<UInt8> {
        guard length >= 0, length <= remaining else { throw failure("\(expected()), of \(length) bytes") }
        defer { offset += length }
        return bytes[offset..<offset + length]
    }
}
