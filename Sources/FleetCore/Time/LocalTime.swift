/// A calendar date without a time zone, in the proleptic Gregorian calendar.
public struct LocalDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The year, month 1...12 and day of the month 1...31.
    public var year: Int, month: Int, day: Int

    /// A date of these parts, which must form one.
    public init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// By the calendar.
    public static func < (left: LocalDate, right: LocalDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

/// A wall-clock date and time without a time zone.
public struct LocalDateTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The date.
    public var date: LocalDate
    /// The time of day in seconds after midnight by the clock's face, 0..<86400.
    public var secondOfDay: Int

    /// A date and a time of day in seconds after midnight.
    public init(date: LocalDate, secondOfDay: Int) {
        self.date = date
        self.secondOfDay = secondOfDay
    }

    /// By the clock's face.
    public static func < (left: LocalDateTime, right: LocalDateTime) -> Bool {
        (left.date, left.secondOfDay) < (right.date, right.secondOfDay)
    }
}

/// A day of the week, by ISO 8601: Monday is 1.
public enum Weekday: UInt8, CaseIterable, Sendable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday
}
