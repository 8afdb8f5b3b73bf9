import FleetCore
import Foundation

/// Clocks on the walls of stores, by Foundation's time zones. A face is what a clock shows, in seconds since
/// 1970-01-01 00:00 of the same clock.
struct WallCalendar {
    private var zones: [String: ZoneAccount] = [:]
    private var spans: [SpanKey: Span] = [:]
    private var dates: [LocalDate: Int] = [:]
    /// More than this is forgotten and worked out anew.
    private static let mostSpans = 512
    /// Clocks change at multiples of this, in seconds.
    private static let quarter: Int64 = 900
    /// Seconds of a day.
    private static let day = 86_400
    /// More than any clock is ahead or behind, in seconds.
    private static let widest = 26 * 3600

    /// A zone, and its offset in the quarter of an hour that was asked for last.
    private struct ZoneAccount {
        var zone: TimeZone
        var quarter = Int64.min
        var offset = 0
    }

    private struct SpanKey: Hashable {
        var window: WindowSchedule
        var zone: String
    }

    /// A time in which a window is open, or closed, throughout; in milliseconds.
    private struct Span {
        var from: Int64, until: Int64
        var isOpen: Bool
    }

    /// What a clock shows.
    mutating func face(_ moment: Timestamp, _ zone: String) -> Int {
        let seconds = Int((Double(moment.milliseconds) / 1000).rounded(.down))
        return seconds + offset(seconds, zone)
    }

    /// The face of a local time.
    mutating func face(_ time: LocalDateTime) -> Int { midnight(time.date) + time.secondOfDay }

    private mutating func midnight(_ date: LocalDate) -> Int {
        if let known = dates[date] { return known }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = DateComponents(year: date.year, month: date.month, day: date.day)
        let seconds = Int(calendar.date(from: parts)?.timeIntervalSince1970 ?? 0)
        dates[date] = seconds
        return seconds
    }

    private mutating func offset(_ seconds: Int, _ name: String) -> Int {
        var account = zones[name] ?? ZoneAccount(zone: TimeZone(identifier: name) ?? .gmt)
        let quarter = Int64((Double(seconds) / Double(Self.quarter)).rounded(.down))
        if account.quarter == quarter { return account.offset }
        account.quarter = quarter
        account.offset = account.zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds)))
        zones[name] = account
        return account.offset
    }

    /// The first moment, in seconds, at which a clock shows this face or a later one. Between the days around it clocks
    /// change once at the most; the change is looked for by halving.
    private mutating func firstMoment(_ face: Int, _ zone: String) -> Int {
        var low = face - Self.widest, high = face + Self.widest
        let before = offset(low, zone), after = offset(high, zone)
        if before == after { return face - before }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(middle, zone) == before { low = middle } else { high = middle }
        }
        // `high` is the first moment of the new offset.
        if face - before < high { return face - before }
        return max(high, face - after)
    }
}

/// Windows. One that falls in a clock change opens exactly once and is never longer than written.
extension WallCalendar {
    /// Whether a window is open at a moment.
    mutating func isOpen(_ window: WindowSchedule, _ zone: String, at moment: Timestamp) -> Bool {
        span(window, zone, at: moment).isOpen
    }

    /// When the first opening ends that has not ended at a moment; nil: none comes.
    mutating func firstClosing(_ window: WindowSchedule, _ zone: String, from moment: Timestamp) -> Timestamp? {
        openings(window, zone, around: moment).first { $0.upperBound > moment.milliseconds }
            .map { Timestamp(milliseconds: $0.upperBound) }
    }

    private mutating func span(_ window: WindowSchedule, _ zone: String, at moment: Timestamp) -> Span {
        let key = SpanKey(window: window, zone: zone), now = moment.milliseconds
        if let known = spans[key], known.from <= now, now < known.until { return known }
        let openings = openings(window, zone, around: moment)
        var span = Span(from: now, until: now + Int64(Self.day) * 1000, isOpen: false)
        if let next = openings.first(where: { $0.upperBound > now }) {
            let isOpen = next.lowerBound <= now
            span = Span(from: now, until: isOpen ? next.upperBound : next.lowerBound, isOpen: isOpen)
        }
        if spans.count >= Self.mostSpans { spans.removeAll() }
        spans[key] = span
        return span
    }

    /// The openings that a window has from two days before a moment until eight days after it, in order.
    private mutating func openings(
        _ window: WindowSchedule, _ zone: String, around moment: Timestamp
    ) -> [Range<Int64>] {
        switch window.recurrence {
        case .once(let date): return [opening(window, zone, midnight: midnight(date))]
        case .weekly(let days):
            let today = face(moment, zone) / Self.day
            return (today - 2...today + 8).filter { day in days.contains { Int($0.rawValue) == Self.weekday(day) } }
                .map { opening(window, zone, midnight: $0 * Self.day) }
        }
    }

    /// Monday is 1; day 0 was a Thursday.
    private static func weekday(_ day: Int) -> Int { (day + 3) % 7 + 1 }

    /// From when clocks first show the opening until they first show the closing, and no longer than written; one that
    /// a change leaves out as a whole begins at the change.
    private mutating func opening(_ window: WindowSchedule, _ zone: String, midnight: Int) -> Range<Int64> {
        let span = window.closesAt - window.opensAt
        let length = span > 0 ? span : span + Self.day
        let opens = firstMoment(midnight + window.opensAt, zone)
        let closes = firstMoment(midnight + window.opensAt + length, zone)
        let end = closes > opens ? min(closes, opens + length) : opens + length
        return Int64(opens) * 1000..<Int64(end) * 1000
    }
}
