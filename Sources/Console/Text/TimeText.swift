import FleetCore
import FleetEngine

/// Moments as texts in the zone that the operator chose.
struct TimeText: Hashable, Sendable {
    /// The zone of times that belong to no site.
    var zone: Zone
    /// The engine's now: moments of its day are shown without their date.
    var now: Timestamp
    /// Whether devices' times are shown in their sites' zones.
    var usesSiteZones: Bool

    /// The way a console shows times of a view. An unknown zone is shown as UTC, which the text says.
    init(_ display: TimeDisplay, view: FleetView) {
        zone = display == .utc ? .utc : Zone(identifier: view.timeZone) ?? .utc
        now = view.now
        usesSiteZones = display == .site
    }

    /// The same for the times of a device in this zone; an empty or unknown name changes nothing.
    func at(site identifier: String) -> TimeText {
        guard usesSiteZones, !identifier.isEmpty, let siteZone = Zone(identifier: identifier) else { return self }
        var text = self
        text.zone = siteZone
        return text
    }

    /// `14:02Z`, `10:02 EDT`; with its date if it is not of today: `09-21 14:02Z`.
    func short(_ moment: Timestamp) -> String { date(moment) + time(moment, seconds: false) }

    /// `14:02:31Z`, with its date if it is not of today.
    func exact(_ moment: Timestamp) -> String { date(moment) + time(moment) }

    /// `2026-09-20`.
    func day(_ moment: Timestamp) -> String { local(moment).date.iso }

    /// `14:02:31Z` without a date, whatever the day.
    func time(_ moment: Timestamp, seconds: Bool = true) -> String {
        let second = local(moment).secondOfDay
        let text = "\(Self.two(second / 3600)):\(Self.two(second / 60 % 60))"
        return text + (seconds ? ":\(Self.two(second % 60))" : "") + suffix(moment)
    }

    /// How long ago, in its largest unit; a moment to come is `0s`.
    func age(_ moment: Timestamp) -> String { DurationText.short(now - moment) }

    /// How long from now, in its largest unit.
    func until(_ moment: Timestamp) -> String { DurationText.short(moment - now) }

    private func date(_ moment: Timestamp) -> String {
        let day = local(moment).date
        return day == local(now).date ? "" : String(day.iso.suffix(5)) + " "
    }

    private func suffix(_ moment: Timestamp) -> String {
        zone == .utc ? "Z" : " " + zone.abbreviation(at: bounded(moment))
    }

    private func local(_ moment: Timestamp) -> LocalDateTime { zone.local(bounded(moment)) }

    /// Moments such as `distantFuture` are no dates: they are shown as the last second of the year 9999.
    private func bounded(_ moment: Timestamp) -> Timestamp {
        let last: Int64 = 253_402_300_799_000
        return Timestamp(milliseconds: min(max(moment.milliseconds, 0), last))
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
