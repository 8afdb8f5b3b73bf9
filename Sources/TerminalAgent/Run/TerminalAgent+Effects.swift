import FleetFiles
import Logging

/// What the machine asks for, done.
extension TerminalAgent {
    /// Does it; nil: the agent is to end, and goes on from its state when it starts again.
    func perform(_ effect: AgentEffect) throws -> AgentInput? {
        do {
            let input = try performed(effect)
            guard let stop = interruption else { return input }
            // Heard while the effect came to its end all the same: the stage is still the one that was judged by.
            interruption = nil
            return bell.isEnding ? nil : stop
        } catch let failure as StorageFailure {
            logger.error("the storage has failed", metadata: ["reason": "\(failure)"])
            return .storageFailed(failure.description)
        }
    }

    private func performed(_ effect: AgentEffect) throws -> AgentInput? {
        switch effect {
        case .poll: return try poll()
        case .read(let offer): return try read(offer)
        case .verify(let work): return try verify(work)
        case .askBusy: return try askBusy()
        case .clear(let slot, let release):
            try endLeftovers()
            try slots.clear(slot, keeping: release)
            return .cleared
        case .askTag(let work): return try askTag(work)
        case .fetch(let work): return try fetch(work)
        case .install(let work): return try install(work)
        case .record(let work):
            try endLeftovers()
            try slots.record(work.release, in: work.slot)
            return .recorded
        case .prove(let work): return try prove(work)
        case .listen: return listens() ? stopped : .heardNothing
        case .switchTo(let slot):
            try slots.use(slot)
            return .switched
        case .restart: return try restarted()
        case .awaitReboot: return wait(settings.restart?.command.within ?? .zero)
        case .check(let work): return try check(work)
        case .wait(let pause): return wait(duration(pause))
        case .tell(let work): return tell(work)
        }
    }

    /// What still runs of an installation would write into the slot behind the agent's back.
    func endLeftovers() throws {
        do { try surroundings.commands.endLeftovers() } catch let failure as InstallLock.Failure {
            throw StorageFailure("install failed: \(failure)")
        }
    }

    // MARK: - The gateway's offer

    private func read(_ offer: PollAnswer.Link) throws -> AgentInput? {
        let release: OfferedRelease
        do throws(LinkFailure) {
            release = try link.offer(offer.url)
        } catch {
            guard error != .ending else { return nil }
            logger.warning(
                "what is offered cannot be read", metadata: ["action": "\(offer.action)", "reason": "\(error)"])
            pace.didNotReadOffer(error)
            // What makes no sense will make none the next time, and whoever gave the order has to hear of it.
            if case .misunderstood = error { return .senseless(offer.action, "\(error)") }
            return .offered(nil)
        }
        pace.readOffer()
        try readVersion()
        guard !bell.isEnding else { return nil }
        machine.sawRunning(runs, stray: stray)
        lookAtSlots()
        return .offered(release)
    }

    /// Which slot is free is what the link says now, whoever has moved it. One that leads nowhere is told by the order.
    private func lookAtSlots() {
        do {
            let slot = try slots.inUse()
            machine.sawInUse(slot, record: try? slot.flatMap { try slots.record(of: $0) })
        } catch { return }
    }

    /// What runs is read now: somebody may have put something else there since it was read last.
    private func verify(_ work: Work) throws -> AgentInput? {
        try readVersion()
        guard !bell.isEnding else { return nil }
        machine.sawRunning(runs, stray: stray)
        // A command may print anything; what was put into use last is what nothing older may follow either.
        let recorded = try slots.inUse().flatMap { try slots.record(of: $0)?.version }
        do throws(TrustRefusal) {
            let running = [runs ?? stray?.version, recorded].compactMap { $0 }
            let files = try surroundings.trust.verified(work.release, running: running) { hears() }
            return files.map { .trusted($0) } ?? stopped
        } catch {
            logger.warning("the release is not trusted", metadata: ["reason": "\(error)"])
            return bell.isEnding ? nil : .distrusted(error)
        }
    }

    private func askBusy() throws -> AgentInput? {
        guard let busy = settings.busy else { return .asked(busy: nil) }
        let end = try run(busy.command) { hears() }
        guard let end else { return stopped }
        if end.isGood { return .asked(busy: nil) }
        if case .exited(_, let said) = end, !said.isEmpty { return .asked(busy: said) }
        return .asked(busy: "busy-command: \(end.text)")
    }

    // MARK: - Files

    private func askTag(_ work: Work) throws -> AgentInput? {
        let file = work.release.files[work.file], standing: FileStanding
        do throws(LinkFailure) { standing = try link.standing(of: file) } catch {
            switch error {
            case .ending: return nil
            // Some servers give files, and do not speak of them.
            case .refused(405, _), .refused(501, _): return .tagged("")
            default: return broken(file, "\(error)")
            }
        }
        // A gateway that counts what it sends takes who has more for one that never fetched it: that is fetched again.
        let path = slots.file(file.name, of: work.slot)
        if let sent = standing.sent, try surroundings.disk.length(of: path) ?? 0 > sent {
            try surroundings.disk.remove(path)
        }
        return .tagged(standing.tag)
    }

