import FleetCore

/// Updates: their drafts, starts, pauses and ends.
extension Oracle {
    mutating func draft(_ definition: UpdateDefinition) {
        expectCommand("draft", definition.id, "\(definition.id) was drafted")
        ledger.expect(.counters, updateNumbers[definition.id] == nil, "\(definition.id) was drafted twice")
        updateNumbers[definition.id] = updates.count
        updates.append(UpdateAccount(definition))
    }

    mutating func redraft(_ update: Int, _ definition: UpdateDefinition) {
        guard expectUpdate(update) else { return }
        expectCommand("draft", definition.id, "\(definition.id) was revised")
        ledger.expect(
            .finalStates, updates[update].status == .draft, "\(definition.id) was revised after it was started")
        ledger.expect(.counters, updates[update].definition.id == definition.id, "\(definition.id) took another id")
        updates[update].definition = definition
    }

    mutating func start(_ update: Int, _ targets: [Int], _ skipped: [Skip], _ sizes: [Int]) {
        guard expectUpdate(update) else { return }
        let definition = updates[update].definition
        expectCommand("start", definition.id, "\(definition.id) was started")
        ledger.expect(.finalStates, updates[update].status == .draft, "\(definition.id) was started twice")
        ledger.expect(
            .approvedBytes, releases[definition.release] != nil,
            "\(definition.id) was started without its release \(definition.release)")
        checkTargets(definition, targets)
        for skip in skipped { checkSkip(definition, skip) }
        let phases = phaseDefinitions(of: definition)
        let expected = Self.sizes(of: phases, targets: targets.count)
        ledger.expect(.gates, sizes == expected, "the phases of \(definition.id) are \(sizes), not \(expected)")
        let accounts = zip(phases, sizes).map { PhaseAccount(definition: $0, size: $1) }
        begin(update, targets.map { ($0, nil) }, skipped.map(\.device.offset), accounts)
        updates[update].owesSecondPerson = isOver(.start, targets.count)
    }

    private mutating func checkTargets(_ definition: UpdateDefinition, _ targets: [Int]) {
        ledger.expect(
            .oneLive, Set(targets).count == targets.count, "\(definition.id) names a device twice")
        for device in targets {
            guard expectDevice(device) else { continue }
            let id = devices[device].id, firmware = standings[device].firmware
            ledger.expect(.offers, devices[device].isActive, "\(definition.id) takes in \(id), which is not in service")
            ledger.expect(
                .approvedBytes,
                firmware < definition.release || firmware > definition.release && definition.allowsDowngrade
                    || firmware == definition.release && devices[device].isUntold,
                "\(definition.id) takes in \(id), which runs \(firmware)")
        }
    }

    private mutating func checkSkip(_ definition: UpdateDefinition, _ skip: Skip) {
        let device = skip.device.offset
        guard expectDevice(device) else { return }
        let id = devices[device].id
        var isTrue = isTrueOfDevice(skip.reason, device, goal: definition.release, definition.allowsDowngrade)
        if case .immediate(offline: .skip) = definition.strategy {
            if skip.reason == .offline { isTrue = standings[device].status == .offline }
            if skip.reason == .neverSeen { isTrue = standings[device].status == .unknown }
        }
        ledger.expect(.liveness, isTrue, "\(definition.id) skips \(id) as \(skip.reason), which it is not")
    }

    /// Whether a reason that is about the device alone holds.
    func isTrueOfDevice(_ reason: EndReason, _ device: Int, goal: Version, _ allowsDowngrade: Bool) -> Bool {
        let firmware = standings[device].firmware, isUntold = devices[device].isUntold
        switch reason {
        case .alreadyOn(let version): return firmware == version && version == goal && !isUntold
        case .onNewer(let version): return firmware == version && version > goal && !allowsDowngrade
        case .decommissioned: return devices[device].record.lifecycle == .decommissioned
        case .held: return devices[device].isHeld
        default: return false
        }
    }

    /// Whether a release that is known has no files to give to a device whose own release has some, or is not known.
    func hasNoFiles(_ goal: Version, for firmware: Version) -> Bool {
        releases[goal]?.artifacts.count == 0 && releases[firmware]?.artifacts.count != 0
    }

    /// `max(1, floor(n * percent / 100))`, never less than the phase before; 100 is everyone.
    private static func sizes(of phases: [PhaseDefinition], targets: Int) -> [Int] {
        var sizes: [Int] = []
        for phase in phases {
            let own = phase.percent == 100 ? targets : max(1, targets * phase.percent / 100)
            sizes.append(min(targets, max(own, sizes.last ?? 0)))
        }
        return sizes
    }

