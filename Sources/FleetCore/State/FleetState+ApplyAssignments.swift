extension FleetState {
    mutating func applyToAssignment(_ fact: Fact) {
        let at = fact.at
        switch fact.event {
        case .attemptStarted(let update, let device, let attempt):
            withPosition(update, device) { $0.applyAttempt(update.offset, $1, device, attempt: attempt, at: at) }
        case .stepReached(let update, let device, let step):
            withPosition(update, device) {
                $0.updates[update.offset].assignments.steps[$1] = step
                $0.updates[update.offset].assignments.stepSince[$1] = at.milliseconds
            }
        case .attemptFailed(let update, let device, let cause, let retryAt):
            withPosition(update, device) {
                if $0.leavesVersionUntold(update, $1, cause) { $0.devices.setVersionUntold(device, true) }
                $0.applyAttemptFailed(update.offset, $1, cause, retryAt: retryAt, at: at)
            }
        case .assignmentCompleted(let update, let device):
            withPosition(update, device) { $0.end(update.offset, $1, .completed, nil, at: at) }
            devices.setSettled(device, update)
            devices.setVersionUntold(device, false)
        case .assignmentCancelled(let update, let device, let reason):
            withPosition(update, device) { $0.end(update.offset, $1, .cancelled, reason, at: at) }
        case .assignmentSkipped(let update, let device, let reason):
            withPosition(update, device) { $0.end(update.offset, $1, .skipped, reason, at: at) }
        case .outcomeTurnedBad(let update, let device, let cause):
            withPosition(update, device) { $0.applyTurnedBad(update.offset, $1, device, cause, at: at) }
        default: break
        }
    }

    private mutating func withPosition(
        _ update: UpdateIndex, _ device: DeviceIndex, _ body: (inout FleetState, Position) -> Void
    ) {
        guard let position = updates[update.offset].assignments.position(of: device) else { return }
        body(&self, position)
    }

    private mutating func applyAttempt(
        _ offset: Int, _ position: Position, _ device: DeviceIndex, attempt: Int, at: Timestamp
    ) {
        generation += 1
        let previous = UInt16(devices.firmwareNumber(device))
        updates[offset].assignments.generations[position] = generation
        updates[offset].assignments.attempts[position] = UInt8(clamping: attempt)
        updates[offset].assignments.steps[position] = .offered
        updates[offset].assignments.stepSince[position] = at.milliseconds
        if updates[offset].assignments.startedAt[position] == AssignmentTable.never {
            updates[offset].assignments.startedAt[position] = at.milliseconds
            updates[offset].assignments.previousVersions[position] = previous
        }
        move(offset, position, to: .inProgress)
        if updates[offset].status == .scheduled { updates[offset].status = .running }
        takePace(offset, device, at: at)
    }

    /// What a device says that it runs, while it has not begun to install, is what it ran before, whatever the registry
    /// believed when the attempt began. Its word for the update's own release proves that it has installed.
    mutating func applyFirmwareBefore(_ device: DeviceIndex, _ version: Version) {
        guard let update = devices.liveUpdate(device),
            let position = updates[update.offset].assignments.position(of: device),
            updates[update.offset].assignments.steps[position] < .installing, version != targetVersion(update, position)
        else { return }
        let number = UInt16(devices.firmwareNumber(device))
        updates[update.offset].assignments.previousVersions[position] = number
        // A rollback that was ordered meanwhile waits for this attempt to end.
        guard let rollback = updates[update.offset].rollback,
            let back = updates[rollback.offset].assignments.position(of: device)
        else { return }
        updates[rollback.offset].assignments.targetVersions[back] = returnNumber(update, device) ?? number
    }

    /// A start uses up its share of the starts a minute and of the region's link.
    private mutating func takePace(_ offset: Int, _ device: DeviceIndex, at: Timestamp) {
        if let spacing = startSpacing(updates[offset], at: at) { updates[offset].nextStartAt = at + spacing }
        guard let rate = settings.limits.bytesPerSecondPerRegion, rate > 0, !updates[offset].goesBack,
            let size = releases[updates[offset].definition.release]?.size, size > 0
        else { return }
        let region = devices.regionNumber(device)
        let from = max(at, devices.regionCounts[region].linkFreeAt)
        devices.takeLink(ofRegion: region, until: from + .milliseconds(size * 1000 / rate))
    }

    /// The time between two starts of an update: its starts a minute, evenly spread; during the ramp they grow from a
    /// tenth to all of it. Nil: no such limit.
    func startSpacing(_ record: UpdateRecord, at: Timestamp) -> Duration? {
        guard let perMinute = record.definition.startsPerMinute ?? settings.limits.startsPerMinute, perMinute > 0
        else { return nil }
        // Rounded up: seven a minute is not eight.
        let full = (Int64(60_000) + Int64(perMinute) - 1) / Int64(perMinute)
        guard let ramp = settings.limits.ramp, ramp > .zero, let start = record.startedAt else {
            return .milliseconds(max(1, full))
        }
        let elapsed = max(0, (at - start).milliseconds)
        guard elapsed < ramp.milliseconds else { return .milliseconds(max(1, full)) }
        // In thousandths of the full rate, so that the core needs no floating point.
        let share = max(100, elapsed * 1000 / ramp.milliseconds)
        return .milliseconds(max(1, (full * 1000 + share - 1) / share))
    }

    /// Whether an attempt ends without a word of its device, and the device may run another version by now. Since a
    /// backup was taken that may be so of any.
    private func leavesVersionUntold(_ update: UpdateIndex, _ position: Position, _ cause: FailureCause) -> Bool {
        guard updates[update.offset].assignments.state(position) == .inProgress else { return false }
        let hasInstalled = updates[update.offset].assignments.steps[position] >= .installing
        return cause == .notKnown || cause.isOfSilence && hasInstalled
    }

    private mutating func applyAttemptFailed(
        _ offset: Int, _ position: Position, _ cause: FailureCause, retryAt: Timestamp?, at: Timestamp
    ) {
        updates[offset].assignments.setReason(position, .failed(cause))
        if let retryAt {
            updates[offset].assignments.stepSince[position] = retryAt.milliseconds
            move(offset, position, to: .retrying)
        } else {
            end(offset, position, .failed, .failed(cause), at: at)
        }
    }

    private mutating func applyTurnedBad(
        _ offset: Int, _ position: Position, _ device: DeviceIndex, _ cause: FailureCause, at: Timestamp
    ) {
        updates[offset].assignments.turnedBad[position] = true
        updates[offset].assignments.setReason(position, .failed(cause))
        // One that was left out for being where it was to be brought counts as one that was there.
        if updates[offset].assignments.state(position) == .skipped { move(offset, position, to: .completed) }
        updates[offset].tally.turnedBad += 1
        changeRegionTally(offset, devices.regionNumber(device)) { $0.turnedBad += 1 }
        if let phase = updates[offset].phase(of: position) { updates[offset].phases[phase].tally.turnedBad += 1 }
        countCause(offset, device, cause, at: at)
        if devices.settledUpdate(device) == updates[offset].index { devices.setSettled(device, nil) }
        if let phase = updates[offset].currentPhase, updates[offset].phases[phase].soakFrom != nil {
            updates[offset].phases[phase].soakFrom = at
        }
    }

    /// Brings an assignment to a final state.
    mutating func end(
        _ offset: Int, _ position: Position, _ state: AssignmentState, _ reason: EndReason?, at: Timestamp
    ) {
        updates[offset].assignments.endedAt[position] = at.milliseconds
        if let reason { updates[offset].assignments.setReason(position, reason) }
        if state == .completed { updates[offset].assignments.reasonNumbers[position] = AssignmentTable.noReason }
        if state == .failed, case .failed(let cause) = reason {
            countCause(offset, updates[offset].assignments.device(position), cause, at: at)
        }
        move(offset, position, to: state)
        closeIfDone(offset)
    }

    private mutating func countCause(_ offset: Int, _ device: DeviceIndex, _ cause: FailureCause, at: Timestamp) {
        let key = UpdateRecord.CauseKey(code: cause.code, region: devices.regionNumber(device))
        updates[offset].causes[key, default: 0] += 1
        if updates[offset].causesSince[cause.code] == nil { updates[offset].causesSince[cause.code] = at }
    }

    /// Changes a state with every counter that depends on it.
    private mutating func move(_ offset: Int, _ position: Position, to state: AssignmentState) {
        let old = updates[offset].assignments.states[position]
        let device = updates[offset].assignments.device(position)
        updates[offset].assignments.states[position] = state
        updates[offset].tally.add(old, -1)
        updates[offset].tally.add(state, 1)
        changeRegionTally(offset, devices.regionNumber(device)) {
            $0.add(old, -1)
            $0.add(state, 1)
        }
        if let phase = updates[offset].phase(of: position) {
            updates[offset].phases[phase].tally.add(old, -1)
            updates[offset].phases[phase].tally.add(state, 1)
        }
        if old == .inProgress { updates[offset].inFlight -= 1 }
        if state == .inProgress { updates[offset].inFlight += 1 }
        if old.isLive != state.isLive {
            if state.isLive {
                updates[offset].assignments.addLive(position)
            } else {
                updates[offset].assignments.removeLive(position)
            }
        }
        if old.isLive || state.isLive {
            devices.setLive(
                device, state.isLive ? updates[offset].index : nil, inProgress: state == .inProgress)
        }
        refreshReady(offset, position)
    }

    /// Recomputes whether an assignment may be offered something.
    mutating func refreshReady(_ offset: Int, _ position: Position) {
        let state = updates[offset].assignments.states[position]
        let isWaiting = state == .pending || state == .scheduled
        updates[offset].assignments.ready[position] =
            isWaiting && devices.isReachable(updates[offset].assignments.device(position))
    }

    /// Recomputes it for a device in every open update that names it.
    mutating func refreshReady(_ device: DeviceIndex) {
        for update in openUpdates {
            if let position = updates[update.offset].assignments.position(of: device) {
                refreshReady(update.offset, position)
            }
        }
    }
}
