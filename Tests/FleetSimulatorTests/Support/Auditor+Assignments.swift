import FleetCore

/// What becomes of assignments.
extension Auditor {
    mutating func takeAssignment(_ event: Event) {
        switch event {
        case .attemptStarted(let update, let device, let attempt):
            auditStart(update.offset, device.offset, attempt: attempt)
            begin(update.offset, device.offset)
        case .stepReached(let update, let device, let step):
            if case .underWay(let before) = stand(update, device), step > before {
                updates[update.offset].assignments[device.offset]?.stand = .underWay(step)
            } else {
                find("\(name(device)) reached \(step) out of turn")
            }
        case .attemptFailed(let update, let device, let cause, let retryAt):
            fail(update.offset, device.offset, cause, retryAt: retryAt)
        case .assignmentCompleted(let update, let device): complete(update.offset, device.offset)
        case .assignmentCancelled(let update, let device, _):
            expect(stand(update, device) == .waiting, "\(name(device)) was cancelled after it began")
            updates[update.offset].assignments[device.offset]?.stand = .cancelled
        case .assignmentSkipped(let update, let device, _):
            expect(stand(update, device) == .waiting, "\(name(device)) was skipped after it began")
            updates[update.offset].assignments[device.offset]?.stand = .skipped
        case .outcomeTurnedBad(let update, let device, _):
            expect(stand(update, device) == .succeeded, "\(name(device)) turned bad without a success")
            updates[update.offset].assignments[device.offset]?.stand = .turnedBad
            if updates[update.offset].passedAt != nil { updates[update.offset].passedAt = now }
        default: find("an unknown fact")
        }
    }

    func stand(_ update: UpdateIndex, _ device: DeviceIndex) -> Stand? {
        updates[update.offset].assignments[device.offset]?.stand
    }

    private mutating func begin(_ update: Int, _ device: Int) {
        updates[update].starts.append(now)
        let running = devices[device].firmware
        updates[update].assignments[device]?.attempts += 1
        updates[update].assignments[device]?.stand = .underWay(.offered)
        if updates[update].assignments[device]?.before == nil { updates[update].assignments[device]?.before = running }
        devices[device].live = update
        devices[device].isUnderWay = true
    }

    private mutating func fail(_ update: Int, _ device: Int, _ cause: FailureCause, retryAt: Timestamp?) {
        let id = devices[device].id
        let attempts = updates[update].assignments[device]?.attempts ?? 0
        switch updates[update].assignments[device]?.stand {
        case .underWay: break
        case .backingOff where retryAt == nil: break
        default: find("\(id) failed without an attempt")
        }
        guard let retryAt else {
            updates[update].assignments[device]?.stand = .failed
            return release(device)
        }
        expect(!cause.isPermanent, "\(id) is tried again after \(cause)")
        expect(!updates[update].hasStopped, "\(id) is to be tried again in a stopped update")
        expect(attempts < settings.retry.attempts, "\(id) is tried more than \(attempts) times")
        var whole = settings.retry.backoff.milliseconds
        for _ in 1..<max(2, attempts) where attempts > 1 {
            whole = min(whole * 2, settings.retry.maximumBackoff.milliseconds)
        }
        let wait = (retryAt - now).milliseconds
        expect(wait * 2 >= whole - 1 && wait <= whole, "\(id) backs off \(wait) ms of \(whole)")
        updates[update].assignments[device]?.stand = .backingOff(until: retryAt)
        devices[device].isUnderWay = false
    }

    private mutating func complete(_ update: Int, _ device: Int) {
        let id = devices[device].id
        let goal = updates[update].earlier[device] ?? updates[update].definition.release
        expect(devices[device].firmware == goal, "\(id) completed on \(devices[device].firmware), not on \(goal)")
        if case .underWay = updates[update].assignments[device]?.stand {
        } else {
            find("\(id) completed without an attempt")
        }
        updates[update].assignments[device]?.stand = .succeeded
        release(device)
    }
}

/// Phases and their gates.
extension Auditor {
    mutating func takePhase(_ event: Event) {
        switch event {
        case .phaseOpened(let update, let phase):
            expect(phase == updates[update.offset].phase.map { $0 + 1 } ?? 0, "phase \(phase) opened out of turn")
            if phase > 0 { auditPassage(update.offset, phase - 1) }
            updates[update.offset].phase = phase
            updates[update.offset].passedAt = nil
            updates[update.offset].isApproved = false
        case .gateDecided(let update, let phase, let verdict, let completed, let failed):
            let sample = sample(update.offset, phase)
            expect(
                sample.good == completed && sample.bad == failed,
                "the gate counted \(completed) and \(failed), not \(sample.good) and \(sample.bad)")
            updates[update.offset].passedAt = verdict == .passed ? now : nil
            if verdict != .passed { updates[update.offset].isApproved = false }
        case .phaseApproved(let update, _): updates[update.offset].isApproved = true
        case .phaseClosed(let update, let phase): auditPassage(update.offset, phase)
        default: find("an unknown fact")
        }
    }

    /// Good and bad ends of the phases up to this one, and how many devices they are to reach.
    func sample(_ update: Int, _ phase: Int) -> (good: Int, bad: Int, size: Int) {
        var good = 0, bad = 0, size = 0
        for device in updates[update].targets.prefix(updates[update].sizes[phase]) {
            switch updates[update].assignments[device]?.stand {
            case .succeeded: good += 1
            case .failed, .turnedBad: bad += 1
            case .cancelled, .skipped, nil: continue
            default: break
            }
            size += 1
        }
        return (good, bad, size)
    }

    /// A phase may be left behind with its threshold, its sample, its wait and its approval only.
    private func auditPassage(_ update: Int, _ phase: Int) {
        guard let definition = updates[update].phases?[phase] else { return find("a phase without a definition") }
        let (good, bad, size) = sample(update, phase), gate = definition.gate
        let name = "phase \(definition.name) was left"
        let needed = gate.minimumSample ?? max(1, (size + 1) / 2)
        expect(size == 0 || good + bad >= needed, "\(name) with a sample of \(good + bad) of \(needed)")
        expect(good * 10_000 >= gate.threshold * (good + bad), "\(name) with \(good) good and \(bad) bad")
        if let passedAt = updates[update].passedAt {
            expect(now >= passedAt + definition.wait, "\(name) before its wait was over")
        } else {
            find("\(name) before its gate had passed")
        }
        expect(updates[update].isApproved || !gate.requiresApproval, "\(name) without approval")
        expect(!updates[update].isPaused && !updates[update].hasStopped, "\(name) while nothing may go on")
    }
}