    func phaseDefinitions(of definition: UpdateDefinition) -> [PhaseDefinition] {
        if case .progressive(let phases, _) = definition.strategy { return phases }
        return [PhaseDefinition(name: "all", percent: 100)]
    }

    /// Takes up the assignments of an update that starts. With a window they are scheduled, else pending.
    mutating func begin(
        _ update: Int, _ targets: [(device: Int, goal: Version?)], _ skipped: [Int], _ phases: [PhaseAccount]
    ) {
        let definition = updates[update].definition
        updates[update].startedAt = clock.elapsed
        updates[update].isChanged = true
        updates[update].phases = phases
        for (device, goal) in targets where expectDevice(device) {
            let state: AssignmentState = definition.window == nil ? .pending : .scheduled
            updates[update].add(AssignmentAccount(device: device, state: state, goal: goal))
        }
        for device in skipped where expectDevice(device) {
            updates[update].add(AssignmentAccount(device: device, state: .skipped))
        }
        updates[update].status = definition.requiresApproval ? .awaitingApproval : statusUnheld(update)
        if !updates[update].hasGates { updates[update].phase = 0 }
        openUpdates.append(update)
    }

    /// Where an update stands that nobody holds: one with a window waits for its first start.
    private func statusUnheld(_ update: Int) -> UpdateStatus {
        let hasBegun = updates[update].assignments.contains { $0.attempts > 0 }
        return updates[update].definition.window == nil || hasBegun ? .running : .scheduled
    }

    mutating func approve(_ update: Int) {
        guard expectUpdate(update) else { return }
        let id = updates[update].definition.id
        expectCommand("approve", id, "\(id) was approved")
        ledger.expect(.finalStates, updates[update].status == .awaitingApproval, "\(id) was approved without need")
        if updates[update].owesSecondPerson { expectTwoPeople(.start, update) }
        updates[update].owesSecondPerson = false
        updates[update].proposal = nil
        updates[update].status = statusUnheld(update)
    }

    mutating func pause(_ update: Int, _ reason: PauseReason) {
        guard expectUpdate(update) else { return }
        let id = updates[update].definition.id, status = updates[update].status
        switch reason {
        case .operatorPaused:
            // What is asked back is held until somebody has approved that.
            let isAskedBack = step.inHand?.verb == "roll back" && updates[update].proposal?.deed == .rollBack
            expectCommand(isAskedBack ? "roll back" : "pause", id, "\(id) was paused")
        case .inconclusive(let phase):
            let isSo = updates[update].phases.contains {
                $0.definition.name == phase && $0.verdict == .inconclusive
            }
            ledger.expect(.gates, isSo, "\(id) was paused for the gate of \(phase), which decided otherwise")
        case .gateFailed(let phase):
            let isSo = updates[update].phases.contains { $0.definition.name == phase && $0.verdict == .failed }
            ledger.expect(.gates, isSo, "\(id) was paused for the gate of \(phase), which has not failed")
            // What an operator holds can lose its gate by what is in flight still.
            if status == .paused, isSo { return updates[update].pause = reason }
        }
        let isUnderWay = status == .running || status == .scheduled || status == .awaitingApproval
        ledger.expect(.finalStates, isUnderWay, "\(id) was paused while it is \(status)")
        updates[update].statusBeforePause = status
        updates[update].status = .paused
        updates[update].pause = reason
    }

    mutating func resume(_ update: Int) {
        guard expectUpdate(update) else { return }
        let id = updates[update].definition.id
        expectCommand("resume", id, "\(id) was resumed")
        ledger.expect(.finalStates, updates[update].status == .paused, "\(id) was resumed without a pause")
        if case .gateFailed = updates[update].pause {
            ledger.find(.failedGates, "\(id) was resumed after its gate had failed")
        }
        updates[update].status = updates[update].statusBeforePause
        updates[update].pause = nil
        guard let phase = updates[update].phase else { return }
        // A gate that was inconclusive is asked again, with new time.
        if updates[update].phases[phase].verdict == .inconclusive { updates[update].phases[phase].verdict = .unproven }
        updates[update].phases[phase].timeoutFrom = clock.elapsed
    }

    /// The update must be known; it counts as changed.
    mutating func expectUpdate(_ update: Int) -> Bool {
        guard updates.indices.contains(update) else {
            ledger.find(.counters, "there is no update \(update)")
            return false
        }
        updates[update].isChanged = true
        return true
    }
}
