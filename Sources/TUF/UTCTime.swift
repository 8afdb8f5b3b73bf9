import Foundation

/// A moment to the second, in UTC, as metadata writes it: `2030-01-31T12:00:00Z` and in no other way.
public struct UTCTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
    public var secondsSinceEpoch: Int

    /// Years that have four digits: what can be written.
    private static let writable = -62_135_596_800...253_402_300_799

    /// The moment, moved into the years 1 to 9999, which are those that can be written.
    public init(secondsSinceEpoch: Int) {
        self.secondsSinceEpoch = min(max(secondsSinceEpoch, Self.writable.lowerBound), Self.writable.upperBound)
    }

    /// The second that the date is in.
    public init(_ date: Date) {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        self.init(secondsSinceEpoch: Int(exactly: seconds) ?? (seconds > 0 ? Int.max : Int.min))
    }

    /// This moment by the clock of the machine.
    public static var now: UTCTime { UTCTime(Date()) }

    public static func < (left: UTCTime, right: UTCTime) -> Bool { left.secondsSinceEpoch < right.secondsSinceEpoch }

    /// So many seconds later.
    public func adding(seconds: Int) -> UTCTime {
        let (sum, over) = secondsSinceEpoch.addingReportingOverflow(seconds)
        return UTCTime(secondsSinceEpoch: over ? (seconds > 0 ? Int.max : Int.min) : sum)
    }
}

extension UTCTime {
    /// The moment that the text names, if it names one.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            bytes[19] == UInt8(ascii: "Z"), let year = Self.number(bytes[0..<4]), year >= 1,
            let month = Self.number(bytes[5..<7]), (1...12).contains(month),
            let day = Self.number(bytes[8..<10]), (1...Self.days(in: month, of: year)).contains(day),
            let hour = Self.number(bytes[11..<13]), hour < 24, let minute = Self.number(bytes[14..<16]), minute < 60,
            let second = Self.number(bytes[17..<19]), second < 60
        else { return nil }
        let days = Self.daysSinceEpoch(year: year, month: month, day: day)
        self.init(secondsSinceEpoch: days * 86_400 + hour * 3_600 + minute * 60 + second)
    }

    public var description: String {
        let days = Int((Double(secondsSinceEpoch) / 86_400).rounded(.down))
        let second = secondsSinceEpoch - days * 86_400
        let (year, month, day) = Self.date(daysSinceEpoch: days)
        return Self.padded(year, to: 4) + "-" + Self.padded(month, to: 2) + "-" + Self.padded(day, to: 2) + "T"
            + Self.padded(second / 3_600, to: 2) + ":" + Self.padded(second / 60 % 60, to: 2) + ":"
            + Self.padded(second % 60, to: 2) + "Z"
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    private static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The days before the year since the first of January of the year 1.
    private static func days(before year: Int) -> Int {
        let full = year - 1
        return full * 365 + full / 4 - full / 100 + full / 400
    }

    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let months = (1..<month).reduce(0) { $0 + days(in: $1, of: year) }
        return days(before: year) - days(before: 1970) + months + day - 1
    }

    private static func date(daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
        let day = daysSinceEpoch + days(before: 1970)
        // Too small by one at most, since a year is no longer than 366 days and on average 365.2425.
        var year = day * 400 / 146_097 + 1
        if days(before: year) > day { year -= 1 }
        if days(before: year + 1) <= day { year += 1 }
        var left = day - days(before: year)
        var month = 1
        while left >= days(in: month, of: year) {
            left -= days(in: month, of: year)
            month += 1
        }
        return (year, month, left + 1)
    }
}
