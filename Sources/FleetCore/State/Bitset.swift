/// A fixed number of places, each in or out. Scans skip 64 places at a time.
public struct Bitset: Hashable, Sendable {
    private var words: [UInt64]
    /// How many places there are.
    public let capacity: Int

    /// No place is in.
    public init(capacity: Int) {
        self.capacity = capacity
        words = Array(repeating: 0, count: (capacity + 63) / 64)
    }

    /// Whether a place is in.
    public subscript(place: Int) -> Bool {
        get { words[place >> 6] & (1 << UInt64(place & 63)) != 0 }
        set {
            if newValue {
                words[place >> 6] |= 1 << UInt64(place & 63)
            } else {
                words[place >> 6] &= ~(1 << UInt64(place & 63))
            }
        }
    }

    /// The first place that is in, at or after `start` and before `end`.
    public func next(from start: Int, before end: Int) -> Int? {
        guard start < end else { return nil }
        var index = start >> 6
        var word = words[index] & (~0 << UInt64(start & 63))
        while true {
            if word != 0 {
                let place = index << 6 + word.trailingZeroBitCount
                return place < end ? place : nil
            }
            index += 1
            guard index << 6 < end else { return nil }
            word = words[index]
        }
    }

    /// How many places before `end` are in.
    public func count(before end: Int) -> Int {
        var total = 0
        for index in 0..<(end >> 6) { total += words[index].nonzeroBitCount }
        if end & 63 != 0 { total += (words[end >> 6] & ((1 << UInt64(end & 63)) - 1)).nonzeroBitCount }
        return total
    }
}

extension Bitset {
    func write(to writer: inout FactWriter) {
        writer.write(capacity)
        writer.write(column: words)
    }

    /// Refuses places behind the capacity: a scan would find them.
    init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        capacity = try reader.read()
        words = try reader.column("the places of a set")
        guard capacity >= 0, capacity <= words.count * 64, words.count == (capacity + 63) / 64,
            capacity & 63 == 0 || (words.last ?? 0) >> UInt64(capacity & 63) == 0
        else { throw DecodingFailure(offset: start, expected: "a set of places") }
    }
}
