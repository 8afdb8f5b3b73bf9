import FleetCore

/// What must not be left undone (17).
extension Oracle {
    /// How late an engine may do what time alone decides, in milliseconds: it is called when it asks to be, and whatever
    /// is due is done at its next step.
    static let lateness: Int64 = 60_000
    /// How often it is looked for devices that could start and do not, in milliseconds.
    static let startsInterval: Int64 = 120_000

    /// What a commit must not leave undone, whatever the time.
    mutating func checkCommit() {
        for update in openUpdates where updates[update].isChanged {
            checkGate(update)
            checkEndOf(update)
        }
        openUpdates.removeAll { !updates[$0].isOpen }
    }

    /// An update in which nothing is left to do has ended.
    private mutating func checkEndOf(_ update: Int) {
        let account = (status: updates[update].status, active: updates[update].active)
        guard !account.status.isFinal, account.status != .awaitingApproval, account.active == 0,
            updates[update].waiting == 0
        else { return }
        let id = updates[update].definition.id
        let isOver: Bool
        if account.status == .rollingBack {
            isOver = updates[update].rollback.map { updates[$0].status.isFinal } ?? true
        } else {
            isOver =
                !updates[update].hasGates || updates[update].stopped != nil || hasNobody(update)
                || updates[update].phases.last.map { $0.isClosed && $0.verdict != .failed } == true
        }
        ledger.expect(.liveness, !isOver, "nothing is left to do in \(id), and it is \(account.status)")
    }

    /// What time decides. A step in which nothing happened and nothing can be overdue costs two comparisons.
    mutating func checkLiveness() {
        let now = clock.elapsed
        if step.hasFacts || now > dueAt { findOverdue(now) }
        if now >= startsDueAt {
            startsDueAt = now + Self.startsInterval
            findStartable(now)
        }
    }

    private mutating func findOverdue(_ now: Int64) {
        dueAt = .max
        for update in openUpdates {
            if updates[update].inFlight > 0 { findOverdueAttempts(update, now) }
            findOverdueGate(update, now)
            findExpired(update, now)
        }
        findSilent(now)
    }

    /// Something is due at a moment: overdue, or to be looked at again when it may be.
    private mutating func due(_ at: Int64, _ now: Int64, _ what: @autoclosure () -> String) {
        let latest = at + Self.lateness
        if latest < now {
            expectLater(.liveness, false, "\(what()) \((now - at) / 1000) s after it was due")
        } else {
            ledger.note(Invariant.liveness.rawValue)
            dueAt = min(dueAt, latest)
        }
    }

    private mutating func findOverdueAttempts(_ update: Int, _ now: Int64) {
        for position in updates[update].assignments.indices
        where updates[update].assignments[position].state == .inProgress {
            let assignment = updates[update].assignments[position], id = devices[assignment.device].id
            due(deadline(of: assignment), now, "\(id) is still \(assignment.step)")
        }
    }

    private mutating func findOverdueGate(_ update: Int, _ now: Int64) {
        guard updates[update].hasGates, let phase = updates[update].phase, updates[update].stopped == nil,
            updates[update].status == .running || updates[update].status == .scheduled
        else { return }
        let account = updates[update].phases[phase], gate = account.definition.gate
        let what = "\(account.definition.name) of \(updates[update].definition.id)"
        if account.verdict == .unproven {
            due(account.timeoutFrom + gate.timeout.milliseconds, now, "the gate of \(what) is undecided")
        }
        if let soakFrom = account.soakFrom, !account.isClosed, account.isApproved || !gate.requiresApproval {
            due(soakFrom + account.definition.wait.milliseconds, now, "\(what) is still open")
        }
    }

    private mutating func findExpired(_ update: Int, _ now: Int64) {
        guard case .onConnect(let expires?) = updates[update].definition.strategy, updates[update].waiting > 0,
            let start = updates[update].startedAt
        else { return }
        let id = updates[update].definition.id
        due(start + expires.milliseconds, now, "\(id) has not expired")
    }

    /// Two heartbeats missed in a row are offline. Silent in the design: a late one is not a missed one, so that the
    /// engine allows a part of one more.
    private mutating func findSilent(_ now: Int64) {
        let allowed = settings.heartbeat.milliseconds * Int64(max(1, settings.missedHeartbeats) + 1)
        for device in devices.indices where standings[device].status == .online {
            let heard = max(devices[device].knownAt, listeningSince)
            guard heard > .min else { continue }
            let id = devices[device].id
            due(heard + allowed, now, "\(id) still counts as online")
        }
    }

    /// Whatever may start has started, or starts within a bound.
    private mutating func findStartable(_ now: Int64) {
        for update in openUpdates {
            let status = updates[update].status
            guard status == .running || status == .scheduled, updates[update].stopped == nil else { continue }
            for position in 0..<min(updates[update].openEnd, updates[update].assignments.count) {
                look(update, position, now)
            }
        }
    }

    private mutating func look(_ update: Int, _ position: Int, _ now: Int64) {
        let state = updates[update].assignments[position].state
        guard state.isWaiting || state == .retrying else { return }
        guard isFree(update, position, now) else {
            updates[update].assignments[position].startableSince = nil
            return
        }
        let since = updates[update].assignments[position].startableSince ?? now
        updates[update].assignments[position].startableSince = since
        let id = devices[updates[update].assignments[position].device].id, name = updates[update].definition.id
        expectLater(.liveness, now - since <= Self.lateness, "nothing keeps \(id) from starting in \(name)")
    }

    /// Whether nothing keeps an assignment in an open phase of an update under way from starting. In doubt something
    /// does: starts a minute and bytes a second are taken at their slowest.
    private mutating func isFree(_ update: Int, _ position: Int, _ now: Int64) -> Bool {
        let device = updates[update].assignments[position].device
        let live = standings[device].liveUpdate?.offset
        guard live == nil || live == update, standings[device].status == .online, devices[device].isActive,
            updates[update].assignments[position].retryAt <= now, hasCalled(update, device),
            hasRoom(update, device, now)
        else { return false }
        return isInWindow(update, device) && freeze(update, device) == nil
    }

    private func hasCalled(_ update: Int, _ device: Int) -> Bool {
        guard case .onConnect = updates[update].definition.strategy else { return true }
        return updates[update].startedAt.map { devices[device].knownAt > $0 } ?? false
    }

    private func hasRoom(_ update: Int, _ device: Int, _ now: Int64) -> Bool {
        let limits = settings.limits, site = sites[devices[device].site], region = regions[devices[device].region]
        guard fleetInFlight < limits.inFlight, updates[update].inFlight < updates[update].definition.inFlight ?? .max,
            region.inFlight < limits.inFlightPerRegion ?? .max, site.inFlight < limits.inFlightPerSite ?? .max,
            site.active < settings.floor.appliesFrom || site.working - 1 >= settings.floor.untouched
        else { return false }
        if let limit = startsPerMinute(update), updates[update].lastStartAt > .min,
            now - updates[update].lastStartAt < Self.minute * 10 / Int64(limit) + Self.minute
        {
            return false
        }
        return limits.bytesPerSecondPerRegion == nil || linkFreeAt[devices[device].region] + Self.minute < now
    }
}
