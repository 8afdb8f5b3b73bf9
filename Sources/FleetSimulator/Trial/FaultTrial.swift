import FleetCore
import FleetEngine

/// One trial: the real core and loop, under a seeded world that breaks things, watched by an oracle after every step.
///
/// Faults are fired until the script's calm; then everything that can heal heals, and the run goes on until nothing
/// moves any more: what has not ended by then must wait for a person or a condition with a name. True time is the
/// trial's own; the engine sees a wall clock that is set and drifts, and a steady one.
public final class FaultTrial {
    /// Bounds of one trial.
    public struct Bounds: Hashable, Sendable {
        /// Virtual time after the faults have stopped.
        public var settling = Duration.days(21)
        /// Instants; nil: as many as a healthy fleet could need several times over.
        public var steps: Int?

        /// The default bounds.
        public init() {}
    }

    let script: TrialScript
    let world: World
    let disk = TrialDisk()
    let network: TrialNetwork
    var clock: TrialClock
    var agenda: TrialAgenda
    var operators: TrialOperator
    var random: TrialRandom
    public internal(set) var oracle = Oracle()
    var counts = FaultCounts()

    /// The engine that runs; nil: none does.
    var engine: TrialEngine?
    /// When somebody starts the next one.
    var restartAt: Timestamp?
    /// An engine that was believed dead.
    var zombie: TrialEngine?
    /// What goes wrong with the next commit of the present engine.
    var nextFailure: TrialDisk.Failure?
    /// Whether the present engine was killed inside its step.
    var diedInStep = false

    /// When an engine looks at its clocks at the latest after one was set: a driver never rests for longer than a
    /// minute, so that it notices.
    var clockLookAt: Timestamp?

    /// True time.
    public internal(set) var now: Timestamp
    /// Instants run so far.
    public internal(set) var steps = 0
    var isCalm = false
    /// How many devices introduced themselves.
    var introductions: UInt64 = 0
    private let bounds: Bounds

    /// A trial of this script.
    public init(_ script: TrialScript, bounds: Bounds = Bounds()) {
        self.script = script
        self.bounds = bounds
        var random = script.random
        world = World(
            records: script.devices, settings: script.settings, profile: script.profile, start: script.start)
        network = TrialNetwork(terminals: script.devices.count, random: random.fork())
        network.weather = Self.weather(script, &random)
        clock = TrialClock(start: script.start)
        if script.has(.clockDrift), random.chance(300) {
            clock.drift = Int64(random.number(-400...400))
            counts[.clockDrift] += 1
        }
        agenda = TrialAgenda(script, &random)
        operators = TrialOperator(script, random: random.fork())
        self.random = random
        now = script.start
        countClockChanges()
    }

    private static func weather(_ script: TrialScript, _ random: inout TrialRandom) -> TrialNetwork.Weather {
        var weather = TrialNetwork.Weather()
        if script.has(.loss) { weather.loss = random.one(of: [0, 10, 100, 300]) }
        if script.has(.duplication) { weather.duplication = random.one(of: [0, 10, 100, 400]) }
        if script.has(.reordering) { weather.reordering = random.one(of: [0, 10, 100, 400]) }
        return weather
    }

    /// Runs to the end, or to the first violation.
    public func run() -> TrialOutcome {
        disk.onCommit = { [unowned self] facts, epoch in oracle.observe(.committed(facts, epoch: epoch)) }
        world.onFailure = { [unowned self] in count($0) }
        start()
        give(operators.firstCommands())
        while oracle.violations.isEmpty, let instant = nextInstant, steps < mostSteps {
            guard instant <= script.calm + bounds.settling else { break }
            now = max(now, instant)
            step()
            if isCalm, isAtRest { break }
        }
        if oracle.violations.isEmpty, steps >= mostSteps {
            oracle.report(17, "cut short after \(steps) steps, before everything had come to its end")
        }
        if oracle.violations.isEmpty { finish() }
        return outcome
    }

    /// A terminal makes thirty steps an hour.
    private var mostSteps: Int {
        let hours = (script.calm + bounds.settling - script.start).milliseconds / 3_600_000
        return bounds.steps ?? max(3_000_000, script.devices.count * Int(hours) * 300)
    }

