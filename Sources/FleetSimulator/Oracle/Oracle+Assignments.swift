import FleetCore

/// What becomes of assignments (10, 11).
extension Oracle {
    mutating func beginAttempt(_ update: Int, _ position: Int, attempt: Int) {
        checkStart(update, position, attempt: attempt)
        ledger.expect(
            .secondPerson, !updates[update].owesSecondPerson,
            "\(updates[update].definition.id) began without the second person that it needs")
        let device = updates[update].assignments[position].device, now = clock.elapsed
        attempts.append(AttemptAccount(update: update, position: position, device: device, attempt: attempt))
        if updates[update].assignments[position].before == nil {
            updates[update].assignments[position].before = standings[device].firmware
        }
        updates[update].assignments[position].attempts = attempt
        updates[update].assignments[position].generation = UInt32(attempts.count)
        updates[update].assignments[position].step = .offered
        updates[update].assignments[position].stepSince = now
        updates[update].assignments[position].startableSince = nil
        move(update, position, to: .inProgress)
        if updates[update].status == .scheduled { updates[update].status = .running }
        takePace(update, device)
    }

    /// Changes a state with every counter that depends on it.
    mutating func move(_ update: Int, _ position: Int, to state: AssignmentState) {
        let before = updates[update].assignments[position].state
        let device = updates[update].assignments[position].device
        updates[update].assignments[position].state = state
        if before.isWaiting != state.isWaiting { updates[update].waiting += state.isWaiting ? 1 : -1 }
        if before.isLive != state.isLive { updates[update].active += state.isLive ? 1 : -1 }
        if (before == .inProgress) != (state == .inProgress) {
            updates[update].inFlight += state == .inProgress ? 1 : -1
        }
        guard before.isLive || state.isLive else { return }
        count(device, by: -1)
        devices[device].isUnderWay = state == .inProgress
        standings[device].liveUpdate = state.isLive ? UpdateIndex(UInt16(update)) : nil
        count(device, by: 1)
    }

    mutating func reach(_ update: Int, _ position: Int, _ step: AttemptStep) {
        let assignment = updates[update].assignments[position]
        let id = devices[assignment.device].id
        guard expectUnderWay(assignment, "\(id) reached \(step)") else { return }
        let isHeld = devices[assignment.device].isHeld
        ledger.expect(.counters, !isHeld, "\(id) reached \(step) while it is held")
        ledger.expect(.counters, step > assignment.step, "\(id) reached \(step) after \(assignment.step)")
        let isSaid = hasReport(assignment) { body in
            switch body {
            case .reached(let reached): reached == step
            case .received: step == .downloading
            case .restarted: step == .confirming
            default: false
            }
        }
        ledger.expect(.counters, isSaid, "\(id) reached \(step), and did not say so")
        updates[update].assignments[position].step = step
        updates[update].assignments[position].stepSince = clock.elapsed
    }

    /// Whether the device of a live attempt has said so in this step, of this very attempt; true where inputs are not
    /// seen.
    private func hasReport(_ assignment: AssignmentAccount, _ fits: (Report.Body) -> Bool) -> Bool {
        guard step.isSeen else { return true }
        return step.reports.contains {
            $0.device.offset == assignment.device && $0.generation == assignment.generation && fits($0.body)
        }
    }

