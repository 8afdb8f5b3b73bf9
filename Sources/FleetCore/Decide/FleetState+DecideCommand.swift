extension FleetState {
    /// What follows from a command, or why it is refused. Files that are read again and say nothing new give no facts.
    func decide(
        _ command: Command, _ origin: Origin, presence: Presence, now: Timestamp
    ) throws(Refusal) -> [Event] {
        switch command {
        case .configure(let settings): settings == self.settings ? [] : [.fleetConfigured(settings)]
        case .addReleases(let added): try decideReleases(added)
        case .register(let records): try decideRegister(records)
        case .draft(let definition): try decideDraft(definition)
        case .start(let id): try decideStart(try known(id), origin, presence: presence, now: now)
        case .approve(let id, let preview): try decideApprove(try known(id), origin, preview: preview)
        case .pause(let id): try decidePause(try known(id), by: origin.operatorName)
        case .resume(let id): try decideResume(try known(id))
        case .cancel(let id): try decideCancel(try known(id), by: origin.operatorName, presence)
        case .rollBack(let id, let confirmation, let preview):
            try decideRollback(try known(id), origin, confirmation: confirmation, preview: preview)
        case .retryFailed(let id): try decideRetry(try known(id), origin)
        case .decommission(let id): try decideDecommission(id)
        case .accept(let id): try decideAccept(id)
        case .refuse(let id): try decideRefuse(id)
        case .issueToken(let id): try decideIssue(id)
        // The token of a device that is in no registry any more can be taken back all the same.
        case .revokeToken, .issueAPIToken, .revokeAPIToken, .stopEngine, .lookOn: []
        }
    }

    private func known(_ id: String) throws(Refusal) -> UpdateRecord {
        if let record = update(id) { return record }
        let near = NearMiss.best(of: id, among: updates.map(\.id))
        throw Refusal(
            "there is no update \(id)", remedy: near.map { "did you mean \($0)?" } ?? "the updates are in `updates/`")
    }

    private func decideReleases(_ added: [Release]) throws(Refusal) -> [Event] {
        var events: [Event] = []
        for release in added {
            guard let present = releases[release.version] else {
                events.append(.releaseAdded(release))
                continue
            }
            guard present.artifacts == release.artifacts else {
                throw Refusal(
                    "release \(release.version) is known with other artifacts, and a release is immutable",
                    remedy: "give the new build a version of its own")
            }
        }
        return events
    }

    private func decideRegister(_ records: [DeviceRecord]) throws(Refusal) -> [Event] {
        var events: [Event] = []
        for record in records {
            guard let device = devices.index(of: record.id) else {
                if let problem = problem(ofNewcomer: record.id) { throw problem }
                events.append(.deviceRegistered(record))
                continue
            }
            var revised = record
            revised.status = devices.status(device)
            revised.firmware = devices.firmware(device)
            // The engine has listened itself since it took the device in.
            revised.lastSeen = nil
            revised.lifecycle = lifecycle(device, filedAs: record.lifecycle)
            guard revised != devices.record(device) else { continue }
            events.append(.deviceRevised(device, revised))
            if revised.lifecycle == .decommissioned, devices.lifecycle(device) != .decommissioned {
                events += takenOut(device)
            }
        }
        return events
    }

    private func decideDraft(_ definition: UpdateDefinition) throws(Refusal) -> [Event] {
        if let problem = definition.problem { throw problem }
        guard let record = update(definition.id) else { return [.updateDrafted(definition)] }
        if record.definition == definition { return [] }
        guard record.status == .draft else {
            throw Refusal(
                "update \(definition.id) is \(record.status), so that it keeps the definition it was started with",
                remedy: "give the changed update an id of its own")
        }
        return [.updateRevised(record.index, definition)]
    }

    private func decideApprove(
        _ record: UpdateRecord, _ origin: Origin, preview: UInt64?
    ) throws(Refusal) -> [Event] {
        if let events = try decideApprovalOfProposal(record, origin, preview: preview) { return events }
        if record.status == .awaitingApproval { return [.updateApproved(record.index)] }
        if let current = record.currentPhase, record.definition.hasGates, !record.status.isFinal,
            record.startsEnded == nil
        {
            let phase = record.phases[current]
            if phase.verdict == .passed, phase.definition.gate.requiresApproval, !phase.isApproved {
                return [.phaseApproved(record.index, phase: current)]
            }
        }
        if record.status == .paused, record.statusBeforePause == .awaitingApproval {
            throw Refusal("\(record.id) is paused", remedy: "resume it first: it waits for an approval again then")
        }
        throw Refusal("nothing in \(record.id) waits for an approval", remedy: "it is \(record.status)")
    }

    private func decidePause(_ record: UpdateRecord, by name: String) throws(Refusal) -> [Event] {
        switch record.status {
        case .running, .scheduled, .awaitingApproval:
            return [.updatePaused(record.index, .operatorPaused(name: name))]
        case .rollingBack:
            let child = record.rollback.map { updates[$0.offset].id } ?? record.id
            throw Refusal("\(record.id) is rolling back", remedy: "pause \(child) to hold the rollback itself")
        default: throw Refusal("\(record.id) is \(record.status)", remedy: "only an update under way can be paused")
        }
    }

    private func decideResume(_ record: UpdateRecord) throws(Refusal) -> [Event] {
        guard record.status == .paused else {
            throw Refusal("\(record.id) is \(record.status), not paused", remedy: "only a paused update can be resumed")
        }
        if case .gateFailed(let phase)? = record.pauseReason {
            throw Refusal("the gate of \(phase) has failed", remedy: "roll \(record.id) back, or cancel it")
        }
        // Nobody approves a rollback of what spreads again.
        let calledOff: [Event] = record.proposal?.deed == .rollBack ? [.proposalWithdrawn(record.index)] : []
        return calledOff + leftUntried(record) + [.updateResumed(record.index)]
    }

    /// A phase of which no device was tried proves nothing, and nothing more can come: who resumes the update all the same
    /// goes on without it.
    private func leftUntried(_ record: UpdateRecord) -> [Event] {
        guard let phase = record.untriedPhase else { return [] }
        return [.phaseClosed(record.index, phase: phase), .phaseOpened(record.index, phase: phase + 1)]
    }

    private func decideCancel(
        _ record: UpdateRecord, by name: String, _ presence: Presence
    ) throws(Refusal) -> [Event] {
        switch record.status {
        case .draft: return [.updateEnded(record.index, .cancelled)]
        case .awaitingApproval where record.tally.active == 0:
            return [
                .startsEnded(record.index, .cancelled(by: name)), .updateEnded(record.index, .cancelled),
            ]
        case .running, .scheduled, .paused, .awaitingApproval:
            guard record.startsEnded == nil else {
                throw Refusal(
                    "\(record.id) is being cancelled", remedy: "what installs finishes; the others are told to drop it")
            }
            let reason = EndReason.cancelled(by: name)
            return [.startsEnded(record.index, reason)]
                + unaware(record, presence).map { .assignmentCancelled(record.index, $0, reason) }
        // Of an update that has ended, what waits for a second person can still be called off.
        case _ where record.proposal != nil: return [.proposalWithdrawn(record.index)]
        default: throw Refusal("\(record.id) is \(record.status)", remedy: "there is nothing left to cancel")
        }
    }

    /// Devices that cannot know of their order: they would have to call in to hear of it, and have not since it is
    /// theirs, while this engine listened. Nobody has to wait for their word.
    private func unaware(_ record: UpdateRecord, _ presence: Presence) -> [DeviceIndex] {
        guard presence.ordersAreFetched else { return [] }
        return record.assignments.live.compactMap { slot in
            guard record.assignments.step(Position(slot)) == .offered,
                let since = record.assignments.stepSince(Position(slot)), listeningSince <= since
            else { return nil }
            let device = record.assignments.device(Position(slot))
            return presence.lastSeen(device).map { $0 < since } ?? true ? device : nil
        }
    }

    private func decideRollback(
        _ record: UpdateRecord, _ origin: Origin, confirmation: String, preview: UInt64?
    ) throws(Refusal) -> [Event] {
        guard confirmation == record.id else {
            throw Refusal(
                "the confirmation `\(confirmation)` is not the id `\(record.id)`", remedy: "type the id in full")
        }
        let targets = try rollbackTargets(record)
        guard preview == nil || preview == rollbackRevision(record.index) else {
            throw Refusal(
                "the devices of \(record.id) have changed since the preview",
                remedy: "look at the new preview and confirm again")
        }
        let size = rollbackSize(record.index, targets)
        // What is to go back is not tried again.
        let calledOff: [Event] = record.proposal?.deed == .retryFailed ? [.proposalWithdrawn(record.index)] : []
        return try calledOff + decide(.rollBack, on: size, of: record, origin, rollbackEvents(record, targets))
            + pauseForApproval(record, origin, devices: size)
    }

    /// What is to go back must not spread while it waits for a second person, and a pause needs none.
    private func pauseForApproval(_ record: UpdateRecord, _ origin: Origin, devices: Int) -> [Event] {
        guard settings.fourEyes.needsSecondPerson(.rollBack, devices: devices), record.proposal?.deed != .rollBack,
            record.startsEnded == nil, record.status == .running || record.status == .scheduled
        else { return [] }
        return [.updatePaused(record.index, .operatorPaused(name: origin.operatorName))]
    }

    /// The devices that a rollback sends back.
    func rollbackTargets(_ record: UpdateRecord) throws(Refusal) -> [DeviceIndex] {
        guard !record.goesBack else {
            throw Refusal(
                "\(record.id) is a rollback itself", remedy: "start an update to the release you want instead")
        }
        let isOpen = record.rollback == nil || record.status.isFinal
        guard record.startedAt != nil, isOpen else {
            throw Refusal("\(record.id) is \(record.status)", remedy: "only a started update can be rolled back")
        }
        let (targets, impossible) = rollbackSet(record.index)
        guard !targets.isEmpty else {
            if let first = impossible.first { throw noneToSendBack(record, first, of: impossible.count) }
            guard record.rollback == nil || isRollbackCancelled(record) else {
                throw Refusal("\(record.id) is \(record.status)", remedy: "no device of it is left to send back")
            }
            throw Refusal(
                record.rollback == nil
                    ? "\(record.id) has changed no device" : "no device of \(record.id) is left to send back",
                remedy: record.status.isFinal ? "there is nothing to send back" : "cancel it instead")
        }
        try expectSomeSent(back: targets, record)
        return targets
    }

    func rollbackEvents(_ record: UpdateRecord, _ targets: [DeviceIndex]) -> [Event] {
        let stopped: [Event] = record.startsEnded == nil ? [.startsEnded(record.index, .rolledBack)] : []
        return stopped + [.rollbackStarted(of: record.index, id: rollbackID(record), targets: targets)]
    }

    /// A rollback that can send nothing is none: the files come first.
    private func expectSomeSent(back targets: [DeviceIndex], _ record: UpdateRecord) throws(Refusal) {
        var missing: EndReason?
        for device in targets {
            guard let position = record.assignments.position(of: device),
                !record.assignments.state(position).isLive,
                let former = returnVersion(record.index, position),
                former != devices.firmware(device) || devices.isVersionUntold(device),
                let reason = missingFiles(of: former, from: versionToLeave(record.index, device))
            else { return }
            missing = missing ?? reason
        }
        guard let missing else { return }
        throw Refusal(
            "no device of \(record.id) can be sent back: \(missing)",
            remedy: missing == .releaseMissing(.unknown)
                ? "start an update to the release that they are to run"
                : "add the files by `muster release add`, then roll back")
    }

    private func decideRetry(_ record: UpdateRecord, _ origin: Origin) throws(Refusal) -> [Event] {
        guard record.proposal?.deed != .rollBack else {
            throw Refusal(
                "the rollback of \(record.id) waits for a second person", remedy: "approve it, or cancel it first")
        }
        let targets = try retryTargets(record)
        return try decide(.retryFailed, on: targets.count, of: record, origin, retryEvents(record, targets))
    }

    /// How many devices a retry of an update would send once more now; 0: it would be refused.
    public func retryCount(of update: UpdateIndex) -> Int {
        // Why not takes more to say than that it is refused.
        guard updates[update.offset].status.isFinal, updates[update.offset].status != .rolledBack else { return 0 }
        return (try? retryTargets(updates[update.offset]).count) ?? 0
    }

    /// The devices that are to be tried again.
    func retryTargets(_ record: UpdateRecord) throws(Refusal) -> [DeviceIndex] {
        guard record.status == .completed || record.status == .halted || record.status == .cancelled else {
            throw refusalToRetry(record)
        }
        guard record.rollback == nil else {
            throw Refusal(
                "\(record.id) was being sent back, and its rollback was called off",
                remedy: "roll it back again: that sends back the rest")
        }
        let assignments = record.assignments
        let failed = (0..<assignments.count).filter {
            assignments.state($0) == .failed || assignments.hasTurnedBad($0)
                || record.goesBack && hasFilesNow(record, $0)
        }
        let origin = takenBack(by: record.index)
        // Who is where it was to be brought needs no other try, whatever has brought it there.
        let parts = record.goesBack ? ReturnParts(of: origin, in: self) : nil
        let candidates = failed.map(assignments.device).filter { device in
            devices.lifecycle(device) == .active && supersedingUpdate(origin, device) == nil
                && parts.map { !hasComeBack(origin, device, $0) } ?? !isOnRelease(device, of: origin)
        }
        let targets = candidates.filter { otherTry(record, $0) == nil }
        if targets.isEmpty, let first = candidates.first, let other = otherTry(record, first) {
            throw Refusal("what failed in \(record.id) is tried again by \(other.id)", remedy: "wait for its end")
        }
        guard !targets.isEmpty else {
            throw Refusal(
                failed.isEmpty ? "\(record.id) has no failed device" : "\(record.id) has no device to try again",
                remedy: remedyWithoutFailures(record))
        }
        return targets
    }

    /// Why an update is not tried again that is under way, or was rolled back.
    private func refusalToRetry(_ record: UpdateRecord) -> Refusal {
        guard record.status == .rollingBack || record.status == .rolledBack else {
            return Refusal(
                "\(record.id) is \(record.status)", remedy: "failed devices can be tried again once the update is over")
        }
        let back = returns(of: record.index).last { retryCount(of: $0) > 0 }
        let release = record.definition.release
        return Refusal(
            "\(record.id) is \(record.status), and what is taken back is not tried again",
            remedy: "start an update with an id of its own to bring \(release) to devices"
                + (back.map { "; what did not come back is tried again by a retry of \(updates[$0.offset].id)" } ?? ""))
    }

    /// The later update that is to do the same at a device, and has not ended there; nil: none.
    private func otherTry(_ record: UpdateRecord, _ device: DeviceIndex) -> UpdateRecord? {
        // By their places: this is asked for each of many devices, and must not copy a record for any.
        let root = root(of: record.index)
        let last = (record.index.offset + 1..<updates.count).last { offset in
            guard self.root(of: updates[offset].index) == root, updates[offset].goesBack == record.goesBack,
                let position = updates[offset].assignments.position(of: device)
            else { return false }
            let state = updates[offset].assignments.state(position)
            return state.isLive || state == .pending || state == .scheduled
        }
        return last.map { updates[$0] }
    }

    private func remedyWithoutFailures(_ record: UpdateRecord) -> String {
        guard case .rollback(let parent) = record.kind, record.status == .cancelled else {
            return "there is nothing to try again"
        }
        return "roll \(updates[parent.offset].id) back again: that sends back the rest"
    }

    func retryEvents(_ record: UpdateRecord, _ targets: [DeviceIndex]) -> [Event] {
        [.retryStarted(of: record.index, id: "\(record.id)/retry-\(record.retries + 1)", targets: targets)]
    }

    /// Whether a device could not be sent back, and can be now.
    private func hasFilesNow(_ record: UpdateRecord, _ position: Position) -> Bool {
        let device = record.assignments.device(position)
        guard record.assignments.reason(position)?.lacksFiles == true, let goal = goal(of: record.index, device) else {
            return false
        }
        return missingFiles(of: goal, from: versionToLeave(record.index, device)) == nil
    }

    private func decideDecommission(_ id: String) throws(Refusal) -> [Event] {
        let device = try knownDevice(id)
        guard devices.lifecycle(device) != .decommissioned else {
            throw Refusal("\(id) is decommissioned", remedy: "there is nothing left to do")
        }
        var record = devices.record(device)
        record.lifecycle = .decommissioned
        return [.deviceRevised(device, record)] + takenOut(device)
    }

    /// One event for each open update in which a device still waits.
    func endWaiting(_ device: DeviceIndex, _ event: (UpdateIndex) -> Event) -> [Event] {
        openUpdates.compactMap { update in
            guard let position = updates[update.offset].assignments.position(of: device) else { return nil }
            let state = updates[update.offset].assignments.state(position)
            return state == .pending || state == .scheduled ? event(update) : nil
        }
    }
}
