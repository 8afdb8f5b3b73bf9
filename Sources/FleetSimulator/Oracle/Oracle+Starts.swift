import FleetCore

/// What must be true at the start of an attempt.
extension Oracle {
    mutating func checkStart(_ update: Int, _ position: Int, attempt: Int) {
        let device = updates[update].assignments[position].device
        let what = StartWords(device: devices[device].id, update: updates[update].definition.id)
        checkTurn(update, position, attempt: attempt, what)
        checkOffer(update, device, what)
        checkGoal(update, position, what)
        checkPlaces(update, device, what)
        checkPace(update, device, what)
        checkCalendar(update, device, what)
    }

    /// Names a start; the words are made only when they are needed.
    struct StartWords: CustomStringConvertible {
        /// Who, and in which update.
        var device: String, update: String
        var description: String { "\(device) starts in \(update)" }
    }

    private mutating func checkTurn(_ update: Int, _ position: Int, attempt: Int, _ what: StartWords) {
        let assignment = updates[update].assignments[position], now = clock.elapsed
        let live = standings[assignment.device].liveUpdate?.offset, busy = devices[assignment.device].isUnderWay
        ledger.expect(.oneLive, live == nil || live == update, "\(what) though it is busy elsewhere")
        ledger.expect(.oneLive, !busy, "\(what) though an attempt is under way")
        ledger.expect(.finalStates, !assignment.state.isFinal, "\(what) though it is \(assignment.state)")
        ledger.expect(
            .counters, attempt == assignment.attempts + 1,
            "\(what) with attempt \(attempt) after \(assignment.attempts)")
        ledger.expect(.limits, attempt <= settings.retry.attempts, "\(what) with attempt \(attempt)")
        if assignment.state == .retrying {
            ledger.expect(.limits, now >= assignment.retryAt, "\(what) before it has backed off")
        }
        guard updates[update].hasGates else { return }
        ledger.expect(.gates, position < updates[update].openEnd, "\(what) before its phase is open")
        guard let phase = updates[update].phase else { return }
        let sum = GateSum(updates[update], through: phase)
        ledger.expect(
            .failedGates, sum.isWithinReach(updates[update].phases[phase].definition.gate),
            "\(what) though its gate cannot be reached any more")
    }

    private mutating func checkOffer(_ update: Int, _ device: Int, _ what: StartWords) {
        let status = updates[update].status, stopped = updates[update].stopped
        let isOnline = standings[device].status == .online, isActive = devices[device].isActive
        ledger.expect(.offers, isActive, "\(what), which is not in service")
        ledger.expect(.offers, isOnline, "\(what) though it cannot be reached")
        ledger.expect(.offers, status == .running || status == .scheduled, "\(what), which is \(status)")
        let isAskedBack = updates[update].proposal?.deed == .rollBack
        ledger.expect(.secondPerson, !isAskedBack, "\(what), whose rollback waits for a second person")
        var isGate = false
        if case .gateFailed = stopped { isGate = true }
        ledger.expect(isGate ? .failedGates : .offers, stopped == nil, "\(what), which starts nothing any more")
        guard case .onConnect = updates[update].definition.strategy, step.isSeen else { return }
        let begun = updates[update].startedAt ?? .max, heard = devices[device].heardAt
        ledger.expect(.offers, heard > begun, "\(what) before its next contact")
    }

    /// An older version only by a rollback or where the update says so; a rollback to what was there before.
    private mutating func checkGoal(_ update: Int, _ position: Int, _ what: StartWords) {
        let assignment = updates[update].assignments[position]
        let firmware = standings[assignment.device].firmware, goal = updates[update].goal(position)
        let isAllowed = updates[update].goesBack || updates[update].definition.allowsDowngrade
        ledger.expect(
            .approvedBytes, goal >= firmware || isAllowed, "\(what) and goes down from \(firmware) to \(goal)")
        let isUntold = devices[assignment.device].isUntold
        ledger.expect(.approvedBytes, goal != firmware || isUntold, "\(what) though it runs \(goal)")
        ledger.expect(.rollbackGoal, !updates[update].goesBack || assignment.goal != nil, "\(what) without a release")
        guard updates[update].goesBack else { return }
        let left = isUntold ? updates[update].definition.release : firmware
        ledger.expect(
            .rollbackGoal, releases[goal] != nil && !hasNoFiles(goal, for: left),
            "\(what) to \(goal), of which there are no files")
    }

