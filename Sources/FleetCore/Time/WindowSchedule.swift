/// When devices may start: a span of local time, in each site's own zone or in one named zone.
public struct WindowSchedule: Hashable, Sendable {
    /// When the window opens, in seconds after local midnight, 0..<86400.
    public var opensAt: Int
    /// When it closes, in seconds after local midnight, 0..<86400; at or before `opensAt`: on the next day.
    public var closesAt: Int
    /// The zone the times are meant in; nil: each site's own.
    public var timeZone: String?
    /// The nights (by the day on which the window opens) it is for.
    public var recurrence: Recurrence

    /// On which days a window opens.
    public enum Recurrence: Hashable, Sendable {
        /// On this one date.
        case once(LocalDate)
        /// On each of these days of the week; all seven for every day. Sorted, without doubles.
        case weekly([Weekday])
    }

    /// A window of local time.
    public init(
        opensAt: Int, closesAt: Int, timeZone: String? = nil, recurrence: Recurrence = .weekly(Weekday.allCases)
    ) {
        self.opensAt = opensAt
        self.closesAt = closesAt
        self.timeZone = timeZone
        self.recurrence = recurrence
    }
}
