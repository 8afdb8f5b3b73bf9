/// How far a whole has come, in cells: `[+++++++x~......]`.
///
/// The cells of each segment follow its share of the total, by the method of the largest remainder. A segment that is
/// not zero keeps at least one cell, and so does what is left of the total: a gauge looks full only when it is. Where
/// the room is too small for that, the segments of the highest priority stay.
public struct ProgressGauge: Hashable, Sendable {
    /// One part of the total.
    public struct Segment: Hashable, Sendable {
        /// How many of the total; a negative count is taken as 0.
        public let count: Int
        /// What fills its cells; one column wide.
        public let character: Character
        /// The role of its cells.
        public let role: RoleID
        /// Which segments keep a cell in a very small gauge: the highest first, in equals the first named.
        public let priority: Int

        /// Makes a segment. Give failures a priority above 0: what is left of the total comes after those, and before
        /// all others.
        public init(count: Int, character: Character, role: RoleID, priority: Int = 0) {
            self.count = min(max(count, 0), ProgressGauge.countLimit)
            self.character = character
            self.role = role
            self.priority = priority
        }
    }

    /// Counts are clamped to this, so that shares can be worked out without overflow.
    public static let countLimit = 1 << 40

    /// The parts in the order in which they are drawn.
    public let segments: [Segment]
    /// The whole; at least the sum of the parts.
    public let total: Int
    /// What fills the cells of the rest.
    public let emptyCharacter: Character
    /// The role of the cells of the rest.
    public let emptyRole: RoleID
    /// The role of the brackets.
    public let bracketRole: RoleID

    /// Makes a gauge. A total smaller than the sum of the segments is taken as that sum.
    public init(
        segments: [Segment], total: Int, emptyCharacter: Character = ".", emptyRole: RoleID, bracketRole: RoleID
    ) {
        self.segments = segments
        let sum = segments.reduce(0) { min($0 + $1.count, Self.countLimit) }
        self.total = max(sum, min(total, Self.countLimit))
        self.emptyCharacter = emptyCharacter
        self.emptyRole = emptyRole
        self.bracketRole = bracketRole
    }

    /// The gauge with exactly `width` cells between its brackets: `width + 2` columns.
    public func runs(width: Int) -> [TextRun] {
        let width = min(max(width, 0), Size.columnLimit)
        let cells = allocation(width: width)
        var builder = TextRunBuilder()
        builder.append("[", bracketRole)
        for (segment, count) in zip(segments, cells) {
            builder.append(String(repeating: segment.character, count: count), segment.role)
        }
        builder.append(String(repeating: emptyCharacter, count: width - cells.reduce(0, +)), emptyRole)
        builder.append("]", bracketRole)
        return builder.runs
    }

    /// The cells of each segment; what is missing to `width` is the rest.
    private func allocation(width: Int) -> [Int] {
        let used = segments.reduce(0) { min($0 + $1.count, Self.countLimit) }
        let parts = segments.map(\.count) + [total - used]
        guard total > 0 else { return segments.map { _ in 0 } }
        let nonZero = parts.indices.filter { parts[$0] > 0 }
        guard nonZero.count <= width else { return scarce(nonZero, width: width) }
        return Self.shares(parts, total: total, width: width).dropLast()
    }

    /// Too few cells for all: one each, in the order of priority.
    private func scarce(_ nonZero: [Int], width: Int) -> [Int] {
        let ranked = nonZero.sorted { (rank($0), $0) < (rank($1), $1) }
        let kept = ranked.prefix(width)
        return segments.indices.map { kept.contains($0) ? 1 : 0 }
    }

    /// The lower the sooner kept. Doubled, so that the rest has a place between the priorities 1 and 0.
    private func rank(_ index: Int) -> Int {
        guard index < segments.count else { return -1 }
        return -2 * min(max(segments[index].priority, -1_000), 1_000)
    }

    /// Largest remainder with at least one cell for each part that is not zero; `width` is at least their number.
    private static func shares(_ parts: [Int], total: Int, width: Int) -> [Int] {
        var cells = parts.map { $0 == 0 ? 0 : max(1, $0 * width / total) }
        var excess = cells.reduce(0, +) - width
        let remainders = parts.map { $0 * width % total }
        let byRemainder = parts.indices.sorted { (remainders[$0], $1) > (remainders[$1], $0) }
        for index in byRemainder where excess < 0 && parts[index] > 0 && cells[index] <= parts[index] * width / total {
            cells[index] += 1
            excess += 1
        }
        while excess > 0, let largest = cells.indices.max(by: { cells[$0] < cells[$1] }) {
            cells[largest] -= 1
            excess -= 1
        }
        return cells
    }
}
