import FleetCore

/// What has changed from one list of pieces to the next: stretches that the reader has already, wherever they stood, and
/// pieces in full. A list that has scrolled by a row costs one row.
enum PieceDelta {
    private static let stretch: UInt8 = 0, whole: UInt8 = 1

    /// The change that makes `new` of `old`.
    static func encode(from old: [[UInt8]], to new: [[UInt8]]) -> [UInt8] {
        var writer = FactWriter()
        writer.write(new.count)
        var places: [[UInt8]: Int]?
        var index = 0
        while index < new.count {
            guard let start = place(of: new[index], near: index, in: old, &places) else {
                writer.write(byte: whole)
                writer.write(varint: UInt64(new[index].count))
                writer.bytes += new[index]
                index += 1
                continue
            }
            var length = 1
            while index + length < new.count, start + length < old.count, new[index + length] == old[start + length] {
                length += 1
            }
            writer.write(byte: stretch, start, length)
            index += length
        }
        return writer.bytes
    }

    /// Where the reader has a piece: most often it has not moved.
    private static func place(
        of piece: [UInt8], near index: Int, in old: [[UInt8]], _ places: inout [[UInt8]: Int]?
    ) -> Int? {
        if index < old.count, old[index] == piece { return index }
        let known = places ?? Dictionary(zip(old, old.indices)) { first, _ in first }
        places = known
        return known[piece]
    }

    /// The pieces that a change makes of `old`. Any bytes give pieces or a failure.
    static func decode(_ bytes: [UInt8], from old: [[UInt8]]) throws(DecodingFailure) -> [[UInt8]] {
        var reader = FactReader(bytes)
        let count: Int = try reader.read()
        guard (0...ViewPieces.maximumCount).contains(count) else { throw reader.failure("the number of pieces") }
        var pieces: [[UInt8]] = []
        while pieces.count < count {
            switch try reader.byte("a stretch or a piece") {
            case stretch:
                let start: Int = try reader.read(), length: Int = try reader.read()
                guard start >= 0, length > 0, start < old.count, length <= old.count - start,
                    length <= count - pieces.count
                else { throw reader.failure("a stretch that is there") }
                pieces += old[start..<start + length]
            case whole:
                let length = try reader.count(of: "a piece")
                pieces.append(Array(try reader.raw(length: length, of: "a piece")))
            default: throw reader.failure("a stretch or a piece")
            }
        }
        guard reader.isAtEnd else { throw reader.failure("the end of the change") }
        return pieces
    }
}
