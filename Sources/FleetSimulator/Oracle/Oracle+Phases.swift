import FleetCore

/// Phases and what their gates say (4, 5).
extension Oracle {
    mutating func openPhase(_ update: Int, _ phase: Int) {
        guard expectPhase(update, phase) else { return }
        updates[update].gateChangedIn = book.facts
        let what = "\(updates[update].phases[phase].definition.name) of \(updates[update].definition.id) was opened"
        let next = updates[update].phase.map { $0 + 1 } ?? 0
        ledger.expect(.gates, phase == next, "\(what) out of turn")
        if phase > 0 {
            let isBehind = updates[update].phases[phase - 1].isClosed
            ledger.expect(.gates, isBehind, "\(what) before the phase before was closed")
        }
        // Behind one that nobody was tried in it is opened by the resume itself.
        let isBehindUntried = phase > 0 && updates[update].phases[phase - 1].verdict == .inconclusive
        if !isBehindUntried { expectGoing(update, what) }
        ledger.expect(.gates, !hasNobody(update), "\(what), and there is nobody to update")
        updates[update].phase = phase
        updates[update].phases[phase].verdict = .unproven
        updates[update].phases[phase].timeoutFrom = clock.elapsed
    }

    mutating func decideGate(_ update: Int, _ phase: Int, _ verdict: GateVerdict, completed: Int, failed: Int) {
        guard expectPhase(update, phase) else { return }
        updates[update].gateChangedIn = book.facts
        let sum = GateSum(updates[update], through: phase)
        let what = "the gate of \(updates[update].phases[phase].definition.name) of \(updates[update].definition.id)"
        ledger.expect(
            .counters, sum.good == completed && sum.bad == failed,
            "\(what) counted \(completed) good and \(failed) bad, not \(sum.good) and \(sum.bad)")
        let isCurrent = updates[update].phase == phase, isStopped = updates[update].stopped != nil
        ledger.expect(.finalStates, isCurrent && !isStopped, "\(what) decided \(verdict) when it had nothing to say")
        check(verdict, update, phase, sum, what)
        updates[update].phases[phase].verdict = verdict
        updates[update].phases[phase].soakFrom = verdict == .passed ? clock.elapsed : nil
        // An approval is given to a pass; a later pass needs its own.
        if verdict != .passed { updates[update].phases[phase].isApproved = false }
    }

    private mutating func check(
        _ verdict: GateVerdict, _ update: Int, _ phase: Int, _ sum: GateSum, _ what: String
    ) {
        let gate = updates[update].phases[phase].definition.gate
        let isLate = isTimedOut(update, phase)
        let counts = "with \(sum.good) good and \(sum.bad) bad of \(sum.size)"
        let before = updates[update].phases[phase].verdict
        switch verdict {
        case .passed:
            ledger.expect(.gates, sum.passes(gate), "\(what) passed \(counts)")
        case .failed:
            let hasMissed = isLate && sum.hasSample(gate) && !sum.hasRate(gate)
            ledger.expect(.gates, !sum.isWithinReach(gate) || hasMissed, "\(what) failed \(counts)")
        case .inconclusive:
            let isOver = isLate || sum.ended >= sum.size
            ledger.expect(.gates, isOver && !sum.passes(gate), "\(what) is inconclusive \(counts)")
            ledger.expect(
                .failedGates, sum.isWithinReach(gate), "\(what) is inconclusive though it has failed \(counts)")
        case .unproven:
            ledger.expect(.gates, before == .passed && !sum.passes(gate), "\(what) took back a pass \(counts)")
        case .waiting: ledger.find(.gates, "\(what) waits again")
        }
    }

    /// Whether the time for a missing sample is up. Silent in the design: it stands still while an operator holds the
    /// update, and begins anew when it is resumed.
    func isTimedOut(_ update: Int, _ phase: Int) -> Bool {
        let timeout = updates[update].phases[phase].definition.gate.timeout.milliseconds
        return updates[update].status != .paused
            && updates[update].phases[phase].timeoutFrom + timeout <= clock.elapsed
    }

    mutating func approvePhase(_ update: Int, _ phase: Int) {
        guard expectPhase(update, phase) else { return }
        let id = updates[update].definition.id
        expectCommand("approve", id, "a phase of \(id) was approved")
        let isAsked = updates[update].phases[phase].verdict == .passed && updates[update].phase == phase
        ledger.expect(.gates, isAsked, "a phase of \(id) was approved before its gate had passed")
        updates[update].phases[phase].isApproved = true
    }