    /// Limits and floors, with this start counted in. Silent in the design: one that waits for another attempt is not in
    /// flight, and works.
    private mutating func checkPlaces(_ update: Int, _ device: Int, _ what: StartWords) {
        let limits = settings.limits, floor = settings.floor
        let fleet = fleetInFlight + 1, own = updates[update].inFlight + 1
        let region = regions[devices[device].region], site = sites[devices[device].site]
        ledger.expect(.limits, fleet <= limits.inFlight, "\(what) as the fleet's \(fleet)th in flight")
        ledger.expect(
            .limits, own <= updates[update].definition.inFlight ?? .max, "\(what) as the update's \(own)th in flight")
        ledger.expect(
            .limits, region.inFlight < limits.inFlightPerRegion ?? .max,
            "\(what) with \(region.inFlight) in flight in \(region.name)")
        ledger.expect(
            .limits, site.inFlight < limits.inFlightPerSite ?? .max,
            "\(what) with \(site.inFlight) in flight at \(site.name)")
        ledger.expect(
            .floor, site.active < floor.appliesFrom || site.working - 1 >= floor.untouched,
            "\(what) and leaves \(site.working - 1) working at \(site.name)")
    }

    /// Starts in any minute, and bytes of a region's links.
    private mutating func checkPace(_ update: Int, _ device: Int, _ what: StartWords) {
        let now = clock.elapsed
        if let limit = startsPerMinute(update) {
            updates[update].starts.removeAll { $0 <= now - Self.minute }
            let recent = updates[update].starts.count + 1
            ledger.expect(.limits, recent <= limit, "\(what) as the \(recent)th in a minute")
            let share = rampShare(update)
            ledger.expect(
                .limits, Double(recent - 1) <= Double(limit) * share + Self.rounding,
                "\(what) as the \(recent)th in a minute of the ramp")
        }
        guard settings.limits.bytesPerSecondPerRegion ?? 0 > 0, bytes(update) > 0 else { return }
        let free = linkFreeAt[devices[device].region]
        ledger.expect(.limits, free <= now, "\(what) \(free - now) ms before the region's links are free")
    }

    /// A minute in milliseconds.
    static let minute: Int64 = 60_000
    /// What the arithmetic of floating point may be off.
    private static let rounding = 1e-6

    func startsPerMinute(_ update: Int) -> Int? {
        let limit = updates[update].definition.startsPerMinute ?? settings.limits.startsPerMinute
        return limit.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Starts a minute grow from a tenth to all of it.
    private func rampShare(_ update: Int) -> Double {
        guard let ramp = settings.limits.ramp, ramp > .zero, let start = updates[update].startedAt else { return 1 }
        return min(1, max(0.1, Double(clock.elapsed - start) / Double(ramp.milliseconds)))
    }

    /// Bytes that a start of an update asks of a link; none for a return to the release in the other slot.
    func bytes(_ update: Int) -> Int64 {
        guard !updates[update].goesBack, let release = releases[updates[update].definition.release] else { return 0 }
        return release.artifacts.reduce(0) { $0 + $1.size }
    }

    /// A start uses up its share of the starts a minute and of the region's link.
    mutating func takePace(_ update: Int, _ device: Int) {
        let now = clock.elapsed
        updates[update].lastStartAt = now
        if startsPerMinute(update) != nil { updates[update].starts.append(now) }
        guard let rate = settings.limits.bytesPerSecondPerRegion, rate > 0 else { return }
        let region = devices[device].region
        linkFreeAt[region] = max(now, linkFreeAt[region]) + bytes(update) * 1000 / rate
    }

    private mutating func checkCalendar(_ update: Int, _ device: Int, _ what: StartWords) {
        let isIn = isInWindow(update, device)
        ledger.expect(.calendar, isIn, "\(what) outside its window")
        let freeze = freeze(update, device)
        ledger.expect(.calendar, freeze == nil, "\(what) in the freeze \(freeze?.name ?? "")")
    }

    /// Whether an update's window is open at a device's site, or the device may start outside it because it missed it.
    mutating func isInWindow(_ update: Int, _ device: Int) -> Bool {
        guard let window = updates[update].definition.window, !updates[update].goesBack else { return true }
        let zone = window.timeZone ?? devices[device].record.timeZone
        if calendar.isOpen(window, zone, at: clock.wall) { return true }
        guard updates[update].definition.strategy == .scheduled(missed: .onConnect) else { return false }
        return hasMissedWindow(update, zone)
    }

    /// Whether the first window that an update could have used has closed. Silent in the design: where none was left at
    /// the start it counts as missed.
    mutating func hasMissedWindow(_ update: Int, _ zone: String) -> Bool {
        guard let window = updates[update].definition.window, let start = updates[update].startedAt else {
            return false
        }
        return calendar.firstClosing(window, zone, from: clock.wall(of: start)).map { $0 <= clock.wall } ?? true
    }

    /// The freeze that holds a device; nil: none does, or the update has a reason to pass.
    mutating func freeze(_ update: Int, _ device: Int) -> Freeze? {
        guard !settings.freezes.isEmpty, !updates[update].goesBack, updates[update].definition.freezeOverride == nil
        else { return nil }
        let region = devices[device].record.region
        let face = calendar.face(clock.wall, devices[device].record.timeZone)
        return settings.freezes.first { freeze in
            (freeze.regions.isEmpty || freeze.regions.contains(region))
                && calendar.face(freeze.from) <= face && face < calendar.face(freeze.until)
        }
    }
}
