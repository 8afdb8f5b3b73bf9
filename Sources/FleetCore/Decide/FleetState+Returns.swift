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

    /// Where the devices stand that an update has changed and that were to go back.
    public struct ReturnCount: Hashable, Sendable {
        /// How many there are: those that turned out to have what they were to go back to are not among them, nor those that
        /// another update changed since.
        public var of = 0
        /// How many are back, by their own word.
        public var back = 0
        /// Those that have not come back, and that nothing brings back now.
        public var left: [DeviceIndex] = []
        /// Why not, of those of them of which it is known.
        public var reasons: [EndReason] = []
    }

    /// Counts the devices of an update that was rolled back, or of one that goes back itself, with the retries of that.
    public func returnCount(of update: UpdateIndex) -> ReturnCount {
        let record = updates[update.offset], returns = returns(of: update)
        var count = ReturnCount()
        guard !returns.isEmpty else { return count }
        for position in 0..<record.assignments.count where record.goesBack || isTouched(record.assignments, position) {
            switch standing(update, position, returns) {
            case .noPart: continue
            case .back: count.back += 1
            case .underWay: break
            case .left(let reason):
                count.left.append(record.assignments.device(position))
                if let reason { count.reasons.append(reason) }
            }
            count.of += 1
        }
        return count
    }

    /// The devices that an update has brought to its release, and that no rollback has brought back.
    public func devicesDone(by update: UpdateIndex) -> Int {
        let record = updates[update.offset], returns = returns(of: update)
        guard !returns.isEmpty else { return record.tally.succeeded }
        return (0..<record.assignments.count).count { position in
            guard record.assignments.state(position) == .completed, !record.assignments.hasTurnedBad(position)
            else { return false }
            if case .back = standing(update, position, returns) { return false }
            return true
        }
    }

    /// How a device stands to the way back of an update that has changed it.
    enum ReturnStanding {
        /// Nothing is to be brought back.
        case noPart
        case back
        /// It waits for its turn, or has an order.
        case underWay
        /// It is, or may be, on what was to be taken from it.
        case left(EndReason?)
    }

    /// Where the device at a position of an update stands, by the updates that are to bring it back.
    func standing(_ update: UpdateIndex, _ position: Position, _ returns: [UpdateIndex]) -> ReturnStanding {
        let device = updates[update.offset].assignments.device(position)
        let parts = returns.compactMap { back in
            updates[back.offset].assignments.position(of: device).map { (update: back, position: $0) }
        }
        guard let last = parts.last else { return strayed(update, device) }
        let assignments = updates[last.update.offset].assignments, state = assignments.state(last.position)
        if state.isLive || state == .pending || state == .scheduled { return .underWay }
        if state == .completed, !assignments.hasTurnedBad(last.position) { return .back }
        let hadToGo = parts.contains { wasToGo(updates[$0.update.offset].assignments, $0.position) }
        let goal = targetVersion(last.update, last.position)
        if devices.firmware(device) == goal, !devices.isVersionUntold(device) { return hadToGo ? .back : .noPart }
        let reason = assignments.reason(last.position)
        guard devices.lifecycle(device) != .decommissioned else { return .noPart }
        guard state != .skipped || reason?.lacksFiles == true else { return strayed(update, device) }
        return supersedingUpdate(update, device) == nil ? .left(reason) : .noPart
    }

    /// Whether an update that goes back had something to do at a device, or would have had if it had held the files.
    private func wasToGo(_ assignments: AssignmentTable, _ position: Position) -> Bool {
        assignments.state(position) != .skipped || assignments.reason(position)?.lacksFiles == true
    }

    /// A device that no rollback was for, or that had no part in it, since it was held, out of service, or another
    /// update's at the time: it is left if it is on the release again, or still, and nobody else has given it that since.
    private func strayed(_ update: UpdateIndex, _ device: DeviceIndex) -> ReturnStanding {
        let release = updates[update.offset].definition.release
        guard devices.lifecycle(device) != .decommissioned, supersedingUpdate(update, device) == nil,
            devices.isVersionUntold(device) || devices.firmware(device) == release,
            let giver = giver(of: release, to: device)?.update, root(of: giver) == root(of: update)
        else { return .noPart }
        return .left(devices.lifecycle(device) == .registered ? .held : nil)
    }

    /// Whether a device has not come back, and nothing brings it back now.
    func isLeft(_ update: UpdateIndex, _ position: Position, _ returns: [UpdateIndex]) -> Bool {
        if case .left = standing(update, position, returns) { return true }
        return false
    }

    /// Where the devices of an update stand by the last update each that brings it back; nothing of those without one.
    public func returnTally(of update: UpdateIndex) -> Tally {
        let assignments = updates[update.offset].assignments, returns = returns(of: update).map { updates[$0.offset] }
        var tally = Tally()
        for position in 0..<assignments.count {
            let device = assignments.device(position)
            guard let last = returns.last(where: { $0.assignments.position(of: device) != nil }),
                let place = last.assignments.position(of: device)
            else { continue }
            tally[last.assignments.state(place)] += 1
            if last.assignments.hasTurnedBad(place) { tally.turnedBad += 1 }
        }
        return tally
    }
}
