/// What follows from time alone.
extension FleetState {
    /// When the present step of an attempt counts as failed. The engine's own absence holds it back, and a download
    /// that moves holds it back.
    public func deadline(_ update: UpdateIndex, _ position: Position, presence: Presence) -> Timestamp? {
        guard let step = updates[update.offset].assignments.step(position),
            var since = updates[update.offset].assignments.stepSince(position)
        else { return nil }
        since = max(since, listeningSince)
        if step == .downloading,
            let progress = presence.download(
                updates[update.offset].assignments.device(position),
                generation: updates[update.offset].assignments.generation(position))
        {
            since = max(since, progress.at)
        }
        // What a device has begun to restart with is not its choice any more.
        if step < .confirming,
            let deferral = presence.deferral(
                updates[update.offset].assignments.device(position),
                generation: updates[update.offset].assignments.generation(position))
        {
            since = max(since, min(deferral.at, deferral.since + Presence.longestDeferral))
        }
        return since + settings.deadlines[step]
    }

    /// Why an attempt whose step passed its deadline has failed.
    func overdueCause(_ step: AttemptStep, _ device: DeviceIndex) -> FailureCause {
        if devices.hold(device) != nil { return .held }
        switch step {
        case .offered, .downloading: return .noAnswer
        case .installing: return .installTimedOut
        case .confirming: return .silentAfterInstall
        }
    }

    /// How long a device may be silent before it is offline: the heartbeats it may miss, and a quarter of one more, so
    /// that a late one is not taken for a missed one.
    public var silenceAllowed: Duration {
        let heartbeat = settings.heartbeat.milliseconds
        return .milliseconds(heartbeat * Int64(max(1, settings.missedHeartbeats)) + heartbeat / 4)
    }

    /// Online devices that have been silent for too long.
    func silentDevices(presence: Presence, now: Timestamp) -> [DeviceIndex] {
        devices.indices.compactMap { offset in
            let device = DeviceIndex(UInt32(offset))
            guard devices.status(device) == .online else { return nil }
            let heard = max(presence.lastSeen(device) ?? .distantPast, listeningSince)
            return heard + silenceAllowed < now ? device : nil
        }
    }

    /// What an update's gate and phases do now.
    func decideGate(_ update: UpdateIndex, now: Timestamp) -> [Event] {
        let record = updates[update.offset]
        // With nobody to update no gate has anything to say: it is over.
        guard record.definition.hasGates, record.startsEnded == nil, !record.status.isFinal,
            record.status != .awaitingApproval, !record.reachesNobody
        else { return [] }
        guard let current = record.currentPhase else {
            return record.status == .paused ? [] : [.phaseOpened(update, phase: 0)]
        }
        let phase = record.phases[current]
        // A failed gate is never asked again: an operator says what becomes of the update.
        guard phase.verdict != .failed else { return [] }
        let sample = gateSample(record, phase: current, now: now)
        let verdict = phase.definition.gate.verdict(sample)
        switch verdict {
        case .failed: return gateFailed(record, phase: current, sample)
        case _ where phase.verdict == .passed && phase.closedAt == nil && !phase.definition.gate.holds(sample):
            return [decided(update, current, .unproven, sample)]
        case .passed where phase.verdict == .unproven:
            return [decided(update, current, .passed, sample)]
        case .inconclusive where phase.verdict == .unproven && record.status != .paused:
            return [
                decided(update, current, .inconclusive, sample),
                .updatePaused(update, .inconclusive(phase: phase.definition.name)),
            ]
        default: return phase.verdict == .passed ? decideSoak(record, phase: current, now: now) : []
        }
    }

    private func decided(_ update: UpdateIndex, _ phase: Int, _ verdict: GateVerdict, _ sample: GateSample) -> Event {
        .gateDecided(update, phase: phase, verdict, completed: sample.succeeded, failed: sample.failed)
    }

