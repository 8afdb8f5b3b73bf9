/// A moment, as whole milliseconds since 1970-01-01T00:00:00Z. The core is handed its time; it never asks for it.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Milliseconds since the Unix epoch; negative before it.
    public var milliseconds: Int64

    /// A moment so many milliseconds after the Unix epoch.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The earliest moment there is: "never" in comparisons.
    public static let distantPast = Timestamp(milliseconds: .min / 4)
    /// The latest moment there is: "not before anything happens".
    public static let distantFuture = Timestamp(milliseconds: .max / 4)

    /// What a person may name: the years 1970 to 2999 in UTC. What a rollout makes of such a moment, many years later,
    /// still has a text of four digits for its year.
    public static let nameable = Timestamp(milliseconds: 0)..<Timestamp(milliseconds: 32_503_680_000_000)

    /// The earlier moment first.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The moment so much later, to the millisecond.
    public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds + duration.milliseconds)
    }

    /// The moment so much earlier, to the millisecond.
    public static func - (moment: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: moment.milliseconds - duration.milliseconds)
    }

    /// The time from `earlier` to `later`; negative if they are the other way round.
    public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .milliseconds(later.milliseconds - earlier.milliseconds)
    }
}

extension Duration {
    /// The duration in whole milliseconds, rounded toward zero.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// A duration of so many minutes.
    public static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
    /// A duration of so many hours.
    public static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
    /// A duration of so many times 24 hours.
    public static func days(_ count: Int) -> Duration { .seconds(count * 86_400) }
}
