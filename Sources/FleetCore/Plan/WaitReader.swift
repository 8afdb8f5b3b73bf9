/// Reads why the devices of one update wait, with the calendar worked out once.
public struct WaitReader {
    private let state: FleetState
    private let update: UpdateIndex
    private let presence: Presence
    private var clock: SiteClock

    init(_ state: FleetState, _ update: UpdateIndex, presence: Presence, now: Timestamp) {
        self.state = state
        self.update = update
        self.presence = presence
        clock = SiteClock(state.updates[update.offset], state.settings, zones: state.devices.zones, now: now)
    }

    /// Why one device waits; nil: it has ended or is under way.
    public mutating func reason(_ position: Position) -> WaitReason? {
        state.waitReason(update, position, presence: presence, clock: &clock)
    }

    /// How many wait for what; reasons that differ only in a moment or a place are one, which says of these only what holds
    /// for all. Devices of phases that have not opened wait for one thing and are counted, not visited; the same goes for an
    /// update that is held as a whole. The others are asked once for each different situation they are in.
    public mutating func groups() -> [(reason: WaitReason, count: Int)] {
        let record = state.updates[update.offset]
        let total = record.tally.waiting + record.tally[.retrying]
        let states = record.assignments.states
        guard total > 0, let first = Self.firstWaiting(states, from: 0), let held = reason(first) else { return [] }
        if FleetState.holdsUpdate(held) { return [(held, total)] }
        var groups = WaitGroups()
        let counted = countOpen(record, into: &groups)
        if let closed = Self.firstWaiting(states, from: record.openEnd), let reason = reason(closed) {
            groups.add(reason, total - counted)
        }
        return groups.all
    }

    /// Counts what waits in open phases; gives how many do.
    private mutating func countOpen(_ record: UpdateRecord, into groups: inout WaitGroups) -> Int {
        let states = record.assignments.states, targets = record.assignments.devices
        let situations = WaitSituations(state, record, presence: presence)
        var known = WaitMemo()
        var counted = 0
        for position in 0..<record.openEnd {
            let standing = states[position]
            guard Self.isWaiting(standing) else { continue }
            counted += 1
            if standing == .retrying {
                if let reason = reason(position) { groups.add(reason, 1) }
                continue
            }
            let situation = situations.situation(of: targets[position])
            if let group = known[situation], !isElsewhere(targets[position], groups.reason(group)) {
                groups.count(group)
            } else if let reason = reason(position) {
                known[situation] = groups.add(reason, 1)
            }
        }
        return counted
    }

    /// Whether a device is at another site, or busy with another update, than a reason of its kind names. Situations do not
    /// tell these apart.
    private func isElsewhere(_ device: DeviceIndex, _ reason: WaitReason) -> Bool {
        let place = reason.place
        if let site = place.site { return state.devices.site(device) != site }
        guard let update = place.update, let busy = state.devices.liveUpdate(device) else { return false }
        return state.updates[busy.offset].id != update
    }

    private static func firstWaiting(_ states: [AssignmentState], from start: Position) -> Position? {
        states.indices.dropFirst(start).first { isWaiting(states[$0]) }
    }

    private static func isWaiting(_ state: AssignmentState) -> Bool {
        state == .pending || state == .scheduled || state == .retrying
    }
}

extension FleetState {
    /// A reader of why the devices of one update wait.
    public func waitReader(_ update: UpdateIndex, presence: Presence, now: Timestamp) -> WaitReader {
        WaitReader(self, update, presence: presence, now: now)
    }

    /// Whether a reason holds a whole update, whatever its devices do.
    static func holdsUpdate(_ reason: WaitReason) -> Bool {
        switch reason {
        case .notStarted, .awaitingApproval, .secondPerson, .paused: true
        default: false
        }
    }
}

extension WaitReason {
    /// Whether two reasons differ only in a moment or a place.
    public func isSameKind(as other: WaitReason) -> Bool {
        switch (self, other) {
        case (.window, .window), (.freeze, .freeze), (.rate, .rate), (.bandwidth, .bandwidth), (.floor, .floor),
            (.offline, .offline), (.backingOff, .backingOff), (.busy, .busy), (.limit(.region), .limit(.region)),
            (.limit(.site), .limit(.site)):
            true
        default: self == other
        }
    }
}