    mutating func failAttempt(_ update: Int, _ position: Int, _ cause: FailureCause, retryAt: Timestamp?) {
        let assignment = updates[update].assignments[position]
        let id = devices[assignment.device].id
        noteSilence(assignment, cause)
        if cause == .decommissioned, assignment.state.isLive, retryAt == nil {
            ledger.expect(.offers, !devices[assignment.device].isActive, "\(id) is in service")
            let isPast = assignment.state == .retrying || assignment.step >= .installing
            ledger.expect(.counters, isPast, "\(id) failed as decommissioned, and had changed nothing")
            return move(update, position, to: .failed)
        }
        if cause == .held, assignment.state == .retrying, retryAt == nil {
            ledger.expect(.offers, devices[assignment.device].isHeld, "\(id) is not held")
            return move(update, position, to: .failed)
        }
        if assignment.state == .retrying, retryAt == nil, hasMissed(update, assignment.device) {
            // No window is left in which it could be tried again.
            return move(update, position, to: .failed)
        }
        if cause == .runsUnfetched(updates[update].goal(position)), retryAt == nil, assignment.state.isLive {
            return findPart(update, position)
        }
        if cause.code.hasPrefix("on newer"), retryAt == nil, !assignment.state.isFinal {
            return giveUpOlder(update, position, cause)
        }
        guard expectUnderWay(assignment, "\(id) failed with \(cause)") else { return }
        checkCause(update, assignment, cause)
        guard let retryAt else {
            let isLast =
                cause.isPermanent || assignment.attempts >= settings.retry.attempts || updates[update].stopped != nil
                || !devices[assignment.device].isActive
            ledger.expect(.liveness, isLast, "\(id) is given up after \(assignment.attempts) attempts and \(cause)")
            return move(update, position, to: .failed)
        }
        let isStopped = updates[update].stopped != nil
        ledger.expect(.limits, !cause.isPermanent, "\(id) is tried again after \(cause)")
        ledger.expect(.offers, !isStopped, "\(id) is to be tried again in an update that was stopped")
        ledger.expect(
            .limits, assignment.attempts < settings.retry.attempts,
            "\(id) is to be tried again after \(assignment.attempts) attempts")
        checkBackoff(id, attempt: assignment.attempts, (retryAt - clock.wall).milliseconds)
        updates[update].assignments[position].retryAt = clock.elapsed(at: retryAt)
        move(update, position, to: .retrying)
    }

    /// What a device runs is not known any more once an attempt that had begun to install ends by time alone; since a
    /// backup was taken that may be so of any.
    private mutating func noteSilence(_ assignment: AssignmentAccount, _ cause: FailureCause) {
        guard assignment.state == .inProgress else { return }
        let isOfTime = Self.engineCauses[cause] != nil && assignment.step >= .installing
        if isOfTime || cause == .notKnown { devices[assignment.device].isUntold = true }
    }

    /// A device that runs its release, and was sent only a part of it.
    private mutating func findPart(_ update: Int, _ position: Int) {
        let assignment = updates[update].assignments[position], goal = updates[update].goal(position)
        let size = size(of: goal)
        let isClaimed = assignment.step < .installing && hasClaim(assignment.device, goal) { $0 > 0 && $0 < size }
        ledger.expect(
            .counters, isClaimed || !step.isSeen,
            "\(devices[assignment.device].id) failed as one that was not sent all of \(goal), which is not so")
        move(update, position, to: .failed)
    }

    /// Silent in the design: a device that somebody else brought to a newer release meanwhile is not taken down from it.
    private mutating func giveUpOlder(_ update: Int, _ position: Int, _ cause: FailureCause) {
        let device = updates[update].assignments[position].device
        let firmware = standings[device].firmware
        let isNewer = firmware > updates[update].goal(position) && cause.code == "on newer \(firmware)"
        let isAllowed = updates[update].goesBack || updates[update].definition.allowsDowngrade
        ledger.expect(.approvedBytes, isNewer && !isAllowed, "\(devices[device].id) is given up: \(cause)")
        move(update, position, to: .failed)
    }

    /// Doubled with every attempt up to the longest. Silent in the design: jitter takes away up to half.
    private mutating func checkBackoff(_ id: String, attempt: Int, _ wait: Int64) {
        var whole = min(settings.retry.backoff.milliseconds, settings.retry.maximumBackoff.milliseconds)
        for _ in 1..<max(1, attempt) { whole = min(whole * 2, settings.retry.maximumBackoff.milliseconds) }
        ledger.expect(
            .limits, wait * 2 >= whole - 1 && wait <= whole, "\(id) is put off by \(wait) ms of \(whole) ms")
    }

