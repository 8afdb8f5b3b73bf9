/// Whether a window is open, and when that changes.
public struct WindowState: Hashable, Sendable {
    /// Whether devices may start now.
    public var isOpen: Bool
    /// When it opened if it is open, else when it opens next; nil if it never opens again.
    public var opensAt: Timestamp?
    /// The first moment at which the opening of `opensAt` has ended; nil if there is none.
    public var closesAt: Timestamp?

    /// A state of these values.
    public init(isOpen: Bool, opensAt: Timestamp?, closesAt: Timestamp?) {
        self.isOpen = isOpen
        self.opensAt = opensAt
        self.closesAt = closesAt
    }
}

extension WindowSchedule {
    /// The most openings that are listed at once.
    public static let mostOpenings = 1000
    /// Days before the local date on which an opening that still lasts may have begun: a window lasts at most a day,
    /// and a clock change may put it off by one more.
    private static let daysBack = 2
    /// Days ahead in which a weekly window opens at the latest, one that falls on a date left out by the zone included.
    private static let daysAhead = 16

    /// Whether the window is open at a moment, in the zone that its times are meant in: `timeZone` if the schedule has
    /// one, else the site's. The caller has looked the zone up. An opening lasts until just before `closesAt`.
    public func state(at moment: Timestamp, zone: Zone) -> WindowState {
        guard let opening = openings(from: moment, zone: zone, count: 1).first else {
            return WindowState(isOpen: false, opensAt: nil, closesAt: nil)
        }
        return WindowState(
            isOpen: opening.contains(moment), opensAt: opening.lowerBound, closesAt: opening.upperBound)
    }

    /// The openings that have not ended at a moment, in order; at most `count` and at most `mostOpenings`.
    public func openings(from moment: Timestamp, zone: Zone, count: Int) -> [Range<Timestamp>] {
        switch recurrence {
        case .once(let date):
            let opening = opening(on: date, zone: zone)
            return count > 0 && opening.upperBound > moment ? [opening] : []
        case .weekly(let days):
            return weeklyOpenings(on: days, from: moment, zone: zone, count: min(count, Self.mostOpenings))
        }
    }

    private func weeklyOpenings(
        on days: [Weekday], from moment: Timestamp, zone: Zone, count: Int
    ) -> [Range<Timestamp>] {
        guard !days.isEmpty, count > 0 else { return [] }
        let today = zone.local(moment).date.daysSinceEpoch
        var openings: [Range<Timestamp>] = []
        for day in (today - Self.daysBack)...(today + Self.daysAhead + 7 * count) {
            let date = LocalDate(daysSinceEpoch: day)
            // A date that the zone leaves out is no night: its window would only double that of the day after.
            guard days.contains(date.weekday), zone.has(date) else { continue }
            let opening = opening(on: date, zone: zone)
            if opening.upperBound > moment { openings.append(opening) }
            if openings.count == count { break }
        }
        return openings
    }

    /// The opening that belongs to a date: exactly one, and never longer in real time than it is written.
    ///
    /// It begins when clocks first show `opensAt`; if they never do, at the change that leaves that time out. It ends
    /// when clocks first show `closesAt`, and at the latest when it has lasted as long as it is written: where an hour
    /// occurs twice it closes early by the clock's face. A window that a change leaves out as a whole, from opening to
    /// closing, is put off to the change and lasts as long as it is written.
    func opening(on date: LocalDate, zone: Zone) -> Range<Timestamp> {
        let length = writtenSeconds
        let face = LocalDateTime(date: date, secondOfDay: opensAt).faceSeconds
        let opens = zone.firstMoment(of: LocalDateTime(faceSeconds: face))
        let closesByClock = zone.firstMoment(of: LocalDateTime(faceSeconds: face + length))
        let closesByLength = opens + .seconds(length)
        return opens..<(closesByClock > opens ? min(closesByClock, closesByLength) : closesByLength)
    }

    /// The written length in seconds, 1...86400.
    private var writtenSeconds: Int {
        let length = floorDivide(closesAt - opensAt, 86_400).remainder
        return length == 0 ? 86_400 : length
    }
}
