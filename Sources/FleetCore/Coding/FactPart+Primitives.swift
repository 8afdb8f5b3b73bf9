extension UInt64: FactPart {
    package static var partName: String { "a number" }
    package func write(to writer: inout FactWriter) { writer.write(varint: self) }
    package init(from reader: inout FactReader) throws(DecodingFailure) { self = try reader.varint(Self.partName) }
}

extension UInt32: FactPart {
    package static var partName: String { "a number of 32 bits" }
    package func write(to writer: inout FactWriter) { writer.write(varint: UInt64(self)) }
    package init(from reader: inout FactReader) throws(DecodingFailure) { self = try reader.narrowed() }
}

extension UInt16: FactPart {
    package static var partName: String { "a number of 16 bits" }
    package func write(to writer: inout FactWriter) { writer.write(varint: UInt64(self)) }
    package init(from reader: inout FactReader) throws(DecodingFailure) { self = try reader.narrowed() }
}

extension FactReader {
    /// A number that fits in fewer than 64 bits.
    fileprivate mutating func narrowed<Number: FixedWidthInteger & FactPart>() throws(DecodingFailure) -> Number {
        let start = offset
        guard let number = Number(exactly: try varint(Number.partName)) else {
            throw DecodingFailure(offset: start, expected: Number.partName)
        }
        return number
    }
}

/// Signed numbers by zigzag: 0, -1, 1, -2, 2 become 0, 1, 2, 3, 4, so that small ones stay short.
extension Int64: FactPart {
    package static var partName: String { "a number" }
    package func write(to writer: inout FactWriter) {
        writer.write(varint: UInt64(bitPattern: (self << 1) ^ (self >> 63)))
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let folded = try reader.varint(Self.partName)
        self = Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
    }
}

extension Int: FactPart {
    package static var partName: String { "a number" }
    package func write(to writer: inout FactWriter) { Int64(self).write(to: &writer) }
    package init(from reader: inout FactReader) throws(DecodingFailure) { self = Int(try Int64(from: &reader)) }
}

extension Bool: FactPart {
    package static var partName: String { "yes (1) or no (0)" }
    package func write(to writer: inout FactWriter) { writer.write(byte: self ? 1 : 0) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        let byte = try reader.byte(Self.partName)
        guard byte < 2 else { throw DecodingFailure(offset: start, expected: Self.partName) }
        self = byte == 1
    }
}

extension String: FactPart {
    package static var partName: String { "text" }
    package func write(to writer: inout FactWriter) {
        writer.write(varint: UInt64(utf8.count))
        writer.bytes.append(contentsOf: utf8)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self = try reader.text(length: try reader.count(of: Self.partName))
    }
}

extension Optional: FactPart where Wrapped: FactPart {
    package static var partName: String { "\(Wrapped.partName) or nothing" }
    package func write(to writer: inout FactWriter) {
        writer.write(self != nil)
        if let value = self { writer.write(value) }
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self = try Bool(from: &reader) ? try Wrapped(from: &reader) : nil
    }
}

extension Array: FactPart where Element: FactPart {
    package static var partName: String { "a list of \(Element.partName)" }
    package func write(to writer: inout FactWriter) {
        writer.write(varint: UInt64(count))
        for element in self { element.write(to: &writer) }
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let count = try reader.count(of: Self.partName)
        self.init()
        reserveCapacity(Swift.min(count, FactReader.maximumReservation))
        for _ in 0..<count { append(try Element(from: &reader)) }
    }
}

/// An enumeration of plain cases: one byte, its raw value.
package protocol FactCase: FactPart, RawRepresentable where RawValue == UInt8 {}

extension FactCase {
    package func write(to writer: inout FactWriter) { writer.write(byte: rawValue) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        guard let value = Self(rawValue: try reader.byte(Self.partName)) else {
            throw DecodingFailure(offset: start, expected: Self.partName)
        }
        self = value
    }
}