    /// A device's cause is what the device said of this attempt; the engine's own needs a deadline that has passed.
    private mutating func checkCause(_ update: Int, _ assignment: AssignmentAccount, _ cause: FailureCause) {
        guard step.isSeen else { return }
        let id = devices[assignment.device].id
        let isHeld = devices[assignment.device].isHeld
        ledger.expect(.counters, isHeld == (cause == .held), "\(id) failed by \(cause), held or not")
        let isSaid = hasReport(assignment) { $0 == .gaveUp(cause) }
        if isSaid { return ledger.note(Invariant.counters.rawValue) }
        if cause == Self.droppedUnasked {
            let isWithdrawn = updates[update].position(of: assignment.device).map(updates[update].isWithdrawn) ?? false
            let isDropped = hasReport(assignment) { $0 == .dropped }
            return ledger.expect(.counters, isDropped && !isWithdrawn, "\(id) failed by \(cause), which is not so")
        }
        if let engines = Self.engineCauses[cause] {
            let deadline = deadline(of: assignment), now = clock.elapsed
            ledger.expect(
                .counters, engines.contains(assignment.step), "\(id) failed by \(cause) at \(assignment.step)")
            ledger.expect(
                .counters, deadline <= now, "\(id) failed by \(cause), \(deadline - now) ms before its deadline")
            return
        }
        let goal = assignment.goal ?? updates[update].definition.release
        let isWrong = hasContact(assignment.device) { $0 != goal && cause == .reports($0) }
        ledger.expect(
            .counters, isWrong && assignment.step == .confirming, "\(id) failed by \(cause), which it did not say")
    }

    /// A device that drops an order which stands has failed, and may do so once more.
    private static let droppedUnasked = FailureCause(code: "dropped", isPermanent: false)
    /// Why the engine itself gives up an attempt, and at which steps.
    private static let engineCauses: [FailureCause: [AttemptStep]] = [
        .noAnswer: [.offered, .downloading], .installTimedOut: [.installing], .silentAfterInstall: [.confirming],
        .held: AttemptStep.allCases,
    ]

    /// When the present step of an attempt has taken too long: an engine counts from when it began to listen, and a
    /// download from its last progress.
    func deadline(of assignment: AssignmentAccount) -> Int64 {
        var since = max(assignment.stepSince, listeningSince)
        if assignment.step == .downloading, devices[assignment.device].downloading == assignment.generation {
            since = max(since, devices[assignment.device].downloadAt)
        }
        return since + settings.deadlines[assignment.step].milliseconds
    }

    /// Success is the release confirmed by the device itself.
    mutating func complete(_ update: Int, _ position: Int) {
        let assignment = updates[update].assignments[position], goal = updates[update].goal(position)
        let device = assignment.device, id = devices[device].id
        // Silent in the design: one that is to be tried again and is seen to run its release after all has completed.
        let isLate = assignment.state == .retrying
        guard isLate || expectUnderWay(assignment, "\(id) completed") else { return }
        let firmware = standings[device].firmware, isHeld = devices[device].isHeld
        ledger.expect(.counters, !isHeld, "\(id) completed while it is held")
        ledger.expect(
            updates[update].goesBack ? .rollbackGoal : .counters, firmware == goal,
            "\(id) completed on \(firmware), not on \(goal)")
        ledger.expect(
            .counters, hasContact(device) { $0 == goal }, "\(id) completed, and did not say that it runs \(goal)")
        let size = size(of: goal), isInstalled = assignment.step >= .installing
        let isFetched = isInstalled || hasContact(device, inFull: goal, size)
        ledger.expect(.counters, isFetched, "\(id) completed on \(goal), of which it was not sent all bytes")
        devices[device].confirmed = update
        devices[device].isUntold = false
        move(update, position, to: .completed)
    }

    /// Whether a device has said in this step that it runs a version, and that nobody counts what it was sent of it, or
    /// that it was sent all.
    private func hasContact(_ device: Int, inFull version: Version, _ size: Int64) -> Bool {
        guard step.isSeen else { return true }
        let isPlain = step.reports.contains {
            $0.device.offset == device && $0.body == .contacted(firmware: version)
        }
        return isPlain || hasClaim(device, version) { $0 >= max(1, size) }
    }

    /// A device that is tried, or is to be tried again, and runs its release without having been sent a byte of it.
    private mutating func findThere(_ update: Int, _ position: Int) {
        let assignment = updates[update].assignments[position], goal = updates[update].goal(position)
        let isClaimed = assignment.step < .installing && hasClaim(assignment.device, goal) { $0 == 0 }
        let isTrue = standings[assignment.device].firmware == goal && (isClaimed || !step.isSeen)
        ledger.expect(
            .counters, isTrue, "\(devices[assignment.device].id) is left out as already on \(goal), which is not so")
        updates[update].assignments[position].isThere = true
        move(update, position, to: .skipped)
    }

