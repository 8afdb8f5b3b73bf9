import Foundation
import OrderedCollections
import Synchronization

/// A zone's offsets as a sorted table, read once from the system's time zone data: what a window asks for a few hundred
/// times a step must not go through a calendar library each time.
final class ZoneOffsets: Sendable {
    /// A time without a change of offset.
    struct Span: Sendable {
        /// Its first moment in seconds since the Unix epoch; `Int.min` for the first span.
        var start: Int
        /// Seconds ahead of UTC.
        var offset: Int
        /// Whether clocks are on summer time.
        var isDaylight: Bool
    }

    /// In order of time, at least one.
    let spans: [Span]
    /// The common abbreviations of today's standard and summer time, where there are any.
    private let standardName: String?, daylightName: String?

    static let utc = ZoneOffsets(
        spans: [Span(start: .min, offset: 0, isDaylight: false)], standardName: "UTC", daylightName: nil)

    private init(spans: [Span], standardName: String?, daylightName: String?) {
        self.spans = spans
        self.standardName = standardName
        self.daylightName = daylightName
    }

    /// The span that contains this second.
    func index(at second: Int) -> Int {
        var low = 0, high = spans.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if spans[middle].start <= second { low = middle } else { high = middle }
        }
        return low
    }

    /// The first second after a span; `Int.max` after the last.
    func end(of index: Int) -> Int { index + 1 < spans.count ? spans[index + 1].start : .max }

    /// The abbreviation of a span. Names are known for today's rules only: a span with another offset than the zone's
    /// last of its kind has none, so that no old time is shown under a new name.
    func name(of span: Span) -> String? {
        guard span.offset == spans.last(where: { $0.isDaylight == span.isDaylight })?.offset else { return nil }
        return span.isDaylight ? daylightName : standardName
    }
}

extension ZoneOffsets {
    /// Zones that are kept once they have been read; more than the IANA database has names.
    private static let rememberedZones = 1024
    /// Changes of offset that are read for one zone; the most there are in the 130 years is below 300.
    private static let mostChanges = 1000
    /// The span of time that is read: 1970-01-01 to 2100-01-01, in seconds since the Unix epoch.
    private static let known = 0..<4_102_444_800

    /// Reading a zone has no effect but time, so remembering it cannot change a result.
    private static let remembered = Mutex(OrderedDictionary<String, ZoneOffsets>())

    /// The offsets of the zone of this IANA name; nil if there is none.
    static func named(_ identifier: String) -> ZoneOffsets? {
        if identifier == Zone.utc.identifier { return .utc }
        if let known = remembered.withLock({ $0[identifier] }) { return known }
        guard isName(identifier), let zone = TimeZone(identifier: identifier) else { return nil }
        let offsets = ZoneOffsets(reading: zone)
        remembered.withLock { if $0.count < rememberedZones { $0[identifier] = offsets } }
        return offsets
    }

    private convenience init(reading zone: TimeZone) {
        var spans = [Self.span(of: zone, at: Self.known.lowerBound)]
        spans[0].start = .min
        var last = Date(timeIntervalSince1970: TimeInterval(Self.known.lowerBound))
        for _ in 0..<Self.mostChanges {
            guard let next = zone.nextDaylightSavingTimeTransition(after: last), next > last,
                next.timeIntervalSince1970 < TimeInterval(Self.known.upperBound)
            else { break }
            spans.append(Self.span(of: zone, at: Int(next.timeIntervalSince1970)))
            last = next
        }
        self.init(
            spans: spans, standardName: Self.shortName(.shortStandard, of: zone),
            daylightName: Self.shortName(.shortDaylightSaving, of: zone))
    }

    private static func span(of zone: TimeZone, at second: Int) -> Span {
        let date = Date(timeIntervalSince1970: TimeInterval(second))
        return Span(
            start: second, offset: zone.secondsFromGMT(for: date), isDaylight: zone.isDaylightSavingTime(for: date))
    }

    /// The locale is named, because the abbreviation must not depend on who asks.
    private static func shortName(_ style: TimeZone.NameStyle, of zone: TimeZone) -> String? {
        let locale = Locale(identifier: zone.identifier.hasPrefix("Europe/") ? "en_GB" : "en_US")
        guard let name = zone.localizedName(for: style, locale: locale) else { return nil }
        return name.utf8.allSatisfy { (65...90).contains($0) } ? name : nil
    }

    /// Foundation also takes offsets (`GMT+5`) and ambiguous abbreviations (`BST` is Bangladesh there), which are no
    /// names of the IANA database, and texts that go on after a NUL.
    private static func isName(_ identifier: String) -> Bool {
        guard identifier.utf8.count <= 64, identifier.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { return false }
        return identifier.contains("/") || namesWithoutRegion.contains(identifier)
    }

    private static let namesWithoutRegion = [
        "CET", "CST6CDT", "Cuba", "EET", "EST", "EST5EDT", "Egypt", "Eire", "GB", "GB-Eire", "GMT", "GMT0", "Greenwich",
        "HST", "Hongkong", "Iceland", "Iran", "Israel", "Jamaica", "Japan", "Kwajalein", "Libya", "MET", "MST",
        "MST7MDT", "NZ", "NZ-CHAT", "Navajo", "PRC", "PST8PDT", "Poland", "Portugal", "ROC", "ROK", "Singapore",
        "Turkey", "UCT", "UTC", "Universal", "W-SU", "WET", "Zulu",
    ]
}
