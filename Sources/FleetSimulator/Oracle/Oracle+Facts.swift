import FleetCore

/// Takes in facts, one by one.
extension Oracle {
    mutating func take(_ fact: Fact) {
        ledger.keep(fact)
        book.facts += 1
        takeTime(fact)
        switch fact.event {
        case .clockStepped, .ordersRenumbered: break
        case .engineStarted: takeUp()
        case .commandAccepted(let record): takeCommand(record, .accepted)
        case .commandRefused(let record, let refusal): takeCommand(record, .refused(refusal))
        case .fleetConfigured(let settings): configure(settings)
        case .releaseAdded(let release): add(release)
        case .deviceRegistered(let record): register(record)
        case .deviceRevised(let device, let record): revise(device.offset, record)
        case .deviceStatusChanged(let device, let status): changeStatus(device.offset, status)
        case .devicesSeen(let sightings): see(sightings)
        case .firmwareReported(let device, let version): changeFirmware(device.offset, version)
        case .deviceIntroduced, .deviceAccepted, .deviceRefused, .deviceHeld, .deviceDescribed:
            takeDevice(fact.event)
        default: takeUpdate(fact.event)
        }
    }

    private mutating func takeDevice(_ event: Event) {
        switch event {
        case .deviceIntroduced(let record, let tags): introduce(record, tags)
        case .deviceAccepted(let device): acceptDevice(device.offset)
        case .deviceRefused(let device): refuseDevice(device.offset)
        case .deviceHeld(let device, let reason): holdDevice(device.offset, reason)
        case .deviceDescribed(let device, let tags): describe(device.offset, tags)
        default: break
        }
    }

    /// The engine's time never goes back, unless the clock was set and a fact says so.
    private mutating func takeTime(_ fact: Fact) {
        if case .clockStepped(let step) = fact.event {
            clock.set(by: step)
        }
        let before = clock.wall
        ledger.expect(.audit, fact.at >= before, "time goes back to \(fact.at.iso) from \(before.iso)")
        clock.take(fact.at)
        ledger.now = clock.wall
        if case .clockStepped = fact.event { return }
        if !step.hasHeard { hear() }
    }

    /// An engine took up the journal: it knows of contacts what the journal knows, and listens from now on.
    private mutating func takeUp() {
        listeningSince = clock.elapsed
        for device in devices.indices {
            devices[device].knownAt = devices[device].journalledAt
            devices[device].downloading = 0
        }
    }

    private mutating func takeUpdate(_ event: Event) {
        switch event {
        case .updateDrafted(let definition): draft(definition)
        case .updateRevised(let update, let definition): redraft(update.offset, definition)
        case .updateStarted(let update, let targets, let skipped, let sizes):
            start(update.offset, targets.map(\.offset), skipped, sizes)
        case .updateApproved(let update): approve(update.offset)
        case .secondPersonAwaited(let update, let proposal): awaitSecondPerson(update.offset, proposal)
        case .proposalWithdrawn(let update): withdrawProposal(update.offset)
        case .updatePaused(let update, let reason): pause(update.offset, reason)
        case .updateResumed(let update): resume(update.offset)
        case .startsEnded(let update, let reason): stop(update.offset, reason)
        case .updateEnded(let update, let status): end(update.offset, status)
        case .rollbackStarted(let parent, let id, let targets): rollBack(parent.offset, id, targets.map(\.offset))
        case .retryStarted(let parent, let id, let targets): retry(parent.offset, id, targets.map(\.offset))
        case .phaseOpened(let update, let phase): openPhase(update.offset, phase)
        case .gateDecided(let update, let phase, let verdict, let completed, let failed):
            decideGate(update.offset, phase, verdict, completed: completed, failed: failed)
        case .phaseApproved(let update, let phase): approvePhase(update.offset, phase)
        case .phaseClosed(let update, let phase): closePhase(update.offset, phase)
        default: takeAssignment(event)
        }
    }

    private mutating func takeAssignment(_ event: Event) {
        switch event {
        case .attemptStarted(let update, let device, let attempt):
            with(update, device) { $0.beginAttempt($1, $2, attempt: attempt) }
        case .stepReached(let update, let device, let step): with(update, device) { $0.reach($1, $2, step) }
        case .attemptFailed(let update, let device, let cause, let retryAt):
            with(update, device) { $0.failAttempt($1, $2, cause, retryAt: retryAt) }
        case .assignmentCompleted(let update, let device): with(update, device) { $0.complete($1, $2) }
        case .assignmentCancelled(let update, let device, let reason):
            with(update, device) { $0.leaveOut($1, $2, .cancelled, reason) }
        case .assignmentSkipped(let update, let device, let reason):
            with(update, device) { $0.leaveOut($1, $2, .skipped, reason) }
        case .outcomeTurnedBad(let update, let device, let cause):
            with(update, device) { $0.turnBad($1, $2, cause) }
        default: ledger.find(.counters, "an unknown fact: \(event)")
        }
    }

    /// Acts on an assignment, which must be one.
    private mutating func with(
        _ update: UpdateIndex, _ device: DeviceIndex, _ body: (inout Oracle, Int, Int) -> Void
    ) {
        guard updates.indices.contains(update.offset), devices.indices.contains(device.offset),
            let position = updates[update.offset].position(of: device.offset)
        else {
            return ledger.find(
                .counters, "update \(update.rawValue) has no assignment of device \(device.rawValue)")
        }
        updates[update.offset].isChanged = true
        body(&self, update.offset, position)
    }
}
