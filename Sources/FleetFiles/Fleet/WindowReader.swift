import FleetCore

/// Reads a window: `{local: "02:00-04:00", zone: America/New_York, on: 2026-03-08}` or `nights: [mon, tue]`.
enum WindowReader {
    /// The longest window over midnight. A longer one is far more likely written the wrong way round.
    static let longestOverMidnight = 12 * 3600

    static let nights: [(String, Weekday)] = [
        ("mon", .monday), ("tue", .tuesday), ("wed", .wednesday), ("thu", .thursday), ("fri", .friday),
        ("sat", .saturday), ("sun", .sunday),
    ]

    static func read(_ value: YamlValue?) -> WindowSchedule? {
        guard let map = value?.map("a window", known: ["local", "zone", "on", "nights"]) else { return nil }
        let span = map.required("local", "\"02:00-04:00\"").flatMap(span)
        let zone = map["zone"]?.zone()
        let recurrence = recurrence(map)
        guard let span else { return nil }
        return WindowSchedule(opensAt: span.opens, closesAt: span.closes, timeZone: zone, recurrence: recurrence)
    }

    private static func span(_ value: YamlValue) -> (opens: Int, closes: Int)? {
        guard let text = value.text() else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        guard parts.count == 2, let opens = ClockText.parse(parts[0]), let closes = clock(parts[1]) else {
            value.error("`\(text.shown)` is not a span of time", "write it like \"02:00-04:00\"")
            return nil
        }
        if opens == closes {
            value.error(
                "window `\(text.shown)` has no length", "write when it opens and when it closes, like \"02:00-04:00\"")
            return nil
        }
        let length = closes - opens + (closes < opens ? 86_400 : 0)
        if closes < opens, closes != 0, length > longestOverMidnight {
            value.error(
                "window `\(text.shown)` closes before it opens", "swap the times; over midnight it may last 12 hours")
            return nil
        }
        return (opens, closes)
    }

    /// A closing time: 24:00 is the midnight that ends the day.
    private static func clock(_ text: String) -> Int? { text == "24:00" ? 0 : ClockText.parse(text) }

    private static func recurrence(_ map: YamlMap) -> WindowSchedule.Recurrence {
        let everyNight = WindowSchedule.Recurrence.weekly(Weekday.allCases)
        if map.has("on"), map.has("nights") {
            map["nights"]?.error("a window has `on` or `nights`, not both", "remove one of them")
        }
        if let on = map["on"] {
            guard let text = on.text() else { return everyNight }
            if let date = LocalDate(iso: text) { return .once(date) }
            on.error("`\(text.shown)` is not a date", "write it like 2026-03-08")
        }
        guard let list = map["nights"], let items = list.items() else { return everyNight }
        let days = items.compactMap { $0.choice(nights) }
        if items.isEmpty { list.error("`nights` is empty", "name the nights, like [mon, tue], or leave the key out") }
        return .weekly(Weekday.allCases.filter(days.contains))
    }
}