    mutating func turnBad(_ update: Int, _ position: Int, _ cause: FailureCause) {
        let assignment = updates[update].assignments[position], goal = updates[update].goal(position)
        let id = devices[assignment.device].id
        let belies =
            updates[update].goesBack && assignment.isThere && cause == .reports(updates[update].definition.release)
        let isGood = (assignment.state == .completed || belies) && !assignment.hasTurnedBad
        ledger.expect(.finalStates, isGood, "\(id) turned bad without a success that held")
        let isUnreadable = step.reports.contains {
            guard $0.device.offset == assignment.device, case .unreadable(let text) = $0.body else { return false }
            return cause == .reportsUnreadable(text)
        }
        ledger.expect(
            .counters, isUnreadable || hasContact(assignment.device) { $0 != goal && cause == .reports($0) },
            "\(id) turned bad by \(cause), which it did not say")
        guard isGood else { return }
        if belies { move(update, position, to: .completed) }
        updates[update].assignments[position].hasTurnedBad = true
        if devices[assignment.device].confirmed == update { devices[assignment.device].confirmed = nil }
        // The wait starts again.
        if let phase = updates[update].phase, updates[update].phases[phase].soakFrom != nil {
            updates[update].phases[phase].soakFrom = clock.elapsed
        }
    }

    /// Only what has not begun may be cancelled or skipped, and only for a reason that holds; what is under way only by
    /// the device's own word.
    mutating func leaveOut(_ update: Int, _ position: Int, _ state: AssignmentState, _ reason: EndReason) {
        if state == .cancelled, updates[update].assignments[position].state == .inProgress {
            return callBack(update, position, reason)
        }
        if state == .skipped, updates[update].assignments[position].state.isLive,
            reason == .alreadyOn(updates[update].goal(position))
        {
            return findThere(update, position)
        }
        if state == .skipped, reason == .decommissioned, updates[update].assignments[position].state == .inProgress {
            return takeOut(update, position)
        }
        let assignment = updates[update].assignments[position],
            id = devices[updates[update].assignments[position].device].id
        ledger.expect(
            .finalStates, assignment.state.isWaiting, "\(id) is \(state) as \(reason) though it is \(assignment.state)")
        let isTrue = isTrue(reason, update, position)
        ledger.expect(.liveness, isTrue, "\(id) is \(state) as \(reason), which is not so")
        if assignment.state.isWaiting { move(update, position, to: state) }
        updates[update].assignments[position].lacksFiles = reason.lacksFiles
        if case .alreadyOn = reason { updates[update].assignments[position].isThere = true }
    }

    /// A device that is taken out of service in an attempt that has changed nothing yet.
    private mutating func takeOut(_ update: Int, _ position: Int) {
        let assignment = updates[update].assignments[position], id = devices[assignment.device].id
        let isOut = devices[assignment.device].record.lifecycle == .decommissioned
        ledger.expect(.finalStates, isOut, "\(id) is left out of service, and is in it")
        ledger.expect(
            .finalStates, assignment.step < .installing, "\(id) is left out at \(assignment.step), past its return")
        move(update, position, to: .skipped)
    }

    /// An attempt under way is called off when its order was withdrawn and the device says that it dropped it.
    private mutating func callBack(_ update: Int, _ position: Int, _ reason: EndReason) {
        let assignment = updates[update].assignments[position], id = devices[assignment.device].id
        let isWithdrawn = updates[update].isWithdrawn(position)
        ledger.expect(.finalStates, isWithdrawn, "\(id) is cancelled at \(assignment.step) of an order that stands")
        ledger.expect(
            .liveness, reason == updates[update].stopped, "\(id) is cancelled as \(reason), which is not so")
        ledger.expect(
            .finalStates, hasReport(assignment) { $0 == .dropped },
            "\(id) is cancelled as \(reason), and did not say that it dropped its order")
        move(update, position, to: .cancelled)
    }

    private mutating func expectUnderWay(_ assignment: AssignmentAccount, _ what: String) -> Bool {
        let isUnderWay = assignment.state == .inProgress
        ledger.expect(
            assignment.state.isFinal ? .finalStates : .counters, isUnderWay, "\(what) while it is \(assignment.state)")
        return isUnderWay
    }
}
