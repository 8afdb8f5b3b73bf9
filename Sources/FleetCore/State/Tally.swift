/// How many assignments stand where.
public struct Tally: Hashable, Sendable {
    private var counts: [Int]
    /// Completed devices that were later seen on another version; they are among `completed` too.
    public var turnedBad = 0

    /// Nothing anywhere.
    public init() {
        counts = Array(repeating: 0, count: AssignmentState.allCases.count)
    }

    /// How many stand in one state.
    public subscript(state: AssignmentState) -> Int {
        get { counts[Int(state.rawValue)] }
        set { counts[Int(state.rawValue)] = newValue }
    }

    /// All of them.
    public var total: Int { counts.reduce(0, +) }
    /// Successes that still hold.
    public var succeeded: Int { self[.completed] - turnedBad }
    /// Failures, those that turned bad included.
    public var failures: Int { self[.failed] + turnedBad }
    /// Whether there is nobody whom the update is to reach, or may yet reach.
    public var hasNobody: Bool { total == self[.skipped] + self[.cancelled] }
    /// Whether devices were attempted to an end and not one success holds.
    public var hasOnlyFailed: Bool { failures > 0 && succeeded == 0 }
    /// Under way, those that wait for another attempt included.
    public var active: Int { self[.inProgress] + self[.retrying] }
    /// Not begun.
    public var waiting: Int { self[.pending] + self[.scheduled] }
    /// Everything the update was meant to reach: all but the skipped.
    public var target: Int { total - self[.skipped] }

    /// One assignment more in a state.
    mutating func add(_ state: AssignmentState, _ count: Int = 1) {
        counts[Int(state.rawValue)] += count
    }

    public static func + (left: Tally, right: Tally) -> Tally {
        var sum = left
        for index in sum.counts.indices { sum.counts[index] += right.counts[index] }
        sum.turnedBad += right.turnedBad
        return sum
    }

    public static func - (left: Tally, right: Tally) -> Tally {
        var difference = left
        for index in difference.counts.indices { difference.counts[index] -= right.counts[index] }
        difference.turnedBad -= right.turnedBad
        return difference
    }
}
