import FleetCore

/// A way by which alerts leave the box.
public enum AlertWay: String, Codable, CaseIterable, Sendable {
    case webhook, command
}

/// What has been looked at, and what is still to be told: the part of alerts that outlives a process. A value without IO.
///
/// An alert is gathered while others of its cause may come, then sealed, and pending until every way has delivered it or
/// given it up. What is sealed is kept before it is sent, so that one id never stands for two contents.
struct Outbox: Codable, Equatable {
    /// Alerts that are kept at once; beyond them the oldest that is pending goes, and is counted.
    static let mostAlerts = 256
    /// Devices of one cause that fail together are waited for so long before the first alert, in milliseconds.
    static let settleTime: Int64 = 2000

    /// How many facts have been looked at.
    var cursor: UInt64
    /// Whether an engine works on this state: one that begins and finds it set was preceded by one that was cut off.
    var isRunning = false
    /// The number of facts behind which an engine was cut off, until that is told.
    var uncleanEnd: UInt64?
    /// Alerts that may grow, each until it is due.
    private(set) var gathering: [Gathered] = []
    /// Until when alerts of a cause wait for each other, in milliseconds of the wall clock.
    private(set) var spans: [Span] = []
    /// Sealed alerts, oldest first.
    private(set) var pending: [Pending] = []
    /// Alerts that had to go without being told.
    private(set) var dropped = 0

    struct Gathered: Codable, Equatable {
        var alert: Alert
        var dueAt: Int64
    }

    struct Span: Codable, Equatable {
        var key: Alert.Key
        var until: Int64
    }

    struct Pending: Codable, Equatable {
        var alert: Alert
        var sealedAt: Int64
        /// The ways by which it still has to go.
        var ways: [Attempts]
    }

    /// How a way stands with an alert.
    struct Attempts: Codable, Equatable {
        var way: AlertWay
        var count = 0
        /// Not before this moment of the wall clock, in milliseconds.
        var notBefore: Int64 = 0
    }

    init(cursor: UInt64) { self.cursor = cursor }
}

// MARK: - Gathering

extension Outbox {
    /// Takes alerts in. One of a cause that was told a moment ago waits for the others until the span of that is over.
    mutating func take(_ alerts: [Alert], collapse: Duration, now: Int64) {
        for alert in alerts {
            if let place = gathering.firstIndex(where: { $0.alert.key == alert.key }) {
                gathering[place].alert.add(alert)
                continue
            }
            let settled = Alert.isOfDevices(alert.kind) ? now + Self.settleTime : now
            let spanEnd = spans.first { $0.key == alert.key }?.until ?? 0
            // A clock that was set back does not make a span longer than it is.
            gathering.append(Gathered(alert: alert, dueAt: max(settled, min(spanEnd, now + collapse.milliseconds))))
            makeRoom()
        }
    }

    private mutating func makeRoom() {
        guard gathering.count + pending.count > Self.mostAlerts else { return }
        dropped += 1
        if pending.isEmpty { gathering.removeFirst() } else { pending.removeFirst() }
    }

    /// Seals what is due, for these ways; whether there was any.
    mutating func seal(_ ways: [AlertWay], collapse: Duration, now: Int64, all: Bool = false) -> Bool {
        let longest = now + max(Self.settleTime, collapse.milliseconds)
        spans.removeAll { $0.until <= now || $0.until > longest }
        let due = gathering.filter { all || $0.dueAt <= now || $0.dueAt > longest }
        guard !due.isEmpty else { return false }
        gathering.removeAll { due.contains($0) }
        for item in due {
            pending.append(Pending(alert: item.alert, sealedAt: now, ways: ways.map { Attempts(way: $0) }))
            spans.removeAll { $0.key == item.alert.key }
            spans.append(Span(key: item.alert.key, until: now + collapse.milliseconds))
        }
        // There are no more causes than alerts.
        if spans.count > Self.mostAlerts { spans.removeFirst(spans.count - Self.mostAlerts) }
        return true
    }
}

// MARK: - Sending

extension Outbox {
    /// The alert that a way is to deliver next.
    func next(_ way: AlertWay, now: Int64, longestPause: Int64) -> (alert: Alert, attempts: Int)? {
        for item in pending {
            guard let attempts = item.ways.first(where: { $0.way == way }) else { continue }
            if attempts.notBefore <= now || attempts.notBefore > now + longestPause {
                return (item.alert, attempts.count)
            }
        }
        return nil
    }

    /// When a way has something to do again, in milliseconds of the wall clock; nil: nothing is pending for it.
    func nextDue(_ way: AlertWay) -> Int64? {
        pending.compactMap { item in item.ways.first { $0.way == way }?.notBefore }.min()
    }

    /// A way is through with an alert: it was delivered, or given up.
    mutating func finish(_ way: AlertWay, _ id: String) {
        guard let place = pending.firstIndex(where: { $0.alert.id == id }) else { return }
        pending[place].ways.removeAll { $0.way == way }
        if pending[place].ways.isEmpty { pending.remove(at: place) }
    }

    /// A way tries an alert again later; gives since when it is tried.
    mutating func postpone(_ way: AlertWay, _ id: String, until moment: Int64) -> Int64? {
        guard let place = pending.firstIndex(where: { $0.alert.id == id }),
            let slot = pending[place].ways.firstIndex(where: { $0.way == way })
        else { return nil }
        pending[place].ways[slot].count += 1
        pending[place].ways[slot].notBefore = moment
        return pending[place].sealedAt
    }

    /// Ways that are no longer configured are waited for no more.
    mutating func keep(_ ways: [AlertWay]) {
        for place in pending.indices { pending[place].ways.removeAll { !ways.contains($0.way) } }
        pending.removeAll { $0.ways.isEmpty }
    }
}
