import Cells
import FleetCore
import FleetFiles

@testable import Console

extension FuzzReader {
    /// The readers of single texts: what people type, and values inside files.
    static let texts = [
        FuzzReader("selector", words: selectorWords) { bytes in try readSelector(String(decoding: bytes, as: UTF8.self))
        },
        FuzzReader("filter", words: selectorWords) { bytes in try readFilter(String(decoding: bytes, as: UTF8.self)) },
        FuzzReader("version", longestInput: 128, words: ["v", "-rc.1", "+5", "4294967295", "-0", ".0"]) { bytes in
            try readVersion(String(decoding: bytes, as: UTF8.self))
        },
        FuzzReader("time", longestInput: 128, words: timeWords) { bytes in
            try readTime(String(decoding: bytes, as: UTF8.self))
        },
        FuzzReader("zone", longestInput: 128, words: ["America/", "New_York", "Etc/UTC", "GMT+5", "../", "EST5EDT"]) {
            bytes in try readZone(String(decoding: bytes, as: UTF8.self))
        },
        FuzzReader("colour", longestInput: 16, words: ["#", "#0072b2"]) { bytes in
            guard let colour = RGB(String(decoding: bytes, as: UTF8.self)) else { return false }
            try demandSame(RGB(colour.description), colour, "the colour is read back")
            return true
        },
        FuzzReader("key-text", longestInput: 32, words: ["ctrl-", "shift-tab", "f12", "f", "space", "pgup", "enter"]) {
            bytes in try readKeyText(String(decoding: bytes, as: UTF8.self))
        },
    ]

    private static let selectorWords = [
        "all", " and ", " or ", "not ", " in (", " not in (", "=", "!=", "<=", ">", "~", "!~", "\"", "'", "\\", "id",
        "name", "region", "regoin", "location", "timezone", "status", "online", "ofline", "lifecycle", "firmware",
        "2.3.1", "unseen", "7d", "1h 30m", "tag.", "tag.\"store id\"", "*", "?", "\u{301}", "\u{202e}", "\u{2028}", "👩‍👩‍👧",
    ]
    private static let timeWords = [
        "2026-03-08", "T02:00", ":30", ".250", "Z", "-05:00", "+23:59", "0000-01-01", "9999-12-31", "24:00", "1h30m",
        "36500d", "500ms", "0",
    ]

    private static func readSelector(_ text: String) throws -> Bool {
        do {
            let selector = try Selector(parsing: text)
            try demandSame(try? Selector(parsing: selector.description), selector, "the selector is read back")
            // Whom it names does not matter; that the question has an answer does.
            _ = selector.matches(FuzzedDevice(), now: Timestamp(milliseconds: 0))
            let update = UpdateDefinition(
                id: "u", release: Version(1, 0, 0), selector: selector, strategy: .onConnect(expires: nil))
            try FactBytes.demandKept(.updateDrafted(update))
            return true
        } catch let error as SelectorError {
            try check(error, in: text)
            return false
        }
    }

    private static func check(_ error: SelectorError, in text: String) throws {
        try Printable.check(error.message)
        try Printable.check(error.remedy)
        try demand((0...text.utf8.count).contains(error.offset), "byte \(error.offset) of \(text.utf8.count)")
        try demand((1...text.count + 1).contains(error.column), "column \(error.column) of \(text.count)")
    }

    private static func readFilter(_ text: String) throws -> Bool {
        let typed = DeviceFilter(parsing: text)
        try demandSame(DeviceFilter(parsing: typed.source), typed, "the filter is read back")
        do {
            let filter = try FilterText.read(text)
            try demandSame(try? FilterText.read(filter.source), filter, "the filter is read back")
            _ = filter.matches(FuzzedDevice(), now: Timestamp(milliseconds: 0))
            return true
        } catch let problem as FilterProblem {
            try Printable.check(problem.description)
            try demand((1...text.count + 1).contains(problem.column), "column \(problem.column)")
            return false
        }
    }

    private static func readVersion(_ text: String) throws -> Bool {
        guard let version = Version(text) else { return false }
        try demandSame(Version(version.description), version, "the version is read back")
        try demand(Printable.isInert(version.description), "a version that a terminal would act on")
        let zero = Version(0, 0, 0)
        try demand([version < zero, version == zero, version > zero].count { $0 } == 1, "versions have an order")
        try FactBytes.demandKept(.firmwareReported(DeviceIndex(0), version))
        return true
    }

    private static func readTime(_ text: String) throws -> Bool {
        let moment = Timestamp(iso: text), date = LocalDate(iso: text), local = LocalDateTime(iso: text)
        let clock = ClockText.parse(text), duration = DurationText.parse(text)
        if let moment { try demandSame(Timestamp(iso: moment.iso), moment, "the moment is read back") }
        if let date {
            try demandSame(LocalDate(iso: date.iso), date, "the date is read back")
            try demandSame(LocalDate(daysSinceEpoch: date.daysSinceEpoch), date, "the date is a day")
        }
        if let local { try demandSame(LocalDateTime(iso: local.iso), local, "the local time is read back") }
        if let clock {
            try demandSame(ClockText.parse(ClockText.text(clock)), clock, "the time of day is read back")
            try demand((0..<86_400).contains(clock), "second \(clock) of a day")
        }
        if let duration {
            try demandSame(DurationText.parse(DurationText.exact(duration)), duration, "the duration is read back")
            try demand(duration >= .zero && duration <= DurationText.longest, "a duration of \(duration)")
        }
        let readings = [moment != nil, date != nil, local != nil, clock != nil, duration != nil]
        try demand(readings.count { $0 } <= 1, "one text with two meanings")
        return readings.contains(true)
    }

    private static func readZone(_ text: String) throws -> Bool {
        guard let zone = Zone(identifier: text) else { return false }
        try demandSame(zone.identifier, text, "the zone's name")
        for year in [1970, 2026, 2099] {
            let local = LocalDateTime(date: LocalDate(year: year, month: 3, day: 8), secondOfDay: 9000)
            let moment = zone.firstMoment(of: local)
            try demand(zone.local(moment) >= local, "the first moment of \(local) is before it")
            try demand(abs(zone.offsetSeconds(at: moment)) <= 26 * 3600, "an offset of more than a day")
        }
        return true
    }

    private static func readKeyText(_ text: String) throws -> Bool {
        guard let key = KeyText.key(text) else { return false }
        guard let name = KeyText.text(key) else { throw BrokenProperty("a key without a name: \(key)") }
        try demand(TextWidth.sanitised(name) == name, "a key that a terminal would act on: \(name.debugDescription)")
        try demandSame(KeyText.key(name), key, "the key is read back")
        return true
    }
}

/// A device for selectors to ask about.
private struct FuzzedDevice: SelectorSubject {
    var id: String { "pos-nyc-001" }
    var name: String { "Times Square Store - Terminal é" }
    var address: String { "https://pos-nyc-001.retailcorp.com:8443" }
    var site: String { "NYC-001" }
    var region: String { "northeast" }
    var location: String { "New York, NY" }
    var timeZone: String { "America/New_York" }
    var status: DeviceStatus { .online }
    var lifecycle: DeviceLifecycle { .active }
    var firmware: Version { Version(2, 3, 1) }
    var lastSeen: Timestamp? { Timestamp(milliseconds: -60_000) }
    var tags: [Tag] { [Tag("priority", "high"), Tag("type", "flagship")] }
}
