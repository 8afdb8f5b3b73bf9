/// Which bytes of a file: ranges in order, with gaps between them.
struct ByteSpans: Hashable, Sendable {
    /// The most ranges that are kept. One more is left out, so that what is counted is never more than what was added.
    static let mostRanges = 1024

    /// The ranges, in order; no two of them touch.
    private(set) var ranges: [Range<Int64>] = []

    /// How many bytes.
    var count: Int64 { ranges.reduce(0) { $0 + Int64($1.count) } }

    /// Adds the bytes of a range.
    mutating func insert(_ range: Range<Int64>) {
        guard !range.isEmpty else { return }
        let first = ranges.firstIndex { $0.upperBound >= range.lowerBound } ?? ranges.count
        let end = ranges[first...].firstIndex { $0.lowerBound > range.upperBound } ?? ranges.count
        guard first < end else {
            if ranges.count < Self.mostRanges { ranges.insert(range, at: first) }
            return
        }
        let lower = min(range.lowerBound, ranges[first].lowerBound)
        let upper = max(range.upperBound, ranges[end - 1].upperBound)
        ranges.replaceSubrange(first..<end, with: [lower..<upper])
    }

    /// The bytes that lie without a gap before a place; empty: none do.
    func run(before place: Int64) -> Range<Int64> {
        guard let range = ranges.first(where: { $0.lowerBound < place && place <= $0.upperBound }) else {
            return place..<place
        }
        return range.lowerBound..<place
    }
}