    /// When anything happens next.
    private var nextInstant: Timestamp? {
        var times = [world.nextEventAt, network.nextArrival, agenda.next, restartAt, clockLookAt].compactMap { $0 }
        if let engine, let wake = engine.loop.nextWake { times.append(clock.time(showing: wake, notBefore: now)) }
        return times.min()
    }

    private func step() {
        steps += 1
        doWhatIsPlanned()
        for report in world.takeReports(through: now) { network.post(.report(report), at: now) }
        var inputs: [EngineInput] = []
        for message in network.arrivals(by: now) {
            switch message {
            case .report(let report): inputs.append(.report(report))
            case .order(let order): world.send([order])
            }
        }
        if let restart = restartAt, restart <= now { start() }
        let looksAtClock = clockLookAt.map { $0 <= now } ?? false
        if looksAtClock { clockLookAt = nil }
        give(inputs, looksAtClock: looksAtClock)
    }

    var steadyTime: Duration { now - script.start }

    // MARK: - Rest

    /// Nothing lies ahead but heartbeats, and time alone decides nothing.
    private var isAtRest: Bool {
        guard let engine, engine.isRunning, agenda.next == nil, network.nextArrival == nil, world.isSettled,
            engine.loop.machine.nextDecision == nil
        else { return false }
        let heartbeat = script.settings.heartbeat
        // What the network lost before the calm is said again at the next heartbeat.
        return max(world.quietSince, script.calm) + engine.state.silenceAllowed + heartbeat + heartbeat < now
    }

    private func finish() {
        guard let engine else { return oracle.report(17, "no engine runs at the end") }
        let shown = max(clock.wall(now), engine.state.lastFactAt)
        oracle.checkRest(waits(engine, at: shown), at: shown)
        checkReplay(engine)
        let stuck = engine.state.updates.filter { $0.isOpen && !isHeld($0) }
        oracle.noteCheck(17)
        if let update = stuck.first {
            oracle.report(17, "\(update.id) is \(update.status) for good, and nothing of it waits for anything")
        }
    }

    /// Whether an open update waits for somebody, or has a device that does, or belongs to one that does.
    private func isHeld(_ update: UpdateRecord) -> Bool {
        if update.status == .paused || update.status == .awaitingApproval || update.tally.waiting > 0
            || update.tally.active > 0
        {
            return true
        }
        if update.status == .rollingBack { return true }
        guard let phase = update.currentPhase else { return false }
        let gate = update.phases[phase]
        return gate.verdict == .passed && gate.definition.gate.requiresApproval && !gate.isApproved
    }

    private func waits(_ engine: TrialEngine, at shown: Timestamp) -> [WaitReading] {
        let state = engine.state
        return state.openUpdates.flatMap { index in
            let table = state.update(index).assignments
            return (0..<table.count).filter { !table.state($0).isFinal }.map { position in
                let device = table.device(position)
                let isKnown = device.offset < world.count
                return WaitReading(
                    update: index, device: device, state: table.state(position),
                    reason: state.waitReason(
                        index, position, presence: engine.loop.machine.presence, now: shown),
                    isReachable: isKnown && world.isReachable(device),
                    isWorking: isKnown && !world.isBroken(device))
            }
        }
    }

    /// What became of everything so far.
    public var outcome: TrialOutcome {
        var fired = counts
        fired.add(network.counts)
        fired.add(operators.counts)
        return TrialOutcome(
            seed: script.seed, steps: steps, length: now - script.start, facts: disk.factCount,
            traceHash: disk.trace.hex, faults: fired, checks: oracle.checks, violation: oracle.violations.first,
            lastFacts: oracle.recentFacts)
    }
}

/// What became of a trial.
public struct TrialOutcome: Sendable {
    /// The seed.
    public var seed: UInt64
    /// Instants that were run.
    public var steps: Int
    /// Virtual time that passed.
    public var length: Duration
    /// Facts that became durable.
    public var facts: Int
    /// The hash of their trace.
    public var traceHash: String
    /// How often each fault was fired.
    public var faults: FaultCounts
    /// How often each invariant was checked, by its number.
    public var checks: [Int]
    /// The first broken promise; nil: none.
    public var violation: Violation?
    /// The facts before it, the latest last.
    public var lastFacts: [Fact]
}
