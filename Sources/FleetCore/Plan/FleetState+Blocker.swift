/// One answer to both questions: may this device start now, and if not, why not.
extension FleetState {
    /// What keeps an assignment that has not ended, and is not under way, from starting now; nil: nothing does.
    func blocker(
        _ update: UpdateIndex, _ position: Position, presence: Presence, clock: inout SiteClock
    ) -> WaitReason? {
        updateBlocker(update, position, now: clock.now)
            ?? deviceBlocker(update, position, presence: presence, now: clock.now)
            ?? calendarBlocker(update, position, clock: &clock)
            ?? limitBlocker(update, position, now: clock.now)
    }

    /// What holds the whole update, or the phase.
    private func updateBlocker(_ update: UpdateIndex, _ position: Position, now: Timestamp) -> WaitReason? {
        switch updates[update.offset].status {
        case .draft: return .notStarted
        case .awaitingApproval:
            return updates[update.offset].proposal.map { .secondPerson(askedBy: $0.name) } ?? .awaitingApproval
        case .paused: return .paused(updates[update.offset].pauseReason ?? .operatorPaused(name: ""))
        default: break
        }
        guard position >= updates[update.offset].openEnd else { return nil }
        guard let phase = updates[update.offset].currentPhase else { return .due }
        return phaseBlocker(updates[update.offset].phases[phase], now: now)
    }

    /// What the open phase still waits for before the next one opens.
    private func phaseBlocker(_ phase: PhaseRecord, now: Timestamp) -> WaitReason {
        let name = phase.definition.name
        guard phase.verdict == .passed, let soakFrom = phase.soakFrom else { return .gate(phase: name) }
        let soakEnd = soakFrom + phase.definition.wait
        if now < soakEnd { return .soak(phase: name, until: soakEnd) }
        if phase.definition.gate.requiresApproval, !phase.isApproved { return .approval(phase: name) }
        return .due
    }

    private func deviceBlocker(
        _ update: UpdateIndex, _ position: Position, presence: Presence, now: Timestamp
    ) -> WaitReason? {
        let device = updates[update.offset].assignments.device(position)
        if let busy = devices.liveUpdate(device), busy != update { return .busy(update: updates[busy.offset].id) }
        switch devices.status(device) {
        case .unknown: return .neverSeen
        case .offline: return .offline(since: presence.lastSeen(device))
        case .online: break
        }
        if updates[update.offset].assignments.state(position) == .retrying,
            let due = updates[update.offset].assignments.stepSince(position), now < due
        {
            return .backingOff(until: due)
        }
        if case .onConnect = updates[update.offset].definition.strategy, !updates[update.offset].isChild {
            let contact = presence.lastSeen(device) ?? .distantPast
            if let start = updates[update.offset].startedAt, contact <= start { return .nextContact }
        }
        return nil
    }

    private func calendarBlocker(
        _ update: UpdateIndex, _ position: Position, clock: inout SiteClock
    ) -> WaitReason? {
        let device = updates[update.offset].assignments.device(position)
        let zone = devices.zoneNumber(device)
        if let window = clock.windowState(zone), !window.isOpen {
            let mayMiss = updates[update.offset].missedPolicy == .onConnect && clock.hasMissedWindow(zone)
            if !mayMiss { return .window(opensAt: window.opensAt) }
        }
        if let freeze = clock.freeze(zone, region: devices.region(device)) {
            return .freeze(name: freeze.name, until: freeze.until)
        }
        return nil
    }

    private func limitBlocker(_ update: UpdateIndex, _ position: Position, now: Timestamp) -> WaitReason? {
        let limits = settings.limits
        if devices.fleetCount.inFlight >= limits.inFlight { return .limit(.fleet(limits.inFlight)) }
        if let limit = updates[update.offset].definition.inFlight, updates[update.offset].inFlight >= limit {
            return .limit(.update(limit))
        }
        if now < updates[update.offset].nextStartAt { return .rate(until: updates[update.offset].nextStartAt) }
        let device = updates[update.offset].assignments.device(position)
        let region = devices.regionNumber(device), site = devices.siteNumber(device)
        if let limit = limits.inFlightPerRegion, devices.regionCounts[region].inFlight >= limit {
            return .limit(.region(devices.regions[region], limit))
        }
        if let limit = limits.inFlightPerSite, devices.siteCounts[site].inFlight >= limit {
            return .limit(.site(devices.sites[site], limit))
        }
        if limits.bytesPerSecondPerRegion != nil, !updates[update.offset].goesBack,
            now < devices.regionCounts[region].linkFreeAt
        {
            return .bandwidth(region: devices.regions[region], until: devices.regionCounts[region].linkFreeAt)
        }
        return floorBlocker(site)
    }

    /// The floor counts terminals that work now: an offline one keeps no customer waiting less.
    func floorBlocker(_ site: Int) -> WaitReason? {
        let place = devices.siteCounts[site]
        guard place.active >= settings.floor.appliesFrom, place.working - 1 < settings.floor.untouched else {
            return nil
        }
        return .floor(site: devices.sites[site], working: place.working)
    }

    /// Whether a blocker holds every device of the update alike, so that looking at more of them is pointless.
    static func holdsAll(_ reason: WaitReason) -> Bool {
        switch reason {
        case .notStarted, .awaitingApproval, .secondPerson, .paused, .rate, .limit(.fleet), .limit(.update): true
        default: false
        }
    }

    /// Why an assignment does not move now; nil: it has ended or is under way.
    public func waitReason(
        _ update: UpdateIndex, _ position: Position, presence: Presence, now: Timestamp
    ) -> WaitReason? {
        var clock = SiteClock(updates[update.offset], settings, zones: devices.zones, now: now)
        return waitReason(update, position, presence: presence, clock: &clock)
    }

    func waitReason(
        _ update: UpdateIndex, _ position: Position, presence: Presence, clock: inout SiteClock
    ) -> WaitReason? {
        switch updates[update.offset].assignments.state(position) {
        case .pending, .scheduled, .retrying:
            blocker(update, position, presence: presence, clock: &clock) ?? .due
        default: nil
        }
    }
}

extension UpdateRecord {
    /// Whether it is a rollback or a retry of another.
    public var isChild: Bool { kind != .ordinary }

    var missedPolicy: MissedPolicy? {
        if case .scheduled(let missed) = definition.strategy { return missed }
        return nil
    }
}
