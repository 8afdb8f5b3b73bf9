import FleetCore

/// What holds what has not ended, once faults have stopped and nothing moves any more (17).
extension Oracle {
    /// Every assignment that has not ended must wait for a named person or condition that truly holds it.
    public mutating func checkRest(_ waits: [WaitReading], at moment: Timestamp) {
        believeHeld()
        clock.advance(to: moment)
        ledger.now = clock.wall
        for wait in waits { check(wait) }
        let told = waits.count { !$0.state.isFinal },
            open = openUpdates.reduce(0) { sum, update in
                sum + updates[update].assignments.count { !$0.state.isFinal }
            }
        ledger.expect(.liveness, told >= open, "\(open) assignments have not ended, and \(told) are accounted for")
        for update in openUpdates { checkRest(of: update) }
    }

    private mutating func check(_ wait: WaitReading) {
        let update = wait.update.offset, device = wait.device.offset
        guard !wait.state.isFinal, updates.indices.contains(update), devices.indices.contains(device) else { return }
        let id = devices[device].id, name = updates[update].definition.id
        let state = updates[update].position(of: device).map { updates[update].assignments[$0].state }
        ledger.expect(.counters, state == wait.state, "\(id) in \(name) is shown as \(wait.state)")
        guard let reason = wait.reason else {
            return ledger.find(.liveness, "\(id) is \(wait.state) in \(name) for no reason at rest")
        }
        let holds = holds(reason, wait, update, device)
        ledger.expect(.liveness, holds, "\(id) waits in \(name) for `\(reason)`, which does not hold it")
    }

    private mutating func holds(_ reason: WaitReason, _ wait: WaitReading, _ update: Int, _ device: Int) -> Bool {
        switch reason {
        case .awaitingApproval: updates[update].status == .awaitingApproval && updates[update].proposal == nil
        case .secondPerson(let name):
            updates[update].status == .awaitingApproval && updates[update].proposal?.name == name
        case .paused(let why): updates[update].status == .paused && updates[update].pause == why
        case .gate, .soak, .approval: holdsPhase(reason, update, device)
        case .window, .freeze, .rate, .bandwidth, .backingOff: holdsUntil(reason, update, device)
        case .offline: standings[device].status == .offline && !wait.isReachable
        case .neverSeen: standings[device].status == .unknown && !wait.isReachable
        case .nextContact: !wait.isReachable
        case .busy(let other): isBusy(device, with: other, not: update)
        case .floor(let site, _): holdsFloor(site, device)
        case .limit(let scope): isReached(scope, update, device)
        case .notStarted, .due: false
        }
    }

    private func holdsPhase(_ reason: WaitReason, _ update: Int, _ device: Int) -> Bool {
        guard let phase = updates[update].phase, let position = updates[update].position(of: device),
            position >= updates[update].openEnd
        else { return false }
        let account = updates[update].phases[phase]
        switch reason {
        case .gate(let name): return name == account.definition.name && account.verdict == .unproven
        case .soak(let name, let until): return name == account.definition.name && until > clock.wall
        case .approval(let name):
            return name == account.definition.name && account.verdict == .passed && !account.isApproved
                && account.definition.gate.requiresApproval
        default: return false
        }
    }

    /// A moment that lies ahead holds; one that has passed does not.
    private mutating func holdsUntil(_ reason: WaitReason, _ update: Int, _ device: Int) -> Bool {
        let until = reason.until ?? .distantPast
        guard until > clock.wall else { return false }
        switch reason {
        case .window: return !isInWindow(update, device)
        case .freeze(let name, _): return freeze(update, device)?.name == name
        case .backingOff: return until - clock.wall <= settings.retry.maximumBackoff
        default: return true
        }
    }

    private func isBusy(_ device: Int, with other: String, not update: Int) -> Bool {
        guard let live = standings[device].liveUpdate?.offset, live != update else { return false }
        return updates[live].definition.id == other
    }

    /// The floor holds only while a device of the site is missing, or the site has none to spare at all.
    private func holdsFloor(_ name: String, _ device: Int) -> Bool {
        let site = sites[devices[device].site]
        return site.name == name && site.active >= settings.floor.appliesFrom
            && site.working - 1 < settings.floor.untouched
    }

    private func isReached(_ scope: LimitScope, _ update: Int, _ device: Int) -> Bool {
        switch scope {
        case .fleet(let limit): fleetInFlight >= limit && limit == settings.limits.inFlight
        case .update(let limit): updates[update].inFlight >= limit
        case .region(let name, let limit):
            regions[devices[device].region].name == name && regions[devices[device].region].inFlight >= limit
        case .site(let name, let limit):
            sites[devices[device].site].name == name && sites[devices[device].site].inFlight >= limit
        }
    }

    /// An update that has not ended has somebody it waits for: a device, a person, or time.
    private mutating func checkRest(of update: Int) {
        let id = updates[update].definition.id, status = updates[update].status
        guard !status.isFinal, updates[update].waiting == 0, updates[update].active == 0 else { return }
        var isHeld = status == .paused || status == .awaitingApproval
        if status == .rollingBack { isHeld = updates[update].rollback.map { updates[$0].isOpen } ?? false }
        if let phase = updates[update].phase, updates[update].hasGates {
            let account = updates[update].phases[phase]
            let needsApproval = account.definition.gate.requiresApproval && !account.isApproved
            let soakEnd = (account.soakFrom ?? .min) &+ account.definition.wait.milliseconds
            isHeld = isHeld || account.verdict == .passed && (needsApproval || soakEnd > clock.elapsed)
        }
        ledger.expect(.liveness, isHeld, "\(id) is \(status), and waits for nothing")
    }
}
