/// Arithmetic on the proleptic Gregorian calendar, by Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// `days_from_civil` and `civil_from_days` (https://howardhinnant.github.io/date_algorithms.html).
extension LocalDate {
    /// Years beyond this count as this year, so that arithmetic on any date cannot overflow.
    private static let largestYear = 100_000_000
    /// Days in 400 years.
    private static let daysOfEra = 146_097
    /// Days from 0000-03-01, where the algorithm's years begin, to 1970-01-01.
    private static let epochShift = 719_468

    /// Days since 1970-01-01; negative before it.
    public var daysSinceEpoch: Int {
        let year = min(max(self.year, -Self.largestYear), Self.largestYear) - (month <= 2 ? 1 : 0)
        let era = floorDivide(year, 400).quotient
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysOfEra + dayOfEra - Self.epochShift
    }

    /// The date so many days after 1970-01-01.
    public init(daysSinceEpoch days: Int) {
        let shifted = days + Self.epochShift
        let (era, dayOfEra) = floorDivide(shifted, Self.daysOfEra)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch + (monthFromMarch < 10 ? 3 : -9)
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// A date of these parts; nil if the calendar has no such day, or the year is not in 0...9999.
    public init?(validating year: Int, month: Int, day: Int) {
        guard (0...9999).contains(year), (1...12).contains(month),
            (1...Self.daysInMonth(month, of: year)).contains(day)
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// Whether the parts form a day of the calendar, with a year in 0...9999.
    public var isValid: Bool { LocalDate(validating: year, month: month, day: day) != nil }

    /// The day of the week.
    public var weekday: Weekday {
        // 1970-01-01 was a Thursday, three days after a Monday.
        let daysSinceMonday = floorDivide(daysSinceEpoch + 3, 7).remainder
        return Weekday(rawValue: UInt8(daysSinceMonday + 1)) ?? .monday
    }

    /// The date so many days later; earlier if `days` is negative.
    public func adding(days: Int) -> LocalDate { LocalDate(daysSinceEpoch: daysSinceEpoch + days) }

    private static func daysInMonth(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension LocalDateTime {
    /// The clock's face as seconds since 1970-01-01T00:00:00 on the same clock, whatever its zone.
    var faceSeconds: Int { date.daysSinceEpoch * 86_400 + secondOfDay }

    /// The date and time that a clock shows so many seconds after it showed 1970-01-01T00:00:00.
    init(faceSeconds: Int) {
        let (days, seconds) = floorDivide(faceSeconds, 86_400)
        self.init(date: LocalDate(daysSinceEpoch: days), secondOfDay: seconds)
    }
}

/// Division that rounds toward negative infinity, so that the remainder of a positive divisor is never negative.
func floorDivide(_ dividend: Int, _ divisor: Int) -> (quotient: Int, remainder: Int) {
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}
