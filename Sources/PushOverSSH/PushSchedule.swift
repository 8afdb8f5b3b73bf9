import FleetCore

/// Who is visited when: each terminal once a heartbeat, those with an order first, so many at once, and none twice at once.
struct PushSchedule {
    private struct Entry {
        var target: PushTarget
        /// When it is to be visited; nothing comes before that, an order included.
        var due: ContinuousClock.Instant
        var isUnderWay = false
    }

    private var entries: [DeviceIndex: Entry] = [:]
    /// Those that have an order, as far as is known; not all of them need be driven by SSH.
    private var ordered: Set<DeviceIndex> = []
    private var pushes = 0, looks = 0
    private var hasRoster = false
    private let mostPushes: Int, mostLooks: Int

    init(mostPushes: Int, mostLooks: Int) {
        self.mostPushes = mostPushes
        self.mostLooks = mostLooks
    }

    /// A device has an order, or one that is taken back.
    mutating func order(_ device: DeviceIndex) {
        // Before the registry was read nobody knows whose orders are meant.
        guard entries[device] != nil || !hasRoster else { return }
        ordered.insert(device)
        if entries[device]?.isUnderWay == false { entries[device]?.due = .now }
    }

    /// The terminals that there are now. A new one is due at once.
    mutating func take(_ targets: [PushTarget], now: ContinuousClock.Instant) {
        var next: [DeviceIndex: Entry] = [:]
        for target in targets {
            var entry = entries[target.device] ?? Entry(target: target, due: now)
            entry.target = target
            next[target.device] = entry
        }
        // One whose visit is under way is forgotten at its end.
        for (device, entry) in entries where next[device] == nil && entry.isUnderWay { next[device] = entry }
        entries = next
        hasRoster = true
        ordered.formIntersection(next.keys)
    }

    /// Takes the visits that are due and have room, the longest due first.
    mutating func takeDue(now: ContinuousClock.Instant) -> [(PushTarget, carries: Bool)] {
        var due = entries.values.filter { !$0.isUnderWay && $0.due <= now }
        guard !due.isEmpty else { return [] }
        due.sort { ($0.due, $0.target.device.rawValue) < ($1.due, $1.target.device.rawValue) }
        var taken: [(PushTarget, carries: Bool)] = []
        for entry in due {
            let device = entry.target.device, carries = ordered.contains(device)
            guard carries ? pushes < mostPushes : looks < mostLooks else { continue }
            if carries { pushes += 1 } else { looks += 1 }
            ordered.remove(device)
            entries[device]?.isUnderWay = true
            taken.append((entry.target, carries))
        }
        return taken
    }

    /// A visit has ended.
    mutating func ended(
        _ device: DeviceIndex, carried: Bool, _ outcome: PushVisit.Outcome, now: ContinuousClock.Instant,
        heartbeat: Duration
    ) {
        if carried { pushes -= 1 } else { looks -= 1 }
        entries[device]?.isUnderWay = false
        let isKnown = ordered.contains(device)
        if outcome == .again { ordered.insert(device) }
        let pause = carried ? PushDriver.pauseBeforeAgain : .zero
        entries[device]?.due = isKnown ? now : now + (outcome == .again ? pause : heartbeat)
    }
}
