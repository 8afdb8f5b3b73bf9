extension FleetState {
    /// Takes in one fact. Total and without choices: what may not happen was refused before it became a fact.
    public mutating func apply(_ fact: Fact) {
        revision += 1
        switch fact.event {
        case .engineStarted: listeningSince = fact.at
        case .clockStepped(let step): moveAll(by: step)
        case .ordersRenumbered(let number):
            generation = max(generation, min(number, UInt32(StateBounds.largestGeneration)))
            renumberings.append(generation)
        case .commandAccepted(let record): applyCommand(record, nil, at: fact.at)
        case .commandRefused(let record, let refusal): applyCommand(record, refusal, at: fact.at)
        case .fleetConfigured(let settings): self.settings = settings
        case .releaseAdded(let release): releases[release.version] = release
        case .deviceRegistered(let record): devices.append(record)
        case .deviceRevised(let device, let record): applyRevised(device, record)
        case .deviceStatusChanged(let device, let status):
            devices.setStatus(device, status)
            if status == .online { devices.heard(device, at: fact.at) }
            refreshReady(device)
        case .devicesSeen(let sightings):
            for sighting in sightings { devices.setLastSeen(sighting.device, sighting.at) }
        case .firmwareReported(let device, let version):
            devices.setFirmware(device, version)
            devices.setVersionUntold(device, false)
            devices.heard(device, at: fact.at)
            applyFirmwareBefore(device, version)
        case .deviceIntroduced, .deviceAccepted, .deviceRefused, .deviceHeld, .deviceDescribed: applyToDevice(fact)
        default: applyToUpdate(fact)
        }
        lastFactAt = max(lastFactAt, fact.at)
    }

    private mutating func applyCommand(_ record: CommandRecord, _ refusal: Refusal?, at: Timestamp) {
        guard refusal == nil || record.origin.key != nil else { return }
        var kept = record
        // It answers nothing, and may be long.
        kept.origin.reason = ""
        recentCommands.remember(RecentCommand(revision: revision, at: at, record: kept, refusal: refusal))
    }

    private mutating func applyToDevice(_ fact: Fact) {
        switch fact.event {
        case .deviceIntroduced(let record, let tags): devices.introduce(record, tags, at: fact.at)
        case .deviceDescribed(let device, let tags): devices.describe(device, tags)
        case .deviceAccepted(let device):
            devices.setLifecycle(device, .active)
            refreshReady(device)
        case .deviceRefused(let device):
            devices.refuse(device)
            refreshReady(device)
        case .deviceHeld(let device, let reason):
            devices.hold(device, reason, at: fact.at)
            refreshReady(device)
        default: break
        }
    }

    private mutating func applyToUpdate(_ fact: Fact) {
        let at = fact.at
        switch fact.event {
        case .updateDrafted(let definition): addUpdate(definition, kind: .ordinary, at: at)
        case .updateRevised(let update, let definition): updates[update.offset].definition = definition
        case .updateStarted(let update, let targets, let skipped, let sizes):
            applyStarted(update, targets: targets, skipped: skipped, sizes: sizes, at: at)
        case .updateApproved(let update):
            updates[update.offset].status = runningStatus(update)
            updates[update.offset].proposal = nil
        case .secondPersonAwaited(let update, let proposal):
            updates[update.offset].proposal = proposal
            updates[update.offset].proposedAt = fact.at
            if proposal.deed == .start { updates[update.offset].status = .awaitingApproval }
        case .proposalWithdrawn(let update): updates[update.offset].proposal = nil
        case .updatePaused(let update, let reason):
            // A gate can fail while an operator holds the update.
            if updates[update.offset].status != .paused {
                updates[update.offset].statusBeforePause = updates[update.offset].status
            }
            updates[update.offset].status = .paused
            updates[update.offset].pauseReason = reason
        case .updateResumed(let update): applyResumed(update, at: at)
        case .startsEnded(let update, let reason): applyStartsEnded(update, reason, at: at)
        case .updateEnded(let update, let status): applyEnded(update, status, at: at)
        case .rollbackStarted(let parent, let id, let targets):
            applyChild(of: parent, id: id, targets: targets, kind: .rollback(of: parent), at: at)
        case .retryStarted(let parent, let id, let targets):
            applyChild(of: parent, id: id, targets: targets, kind: .retry(of: parent), at: at)
        case .phaseOpened, .gateDecided, .phaseApproved, .phaseClosed: applyPhase(fact)
        default: applyToAssignment(fact)
        }
    }

    private mutating func applyPhase(_ fact: Fact) {
        switch fact.event {
        case .phaseOpened(let update, _), .gateDecided(let update, _, _, _, _):
            updates[update.offset].gateChangedIn = revision
        default: break
        }
        switch fact.event {
        case .phaseOpened(let update, let phase):
            updates[update.offset].currentPhase = phase
            updates[update.offset].phases[phase].openedAt = fact.at
            updates[update.offset].phases[phase].timeoutFrom = fact.at
            updates[update.offset].phases[phase].verdict = .unproven
        case .gateDecided(let update, let phase, let verdict, _, _):
            updates[update.offset].phases[phase].verdict = verdict
            updates[update.offset].phases[phase].decidedAt = fact.at
            updates[update.offset].phases[phase].soakFrom = verdict == .passed ? fact.at : nil
            // An approval is given to a pass; a later pass needs its own.
            if verdict != .passed { updates[update.offset].phases[phase].isApproved = false }
        case .phaseApproved(let update, let phase): updates[update.offset].phases[phase].isApproved = true
        case .phaseClosed(let update, let phase): updates[update.offset].phases[phase].closedAt = fact.at
        default: break
        }
    }

    private mutating func applyRevised(_ device: DeviceIndex, _ record: DeviceRecord) {
        let region = devices.regionNumber(device)
        devices.revise(device, record)
        let newRegion = devices.regionNumber(device)
        if region != newRegion { moveTallies(device, from: region, to: newRegion) }
        refreshReady(device)
    }

    /// A device that moved takes its assignments along to the other region's counters.
    private mutating func moveTallies(_ device: DeviceIndex, from region: Int, to newRegion: Int) {
        for offset in updates.indices {
            guard let position = updates[offset].assignments.position(of: device) else { continue }
            let state = updates[offset].assignments.state(position)
            let isBad = updates[offset].assignments.hasTurnedBad(position)
            changeRegionTally(offset, region) {
                $0.add(state, -1)
                if isBad { $0.turnedBad -= 1 }
            }
            changeRegionTally(offset, newRegion) {
                $0.add(state, 1)
                if isBad { $0.turnedBad += 1 }
            }
        }
    }

    mutating func changeRegionTally(_ update: Int, _ region: Int, _ change: (inout Tally) -> Void) {
        while updates[update].regionTallies.count <= region { updates[update].regionTallies.append(Tally()) }
        change(&updates[update].regionTallies[region])
    }
}
