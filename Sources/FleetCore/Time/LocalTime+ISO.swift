extension LocalDate {
    /// ISO 8601: `2026-03-08`. Years outside 0...9999 carry a sign.
    public var iso: String { "\(isoYear)-\(padded(month, 2))-\(padded(day, 2))" }

    /// The same as `iso`.
    public var description: String { iso }

    /// Reads `2026-03-08`; nil if the text has another form or the calendar has no such day.
    public init?(iso text: String) {
        var scanner = TextScanner(text)
        guard let date = LocalDate(scanning: &scanner), scanner.isAtEnd else { return nil }
        self = date
    }

    init?(scanning scanner: inout TextScanner) {
        guard let year = scanner.number(digits: 4), scanner.take("-"),
            let month = scanner.number(digits: 2), scanner.take("-"), let day = scanner.number(digits: 2)
        else { return nil }
        self.init(validating: year, month: month, day: day)
    }

    private var isoYear: String { year > 9999 ? "+\(year)" : padded(year, 4) }
}

extension LocalDateTime {
    /// ISO 8601 without a zone: `2026-03-08T02:00`, with seconds only where there are some.
    public var iso: String { "\(date.iso)T\(ClockText.text(secondOfDay))" }

    /// The same as `iso`.
    public var description: String { iso }

    /// Reads `2026-03-08T02:00` or `2026-03-08T02:00:30`; nil if the text has another form or names no such time.
    public init?(iso text: String) {
        var scanner = TextScanner(text)
        guard let date = LocalDate(scanning: &scanner), scanner.take("T"),
            let second = ClockText.secondOfDay(scanning: &scanner), scanner.isAtEnd
        else { return nil }
        self.init(date: date, secondOfDay: second)
    }
}

/// Times of day as the face of a clock shows them.
public enum ClockText {
    /// Reads `02:00` or `02:00:30` as seconds after midnight, 0..<86400; nil if the text is no time of day.
    public static func parse(_ text: String) -> Int? {
        var scanner = TextScanner(text)
        guard let second = secondOfDay(scanning: &scanner), scanner.isAtEnd else { return nil }
        return second
    }

    /// The time of day so many seconds after midnight: `02:00`, with seconds only where there are some.
    public static func text(_ secondOfDay: Int) -> String {
        let minutes = "\(padded(secondOfDay / 3600, 2)):\(padded(secondOfDay / 60 % 60, 2))"
        return secondOfDay % 60 == 0 ? minutes : "\(minutes):\(padded(secondOfDay % 60, 2))"
    }

    static func secondOfDay(scanning scanner: inout TextScanner) -> Int? {
        guard let hour = scanner.number(digits: 2), hour < 24, scanner.take(":"),
            let minute = scanner.number(digits: 2), minute < 60
        else { return nil }
        guard scanner.take(":") else { return hour * 3600 + minute * 60 }
        guard let second = scanner.number(digits: 2), second < 60 else { return nil }
        return hour * 3600 + minute * 60 + second
    }
}