    private func fetch(_ work: Work) throws -> AgentInput? {
        let expected = work.release.files[work.file]
        let path = slots.file(expected.name, of: work.slot)
        let file: FetchedFile
        do { file = try FetchedFile(expected, at: path, on: surroundings.disk) } catch let failure as StorageFailure {
            return .fetchFailed(.storage(failure.description))
        }
        // What was installed once was there once, and the gateway knows that it was delivered.
        if work.installations > 0, file.isProven { return try fetched(file) }
        let start = file.length
        do throws(LinkFailure) {
            let tag = work.tags[expected.name] ?? ""
            let end = try link.fetch(expected, from: start, tag: tag, into: file) { hears() }
            if end == .stopped { return stopped }
        } catch {
            guard error != .ending else { return nil }
            if let failure = file.failure { return try full(failure, path) }
            // More than was said is not the file, however it ends.
            if file.overflowed { return try spoilt(path, wasResumed: start > 0) }
            return broken(expected, "\(error)")
        }
        guard file.length == expected.length else { return broken(expected, "the file ended too early") }
        guard file.isProven else { return try spoilt(path, wasResumed: start > 0) }
        return try fetched(file)
    }

    private func fetched(_ file: FetchedFile) throws -> AgentInput {
        try file.sync()
        return .fetched
    }

    private func broken(_ file: OfferedRelease.File, _ why: String) -> AgentInput {
        logger.warning("a file cannot be fetched", metadata: ["file": "\(file.name)", "reason": "\(why)"])
        return .fetchFailed(.broken(why))
    }

    private func spoilt(_ path: String, wasResumed: Bool) throws -> AgentInput {
        logger.warning("a file is not what it is said to be", metadata: ["path": "\(path)"])
        try surroundings.disk.remove(path)
        return .fetchFailed(.spoilt(wasResumed: wasResumed))
    }

    /// Room is made at once, so that the state can be written on the same disk.
    private func full(_ failure: StorageFailure, _ path: String) throws -> AgentInput {
        try surroundings.disk.remove(path)
        return .fetchFailed(.storage(failure.description))
    }

    /// Hashes the slot's files: days may lie behind the fetch, and the site's command has worked beside them.
    private func prove(_ work: Work) throws -> AgentInput? {
        struct Stop: Error {}
        do {
            for file in work.release.files {
                let path = slots.file(file.name, of: work.slot)
                let isSame = try FetchedFile.isProven(file, at: path, on: surroundings.disk) {
                    if hears() { throw Stop() }
                }
                guard isSame else {
                    logger.error("a file was altered after it was fetched", metadata: ["path": "\(path)"])
                    return .altered(file.name)
                }
            }
            return .proven
        } catch is Stop { return stopped }
    }

    // MARK: - Commands and pauses

    /// Whatever became of the installation, the slot in use stays what it was, and the other one says nothing of itself
    /// before it is whole.
    private func install(_ work: Work) throws -> AgentInput? {
        guard let command = settings.install else { return .installed(.none, movedCurrent: false) }
        let end = surroundings.commands.run(command, environment(work), isInstallation: true) { hears() }
        if let end, !end.isGood { try endLeftovers() }
        let hasMoved = try takeBack(work)
        guard let end else { return stopped }
        if !end.isGood { try slots.forget(work.slot) }
        return .installed(end, movedCurrent: hasMoved)
    }

    /// Puts the slot into use that was before an install command has put another there.
    /// - Returns: Whether it had.
    @discardableResult
    func takeBack(_ work: Work) throws -> Bool {
        if let former = work.former, let record = work.formerRecord, try slots.mend(record, of: former) {
            logger.warning("the install command had changed what the former slot says of itself, which is taken back")
        }
        guard try slots.leadsElsewhere(than: work.former) else { return false }
        logger.warning("the install command had put its slot into use, which is taken back")
        try slots.use(work.former)
        return true
    }

    private func restarted() throws -> AgentInput? {
        guard let command = settings.restart?.command else { return .ended(.none, movedCurrent: false) }
        hasMovedCurrent = false
        let end = try run(command) { hears() }
        return end.map { .ended($0, movedCurrent: hasMovedCurrent) } ?? stopped
    }

    private func check(_ work: Work) throws -> AgentInput? {
        var end = CommandEnd.none
        hasMovedCurrent = false
        if let health = settings.health {
            guard let ended = try run(health.command, isStopped: { hears() }) else { return stopped }
            end = ended
        }
        guard !bell.isEnding else { return nil }
        // Whoever has moved it: what is read, and what counts, is the slot that is checked.
        if try slots.leadsElsewhere(than: work.expected) {
            hasMovedCurrent = true
            logger.warning("another slot had been put into use, which is taken back")
            try slots.use(work.expected)
        }
        try readVersion()
        let check = Check(end, runs: runs, stray: stray, movedCurrent: hasMovedCurrent)
        return bell.isEnding ? nil : .checked(check)
    }

    private func duration(_ pause: Pause) -> Duration {
        switch pause {
        case .busy: settings.busy?.every ?? .seconds(30)
        case .health: settings.health?.every ?? .seconds(1)
        case .backoff(let failures): pace.backoff(failures)
        }
    }

    /// Waits, and hears meanwhile.
    private func wait(_ time: Duration) -> AgentInput? {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            if hears() { return stopped }
            let isHearing = machine.state.work.map { $0.stage.canBeDropped || $0.stage.isPastTheSwitch } ?? false
            bell.wait(atMost: min(end, isHearing ? max(pace.next, .now) : end) - .now)
        }
        return bell.isEnding ? nil : .waited
    }

    /// What stopped the last effect; nil: the agent is to end.
    private var stopped: AgentInput? {
        defer { interruption = nil }
        return bell.isEnding ? nil : interruption
    }
}