    /// The assignments a phase's gate looks at.
    public func gateSample(_ record: UpdateRecord, phase: Int, now: Timestamp) -> GateSample {
        let tally = record.cumulativeTally(through: phase)
        let size = record.phases[phase].size
        var isTimedOut = false
        // Time runs for a gate that could be decided: not while an operator holds the update, nor behind it.
        if record.status != .paused, record.phases[phase].closedAt == nil, let from = record.phases[phase].timeoutFrom {
            isTimedOut = from + record.phases[phase].definition.gate.timeout <= now
        }
        return GateSample(
            size: tally.total - tally[.skipped] - tally[.cancelled], succeeded: tally.succeeded,
            failed: tally.failures, moving: moving(record, through: size, tally), isTimedOut: isTimedOut)
    }

    /// Devices of the phases so far that are under way, or wait and could be reached. One that has to wait for the
    /// return of a device, itself or another of its site, is as pending as an offline one: a gate does not wait for it.
    private func moving(_ record: UpdateRecord, through size: Int, _ tally: Tally) -> Int {
        let assignments = record.assignments
        let held = assignments.live.count { slot in
            assignments.state(Position(slot)) == .retrying && awaitsReturn(assignments.device(Position(slot)))
        }
        let active = tally.active - held, ready = assignments.ready.count(before: size)
        guard active == 0, ready > 0 else { return active + ready }
        var position = -1
        while let next = assignments.ready.next(from: position + 1, before: size) {
            if !awaitsReturn(assignments.device(next)) { return ready }
            position = next
        }
        return 0
    }

    /// Whether a device cannot start before a device returns: it is away, or the floor holds it while nothing at its
    /// site is under way.
    private func awaitsReturn(_ device: DeviceIndex) -> Bool {
        guard devices.status(device) == .online else { return true }
        let site = devices.siteNumber(device)
        return devices.siteCounts[site].inFlight == 0 && floorBlocker(site) != nil
    }

    private func gateFailed(_ record: UpdateRecord, phase: Int, _ sample: GateSample) -> [Event] {
        let name = record.phases[phase].definition.name
        let decision = decided(record.index, phase, .failed, sample)
        if case .progressive(_, .pause) = record.definition.strategy {
            return [decision, .updatePaused(record.index, .gateFailed(phase: name))]
        }
        var events = [decision, Event.startsEnded(record.index, .gateFailed(phase: name))]
        let targets = rollbackSet(record.index).targets
        events.append(
            targets.isEmpty
                ? .updateEnded(record.index, .halted)
                : .rollbackStarted(of: record.index, id: rollbackID(record), targets: targets))
        return events
    }

    private func decideSoak(_ record: UpdateRecord, phase: Int, now: Timestamp) -> [Event] {
        let reading = record.phases[phase]
        guard record.status != .paused, reading.closedAt == nil, let soakFrom = reading.soakFrom,
            soakFrom + reading.definition.wait <= now,
            !reading.definition.gate.requiresApproval || reading.isApproved
        else { return [] }
        let closed = Event.phaseClosed(record.index, phase: phase)
        return phase + 1 < record.phases.count ? [closed, .phaseOpened(record.index, phase: phase + 1)] : [closed]
    }

    /// Whether an update is over, and how.
    func decideEnd(_ update: UpdateIndex) -> [Event] {
        let record = updates[update.offset]
        guard !record.status.isFinal, record.status != .awaitingApproval || record.reachedNobodyAtStart,
            record.tally.waiting == 0, record.tally.active == 0
        else { return [] }
        if record.status == .rollingBack {
            guard let child = record.rollback, updates[child.offset].status.isFinal else { return [] }
            return [.updateEnded(update, isPartlyBack(update) ? .halted : .rolledBack)]
        }
        switch record.startsEnded {
        case nil:
            // A gate can be lost by what turns bad after its phase was left.
            let last = record.phases.last
            let isThrough =
                !record.definition.hasGates || record.reachesNobody || last?.closedAt != nil && last?.verdict != .failed
            return isThrough ? [.updateEnded(update, .completed)] : []
        case .gateFailed: return [.updateEnded(update, .halted)]
        default: return [.updateEnded(update, .cancelled)]
        }
    }
}
