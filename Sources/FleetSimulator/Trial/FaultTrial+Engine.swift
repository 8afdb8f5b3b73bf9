import FleetCore
import FleetEngine

/// Engines that start, work, and die.
extension FaultTrial {
    /// Starts an engine on the journal. One that cannot be started is tried again later.
    func start() {
        restartAt = nil
        diedInStep = false
        let (epoch, found) = disk.open()
        if !found.isEmpty { oracle.observe(.found(found, epoch: epoch - 1)) }
        oracle.observe(.engineStarted(epoch: epoch, wall: clock.wall(now)))
        let journal = TrialJournal(disk, epoch: epoch) { [unowned self] in commitFault(epoch) }
        do {
            let engine = try TrialEngine(
                journal: journal, wall: clock.wall(now), steady: steadyTime, options: options
            ) { [unowned self] orders, epoch in leave(orders, epoch) }
            self.engine = engine
            if diedInStep { return end(engine) }
            oracle.observe(.shown(EngineReading(engine.state)))
        } catch {
            oracle.observe(.engineEnded(epoch: epoch))
            engine = nil
            restartAt = now + random.duration(.seconds(30)...(.minutes(20)))
        }
    }

    private var options: EngineLoop.Options {
        var options = EngineLoop.Options()
        options.sightingInterval = .minutes(5)
        options.eventCapacity = 100
        return options
    }

    /// Hands a batch to the engine, if there is one and there is anything for it to do.
    func give(_ inputs: [EngineInput], looksAtClock: Bool = false) {
        wakeZombie(inputs)
        guard let engine else { return }
        let isDue = engine.loop.nextWake.map { $0 <= clock.wall(now) } ?? false
        guard !inputs.isEmpty || isDue || looksAtClock else { return }
        oracle.observe(.stepped(inputs, epoch: engine.epoch, wall: clock.wall(now)))
        let before = engine.state.revision
        let replies = engine.step(inputs, wall: clock.wall(now), steady: steadyTime)
        if diedInStep { return end(engine) }
        oracle.observe(.replied(replies, epoch: engine.epoch))
        if !engine.isRunning { return end(engine) }
        if engine.state.revision != before { oracle.observe(.shown(EngineReading(engine.state))) }
    }

    /// An engine is gone; somebody, or something, starts another.
    func end(_ engine: TrialEngine) {
        engine.kill()
        oracle.observe(.engineEnded(epoch: engine.epoch))
        self.engine = nil
        diedInStep = false
        restartAt = now + random.duration(.zero...(.minutes(15)))
    }

    /// Kills the engine between two steps. Its state must be what its journal says.
    func killEngine() {
        guard let engine else { return }
        counts[.crash] += 1
        checkReplay(engine)
        if script.has(.zombie), random.chance(300) { zombie = engine }
        self.engine = nil
        oracle.observe(.engineEnded(epoch: engine.epoch))
        if zombie !== engine { engine.kill() }
        restartAt = now + random.duration(.zero...(.minutes(15)))
    }

    /// Invariant 6: the state is the replay of the journal, and what a checkpoint would keep of it.
    func checkReplay(_ engine: TrialEngine) {
        oracle.noteCheck(6)
        do {
            let fold = try disk.fold()
            if fold != engine.state { oracle.report(6, "the state of the engine is not the replay of its journal") }
            let kept = StateCoder.encode(engine.state)
            do {
                if try StateCoder.decode(kept) != fold { oracle.report(6, "a checkpoint holds another state") }
            } catch {
                oracle.report(6, "a checkpoint cannot be read: \(error)")
            }
        } catch {
            oracle.report(6, "the journal cannot be replayed: \(error)")
        }
    }

    /// An engine that was believed dead is given what the other gets. The journal is no longer its own.
    private func wakeZombie(_ inputs: [EngineInput]) {
        guard let zombie, let engine, zombie.epoch < engine.epoch, !inputs.isEmpty, zombie.isRunning else { return }
        let before = zombie.state.revision
        let replies = zombie.step(inputs, wall: clock.wall(now), steady: steadyTime)
        if zombie.state.revision != before {
            counts[.zombie] += 1
            oracle.noteCheck(13)
        }
        let accepted = replies.contains { $0.refusal == nil }
        if accepted { oracle.report(12, "an engine whose journal is another's has acknowledged a command") }
        if !zombie.isRunning { self.zombie = nil }
    }

    private func leave(_ orders: [Order], _ epoch: Int) {
        guard !diedInStep || epoch != engine?.epoch else { return }
        oracle.observe(.sent(orders, epoch: epoch))
        for order in orders { network.post(.order(order), at: now) }
    }

    /// What goes wrong with a commit.
    private func commitFault(_ epoch: Int) -> (failure: TrialDisk.Failure?, survives: Bool) {
        guard epoch == disk.epoch, let failure = nextFailure else { return (nil, false) }
        nextFailure = nil
        let survives = random.chance(500)
        switch failure {
        case .failedWrite: counts[.failedWrite] += 1
        case .tornWrite: counts[.tornWrite] += 1
        case .failedSync: counts[.failedSync] += 1
        case .powerLoss:
            counts[.powerLoss] += 1
            diedInStep = true
        case .crashAfterCommit:
            counts[.crashAfterCommit] += 1
            diedInStep = true
        case .fullDisk:
            counts[.fullDisk] += 1
            disk.isFull = true
            agenda.add(.roomIsMade, at: now + random.duration(.minutes(1)...(.hours(2))))
        }
        return (failure, survives)
    }
}
