/// Which devices begin, and when.
extension FleetMachine {
    /// Starts what may start in an update, in the order of its targets.
    mutating func admit(_ update: UpdateIndex, _ now: Timestamp) {
        let status = state.updates[update.offset].status
        guard status == .running || status == .scheduled, state.updates[update.offset].startsEnded == nil else {
            return
        }
        var clock = SiteClock(state.update(update), state.settings, zones: state.devices.zones, now: now)
        // Who drops out in passing makes the sample smaller or counts as failed, and may lose the gate for the others.
        var mayLoseGate = false
        for slot in state.updates[update.offset].assignments.live
        where state.updates[update.offset].assignments.state(Position(slot)) == .retrying {
            let device = state.updates[update.offset].assignments.device(Position(slot))
            if let cause = state.retryRefusal(update, Position(slot)) {
                record(.attemptFailed(update, device, cause, retryAt: nil), now)
                mayLoseGate = true
                continue
            }
            if mayLoseGate, !state.decideGate(update, now: now).isEmpty { return }
            mayLoseGate = false
            guard consider(update, Position(slot), &clock) else { return }
        }
        var cursor = 0
        let end = state.updates[update.offset].openEnd
        while let position = state.updates[update.offset].assignments.ready.next(from: cursor, before: end) {
            cursor = position + 1
            if let reason = state.turnSkip(update, position) {
                let device = state.updates[update.offset].assignments.device(position)
                record(.assignmentSkipped(update, device, reason), now)
                mayLoseGate = true
                continue
            }
            if mayLoseGate, !state.decideGate(update, now: now).isEmpty { return }
            mayLoseGate = false
            guard consider(update, position, &clock) else { return }
        }
    }

    /// Starts an attempt if nothing holds it. False: what holds it holds every device of the update.
    private mutating func consider(_ update: UpdateIndex, _ position: Position, _ clock: inout SiteClock) -> Bool {
        guard let reason = state.blocker(update, position, presence: presence, clock: &clock) else {
            let device = state.updates[update.offset].assignments.device(position)
            let attempt = state.updates[update.offset].assignments.attempt(position) + 1
            record(.attemptStarted(update, device, attempt: attempt), clock.now)
            return true
        }
        if reason == .nextContact { awaitsContacts = true }
        wake(at: reason.until)
        return !FleetState.holdsAll(reason)
    }
}

extension FleetState {
    /// Devices of an update that have not begun, in the order of its targets.
    func waitingDevices(_ update: UpdateIndex) -> [DeviceIndex] {
        let assignments = updates[update.offset].assignments
        return (0..<assignments.count).compactMap {
            switch assignments.state($0) {
            case .pending, .scheduled: assignments.device($0)
            default: nil
            }
        }
    }

    /// Why a device is left out when its turn comes; nil: it is not. One that is busy elsewhere is asked again later.
    func turnSkip(_ update: UpdateIndex, _ position: Position) -> EndReason? {
        let device = updates[update.offset].assignments.device(position)
        guard devices.liveUpdate(device) == nil else { return nil }
        return rollbackSkip(update, position)
            ?? versionSkip(
                device, target: targetVersion(update, position),
                allowsDowngrade: updates[update.offset].definition.allowsDowngrade)
            ?? unsendable(update, position)
    }
}
