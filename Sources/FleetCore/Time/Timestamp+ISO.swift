extension Timestamp: CustomStringConvertible {
    /// ISO 8601 in UTC: `2026-03-08T07:00:00Z`; with milliseconds, `2026-03-08T07:00:00.250Z`, only where there are
    /// some. Years outside 0...9999 carry a sign.
    public var iso: String {
        let (seconds, millisecond) = floorDivide(Int(milliseconds), 1000)
        let face = LocalDateTime(faceSeconds: seconds)
        let second = padded(face.secondOfDay % 60, 2)
        let fraction = millisecond == 0 ? "" : ".\(padded(millisecond, 3))"
        return "\(face.date.iso)T\(ClockText.text(face.secondOfDay / 60 * 60)):\(second)\(fraction)Z"
    }

    /// The same as `iso`.
    public var description: String { iso }

    /// Reads `2026-03-08T07:00:00Z`. Seconds may be left out, may have a fraction of up to nine digits (cut to whole
    /// milliseconds), and the zone is `Z` or an offset such as `-05:00`. Nil for anything else: there is no moment
    /// without a zone, and leap seconds, `24:00` and moments whose year in UTC is not in 0...9999 are refused.
    public init?(iso text: String) {
        var scanner = TextScanner(text)
        guard let date = LocalDate(scanning: &scanner), scanner.take("T"),
            let second = ClockText.secondOfDay(scanning: &scanner),
            let millisecond = Self.fraction(scanning: &scanner),
            let offset = Self.offset(scanning: &scanner), scanner.isAtEnd
        else { return nil }
        let seconds = LocalDateTime(date: date, secondOfDay: second).faceSeconds - offset
        // An offset can lead out of the years that a text can name: what is read must be read back from its own text.
        guard LocalDateTime(faceSeconds: seconds).date.isValid else { return nil }
        self.init(milliseconds: Int64(seconds * 1000 + millisecond))
    }

    /// Whole seconds since the Unix epoch, rounded toward the past.
    var wholeSeconds: Int { floorDivide(Int(milliseconds), 1000).quotient }

    /// A moment so many whole seconds after the Unix epoch.
    init(wholeSeconds: Int) { self.init(milliseconds: Int64(wholeSeconds) * 1000) }

    private static func fraction(scanning scanner: inout TextScanner) -> Int? {
        guard scanner.take(".") else { return 0 }
        let digits = scanner.digits(atMost: 9)
        guard !digits.isEmpty else { return nil }
        return (0..<3).reduce(0) { $0 * 10 + ($1 < digits.count ? digits[$1] : 0) }
    }

    private static func offset(scanning scanner: inout TextScanner) -> Int? {
        if scanner.take("Z") { return 0 }
        let isEast = scanner.take("+")
        guard isEast || scanner.take("-"), let hours = scanner.number(digits: 2), hours < 24, scanner.take(":"),
            let minutes = scanner.number(digits: 2), minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (isEast ? 1 : -1)
    }
}
