/// Columns of a state: numbers in their full width, as they lie in memory, so that a large fleet is written and read in
/// blocks and not number by number.
extension FactWriter {
    /// Numbers behind their count, each little-endian.
    mutating func write<Number: FixedWidthInteger>(column: [Number]) {
        write(varint: UInt64(column.count))
        let stored = Number(1).littleEndian == 1 ? column : column.map(\.littleEndian)
        stored.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Plain cases behind their count, one byte each.
    mutating func write<Case: RawRepresentable>(column: [Case]) where Case.RawValue == UInt8 {
        write(column: column.map(\.rawValue))
    }

    /// Shared values in the order of their numbers.
    mutating func write<Value: FactPart>(_ values: Interner<Value>) { write(values.all) }
}

extension FactReader {
    /// A column of numbers. Its length is checked against the bytes that are left before anything is reserved.
    mutating func column<Number: FixedWidthInteger>(_ name: String) throws(DecodingFailure) -> [Number] {
        let count = try count(of: name)
        let block = try raw(length: count * MemoryLayout<Number>.stride, of: name)
        let stored = block.withUnsafeBytes { source in
            [Number](unsafeUninitializedCapacity: count) { numbers, filled in
                UnsafeMutableRawBufferPointer(numbers).copyMemory(from: source)
                filled = count
            }
        }
        return Number(1).littleEndian == 1 ? stored : stored.map(Number.init(littleEndian:))
    }

    /// A column of plain cases.
    mutating func column<Case: RawRepresentable>(_ name: String) throws(DecodingFailure) -> [Case]
    where Case.RawValue == UInt8 {
        let start = offset
        let numbers: [UInt8] = try column(name)
        let cases = numbers.compactMap(Case.init)
        guard cases.count == numbers.count else { throw DecodingFailure(offset: start, expected: name) }
        return cases
    }

    /// Shared values, of which no two may be equal: each is named by its place.
    mutating func interner<Value: FactPart>(_ name: String) throws(DecodingFailure) -> Interner<Value> {
        let start = offset
        let values: [Value] = try read()
        var interner = Interner<Value>()
        for (number, value) in values.enumerated() where interner.intern(value) != number {
            throw DecodingFailure(offset: start, expected: "\(name), each once")
        }
        return interner
    }
}
