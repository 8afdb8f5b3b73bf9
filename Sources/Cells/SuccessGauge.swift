/// A rate against a threshold, with its interval: `90[...............<-----|O--->....]100`.
///
/// The scale begins at a round percentage below everything that it must show, ends at 100 and is printed. Places are
/// rounded down, so that a mark is in the last cell only when it is exactly 100%. Where the rate would hide the
/// threshold, the two stand side by side, the rate to the left only if it is lower.
public struct SuccessGauge: Hashable, Sendable {
    /// The roles of its parts.
    public struct Roles: Hashable, Sendable {
        /// The scale's numbers, brackets and empty cells.
        public let scale: RoleID
        /// The interval `<--->`.
        public let interval: RoleID
        /// The threshold `|`.
        public let threshold: RoleID
        /// The rate `O`.
        public let rate: RoleID

        /// Makes the roles of a gauge.
        public init(scale: RoleID, interval: RoleID, threshold: RoleID, rate: RoleID) {
            self.scale = scale
            self.interval = interval
            self.threshold = threshold
            self.rate = rate
        }
    }

    /// The columns that `runs` takes beyond its width: ` 0[` or `90[`, and `]100`.
    public static let scaleColumns = 7

    /// Where a scale may begin, in percent.
    static let scaleStarts = [99, 95, 90, 80, 50, 0]

    /// The share of successes, `0...1`; nil while there is none.
    public let rate: Double?
    /// The interval around it, `0...1`; nil while there is none.
    public let interval: ClosedRange<Double>?
    /// What the rate must reach, `0...1`; nil draws no mark.
    public let threshold: Double?
    /// The roles of its parts.
    public let roles: Roles

    /// Makes a gauge. Values outside `0...1` are clamped; one that is not a number is taken as absent.
    public init(rate: Double?, interval: ClosedRange<Double>?, threshold: Double?, roles: Roles) {
        self.rate = Self.share(rate)
        self.interval = Self.share(interval?.lowerBound).flatMap { low in
            Self.share(interval?.upperBound).map { low...$0 }
        }
        self.threshold = Self.share(threshold)
        self.roles = roles
    }

    /// The percentage at which the scale begins; it ends at 100.
    public var scaleStart: Int {
        guard let lowest = [rate, interval?.lowerBound, threshold].compactMap({ $0 }).min() else { return 0 }
        return Self.scaleStarts.first { Self.leavesRoom(from: $0, to: lowest) } ?? 0
    }

    /// The gauge with exactly `width` cells between its brackets: `width + scaleColumns` columns.
    public func runs(width: Int) -> [TextRun] {
        let width = min(max(width, 0), Size.columnLimit)
        var builder = TextRunBuilder()
        let start = scaleStart
        builder.append((start < 10 ? " " : "") + "\(start)[", roles.scale)
        for (character, role) in cells(width: width) { builder.append(String(character), role) }
        builder.append("]100", roles.scale)
        return builder.runs
    }

    private func cells(width: Int) -> [(Character, RoleID)] {
        var cells: [(Character, RoleID)] = Array(repeating: (".", roles.scale), count: width)
        guard width > 0 else { return cells }
        if let interval {
            let low = place(interval.lowerBound, width)
            let high = place(interval.upperBound, width)
            for index in low...high { cells[index] = ("-", roles.interval) }
            cells[high] = (">", roles.interval)
            cells[low] = ("<", roles.interval)
        }
        let marks = marks(width: width)
        if let mark = marks.threshold { cells[mark] = ("|", roles.threshold) }
        if let mark = marks.rate { cells[mark] = ("O", roles.rate) }
        return cells
    }

    /// The cells of threshold and rate, moved apart where they would be one.
    private func marks(width: Int) -> (threshold: Int?, rate: Int?) {
        let mark = threshold.map { place($0, width) }
        let dot = rate.map { place($0, width) }
        guard let rate, let threshold, let mark, let dot, mark == dot, width > 1 else { return (mark, dot) }
        if rate < threshold { return dot > 0 ? (mark, dot - 1) : (1, 0) }
        if dot + 1 < width - 1 { return (mark, dot + 1) }
        return dot > 0 ? (dot - 1, dot) : (nil, dot)
    }

    private func place(_ share: Double, _ width: Int) -> Int {
        let start = Double(scaleStart) / 100
        let last = Double(width - 1)
        // A touch more than the value, since 0.97 on a scale from 0.9 falls a hair short of its cell in binary.
        let cell = Int(((share - start) / (1 - start) * last + 1e-9).rounded(.down))
        return min(max(cell, 0), share < 1 ? max(width - 2, 0) : width - 1)
    }

    /// A scale shows something below the lowest mark too: at least a tenth of itself.
    private static func leavesRoom(from start: Int, to lowest: Double) -> Bool {
        Double(start) + Double(100 - start) / 10 <= lowest * 100
    }

    private static func share(_ value: Double?) -> Double? {
        guard let value, !value.isNaN else { return nil }
        return min(max(value, 0), 1)
    }
}