    /// A phase is left behind with its threshold, its sample, its wait and its approval only.
    mutating func closePhase(_ update: Int, _ phase: Int) {
        guard expectPhase(update, phase) else { return }
        let account = updates[update].phases[phase], gate = account.definition.gate
        let sum = GateSum(updates[update], through: phase)
        let what = "\(account.definition.name) of \(updates[update].definition.id) was left"
        if sum.size == 0 { return leaveUntried(update, phase, what) }
        ledger.expect(.gates, sum.passes(gate), "\(what) with \(sum.good) good and \(sum.bad) bad of \(sum.size)")
        let wait = account.definition.wait.milliseconds, now = clock.elapsed
        ledger.expect(
            .gates, account.verdict == .passed && account.soakFrom.map { $0 + wait <= now } == true,
            "\(what) before its wait was over")
        ledger.expect(.gates, account.isApproved || !gate.requiresApproval, "\(what) without approval")
        ledger.expect(.finalStates, updates[update].phase == phase && !account.isClosed, "\(what) out of turn")
        expectGoing(update, what)
        updates[update].phases[phase].isClosed = true
    }

    /// A phase that has nobody to try is left behind by whoever resumes the update, and has passed nothing.
    private mutating func leaveUntried(_ update: Int, _ phase: Int, _ what: String) {
        let account = updates[update].phases[phase]
        expectCommand("resume", updates[update].definition.id, what)
        ledger.expect(.gates, account.verdict == .inconclusive, "\(what) as \(account.verdict), with nobody tried")
        let isOpen = updates[update].phase == phase && !account.isClosed && updates[update].stopped == nil
        ledger.expect(.finalStates, isOpen, "\(what) out of turn")
        updates[update].phases[phase].isClosed = true
    }

    /// Nobody holds the update.
    private mutating func expectGoing(_ update: Int, _ what: String) {
        let status = updates[update].status, isStopped = updates[update].stopped != nil
        ledger.expect(.offers, status == .running || status == .scheduled, "\(what) while it is \(status)")
        ledger.expect(.failedGates, !isStopped, "\(what) after it was stopped")
    }

    private mutating func expectPhase(_ update: Int, _ phase: Int) -> Bool {
        guard expectUpdate(update) else { return false }
        guard updates[update].phases.indices.contains(phase), updates[update].hasGates else {
            ledger.find(.gates, "\(updates[update].definition.id) has no phase \(phase) with a gate")
            return false
        }
        return true
    }

    /// What a commit must not leave undone in a progressive update.
    mutating func checkGate(_ update: Int) {
        guard updates[update].hasGates, let phase = updates[update].phase else { return }
        let account = updates[update].phases[phase], id = updates[update].definition.id
        let isStopped = updates[update].stopped != nil, status = updates[update].status
        if account.verdict == .failed { return checkFailurePolicy(update) }
        guard !isStopped, !status.isFinal, status != .awaitingApproval else { return }
        let sum = GateSum(updates[update], through: phase), gate = account.definition.gate
        ledger.expect(
            .failedGates, sum.isWithinReach(gate),
            "the gate of \(account.definition.name) of \(id) cannot be reached any more, and has not failed")
        if account.verdict == .passed, !account.isClosed {
            ledger.expect(.gates, sum.passes(gate), "the gate of \(id) still counts as passed, and does not hold")
        }
        let isOpen = account.verdict == .unproven && sum.ended >= sum.size && status != .paused
        ledger.expect(.liveness, !isOpen, "all of \(account.definition.name) of \(id) ended, and its gate is silent")
    }

    /// A failed gate rolls back by default, or holds the update until an operator ends it; without a device that was
    /// touched there is nothing to roll back.
    private mutating func checkFailurePolicy(_ update: Int) {
        guard case .progressive(_, let policy) = updates[update].definition.strategy else { return }
        let id = updates[update].definition.id, status = updates[update].status
        let goesBack = updates[update].rollback != nil, isStopped = updates[update].stopped != nil
        if policy == .pause, !isStopped, case .gateFailed = updates[update].pause {
            return ledger.expect(.failedGates, status == .paused, "\(id) is \(status) after its gate failed")
        }
        ledger.expect(.failedGates, isStopped, "\(id) was not stopped when its gate failed")
        // What an operator ends by hand after that has an end of his own.
        if policy == .pause { return }
        let isRight = goesBack || status.isFinal
        ledger.expect(.failedGates, isRight, "\(id) is \(status) after its gate failed")
        guard policy == .rollBack, !goesBack else { return }
        let isTouched = updates[update].assignments.contains {
            $0.attempts > 0 && devices[$0.device].isActive && devices[$0.device].confirmed.map { $0 == update } ?? true
        }
        ledger.expect(.failedGates, !isTouched, "\(id) was not rolled back when its gate failed")
    }
}
