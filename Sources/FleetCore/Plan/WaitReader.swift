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

    /// How many wait for what. Devices of phases that have not opened wait for one thing and are counted, not visited;
    /// the same goes for an update that is held as a whole.
    public mutating func groups() -> [(reason: WaitReason, count: Int)] {
        let record = state.updates[update.offset]
        let total = record.tally.waiting + record.tally[.retrying]
        guard let first = (0..<record.assignments.count).first(where: { isWaiting(record, $0) }),
            let held = reason(first)
        else { return [] }
        if FleetState.holdsUpdate(held) { return [(held, total)] }
        var groups: [(reason: WaitReason, count: Int)] = []
        var counted = 0
        for position in 0..<record.openEnd where isWaiting(record, position) {
            guard let reason = reason(position) else { continue }
            counted += 1
            if let index = groups.lastIndex(where: { $0.reason == reason }) {
                groups[index].count += 1
            } else if groups.count < Self.maximumGroups {
                groups.append((reason, 1))
            } else {
                groups[groups.count - 1].count += 1
            }
        }
        let closed = (record.openEnd..<record.assignments.count).first { isWaiting(record, $0) }
        if let closed, let reason = reason(closed) { groups.append((reason, total - counted)) }
        return groups
    }

    /// More different reasons than this are counted with the last.
    private static let maximumGroups = 64

    private func isWaiting(_ record: UpdateRecord, _ position: Position) -> Bool {
        switch record.assignments.state(position) {
        case .pending, .scheduled, .retrying: true
        default: false
        }
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
        case .notStarted, .awaitingApproval, .paused: true
        default: false
        }
    }
}
