/// How far the devices of an update have come back.
extension FleetState {
    /// The rollbacks of an update, or one that goes back itself, and the retries of these, in the order of their starts.
    public func returns(of update: UpdateIndex) -> [UpdateIndex] {
        let record = updates[update.offset]
        var returns = record.goesBack ? [update] : rollbacks(of: update)
        guard let first = returns.first else { return [] }
        for later in updates[(first.offset + 1)...] {
            if case .retry(let parent) = later.kind, returns.contains(parent) { returns.append(later.index) }
        }
        return returns.sorted()
    }

    /// How many devices the rollbacks of an update have brought back, and how many the first of them was for; those whose
    /// files came later, and that a retry was for, are among them.
    public func devicesBack(of update: UpdateIndex) -> (back: Int, of: Int) {
        let returns = returns(of: update).map { updates[$0.offset] }
        guard let first = returns.first else { return (0, 0) }
        guard returns.count > 1 else { return (first.tally.succeeded, first.tally.target) }
        let later = (0..<first.assignments.count).count { place in
            let device = first.assignments.device(place)
            return first.assignments.state(place) == .skipped
                && returns.dropFirst().contains { record in
                    record.assignments.position(of: device).map { record.assignments.state($0) != .skipped } ?? false
                }
        }
        return (returns.reduce(0) { $0 + $1.tally.succeeded }, first.tally.target + later)
    }

    /// The devices that an update has brought to its release, and that no rollback has brought back.
    public func devicesDone(by update: UpdateIndex) -> Int {
        let record = updates[update.offset], returns = returns(of: update)
        guard !returns.isEmpty else { return record.tally.succeeded }
        return (0..<record.assignments.count).count { position in
            record.assignments.state(position) == .completed && !record.assignments.hasTurnedBad(position)
                && !isBack(record.assignments.device(position), by: returns)
        }
    }

    /// A device that was to go back and has not.
    public struct DeviceLeft: Hashable, Sendable {
        /// The device.
        public var device: DeviceIndex
        /// The last update that was to bring it back, and why that has not; nil: it may yet.
        public var update: UpdateIndex, reason: EndReason?
    }

    /// The devices that failed to go back, or were seen on another release since, in an update's rollbacks or in one that
    /// goes back, and that no retry has brought back. What another update brought elsewhere since, or is out of service,
    /// is not looked for any more.
    public func devicesLeft(by update: UpdateIndex) -> [DeviceLeft] {
        let returns = returns(of: update)
        var left: [DeviceLeft] = []
        for (number, origin) in returns.enumerated() where updates[origin.offset].tally.failures > 0 {
            let assignments = updates[origin.offset].assignments
            for position in 0..<assignments.count where hasFailed(assignments, position) {
                let device = assignments.device(position), later = returns[(number + 1)...]
                // The last that was for it tells; one of its own would be told twice.
                guard devices.lifecycle(device) != .decommissioned, supersedingUpdate(origin, device) == nil,
                    !later.contains(where: { hasFailed($0, device) }), !isBack(device, by: Array(later))
                else { continue }
                let last = later.last { updates[$0.offset].assignments.position(of: device) != nil } ?? origin
                left.append(DeviceLeft(device: device, update: last, reason: reason(device, last)))
            }
        }
        return left
    }

    private func hasFailed(_ assignments: AssignmentTable, _ position: Position) -> Bool {
        assignments.state(position) == .failed || assignments.hasTurnedBad(position)
    }

    private func hasFailed(_ update: UpdateIndex, _ device: DeviceIndex) -> Bool {
        let assignments = updates[update.offset].assignments
        return assignments.position(of: device).map { hasFailed(assignments, $0) } ?? false
    }

    private func reason(_ device: DeviceIndex, _ update: UpdateIndex) -> EndReason? {
        let assignments = updates[update.offset].assignments
        guard let position = assignments.position(of: device), !assignments.state(position).isLive else { return nil }
        return assignments.reason(position)
    }

    /// Whether one of these updates has brought a device back.
    func isBack(_ device: DeviceIndex, by returns: [UpdateIndex]) -> Bool {
        returns.contains { update in
            let assignments = updates[update.offset].assignments
            guard let position = assignments.position(of: device) else { return false }
            if case .alreadyOn? = assignments.reason(position), assignments.state(position) == .skipped { return true }
            return assignments.state(position) == .completed && !assignments.hasTurnedBad(position)
        }
    }
}
