import FleetCore
import FleetEngine

/// A run without a screen, in virtual time, as fast as it goes.
public struct HeadlessRun {
    /// The engine and the world.
    public var driver: SimulationDriver
    private let script: HeadlessScript
    private let log: TracingLog
    /// Commands that lie ahead, the next one last.
    private var ahead: [HeadlessScript.TimedCommand]
    private var replies: [EngineReply] = []

    /// Why a run stopped.
    public enum Ending: Hashable, Sendable {
        /// Every update that was started has come to its end.
        case ended
        /// Nothing will happen any more by itself that could bring an update further.
        case held
        /// The bound on virtual time was reached.
        case timeBound
        /// The bound on instants was reached.
        case stepBound
        /// The engine stopped, for this reason.
        case stopped(String)
    }

    /// Takes the fleet in and starts the updates.
    ///
    /// - Parameters:
    ///   - script: The fleet, what to start, and what the operator does.
    ///   - log: Where the facts go; nil: they are only counted and hashed.
    public init(_ script: HeadlessScript, log: (any FactLog)? = nil) throws(HeadlessError) {
        self.script = script
        self.log = TracingLog(log ?? MemoryLog(keepsFacts: false))
        // Stable: of two commands at one moment the one that was written first goes first.
        ahead = script.commands.enumerated()
            .sorted { ($0.element.after, $0.offset) > ($1.element.after, $1.offset) }.map(\.element)
        let world = World(
            records: script.devices, settings: script.settings, profile: script.profile, start: script.start,
            failureRateOverride: script.failureRateOverride)
        do {
            let loop = try EngineLoop(log: self.log, link: world, now: script.start, options: script.options)
            driver = SimulationDriver(loop: loop, world: world)
        } catch {
            throw .log(error.description)
        }
        try setUp()
    }

    private mutating func setUp() throws(HeadlessError) {
        var settings = script.settings
        // Nobody else is there who could approve: a run shows what comes after that.
        settings.fourEyes = FourEyes()
        let commands: [Command] =
            [.addReleases(script.releases), .configure(settings), .register(script.devices)]
            + script.updates.map { .draft($0) } + script.starts.map { .start(update: $0) }
        // The engine alone: what the terminals say must not come before the registry knows them.
        for command in commands {
            let replies = driver.loop.step([input(command, source: "files")], now: script.start)
            if let refusal = replies.first?.refusal {
                throw .refused("\(command.verb) \(command.object)", refusal)
            }
        }
    }

    private func input(_ command: Command, source: String) -> EngineInput {
        .command(command, Origin(operatorName: script.operatorName, source: source), ticket: UInt64(driver.steps))
    }

    /// Runs to the end and tells what became of everything.
    public mutating func run() -> HeadlessOutcome {
        let bound = script.start + script.maximumDuration
        while true {
            if let ending = ending { return outcome(ending) }
            guard let instant = nextInstant else { return outcome(.held) }
            guard instant <= bound else { return outcome(.timeBound) }
            step(at: instant)
        }
    }

    /// Why the run is over now; nil: it is not.
    public var ending: Ending? {
        if case .stopped(let why) = driver.loop.health { return .stopped(why) }
        guard ahead.isEmpty else { return driver.steps >= script.maximumSteps ? .stepBound : nil }
        if driver.loop.machine.state.openUpdates.isEmpty { return .ended }
        if isHeld { return .held }
        return driver.steps >= script.maximumSteps ? .stepBound : nil
    }

    /// When the next thing happens: to the terminals, in the engine, or by the operator's hand.
    public var nextInstant: Timestamp? {
        guard let command = ahead.last else { return driver.nextInstant }
        let due = script.start + command.after
        return driver.nextInstant.map { min($0, due) } ?? due
    }

    /// Runs one instant.
    public mutating func step(at instant: Timestamp) {
        var inputs: [EngineInput] = []
        while let command = ahead.last, script.start + command.after <= instant {
            ahead.removeLast()
            inputs.append(input(command.command, source: "console"))
        }
        replies += driver.step(at: instant, inputs)
    }

    /// Nothing lies ahead but heartbeats, for longer than any silence needs to be noticed, and time alone decides
    /// nothing: only an operator, or a terminal that is not planned to, could change anything.
    private var isHeld: Bool {
        guard driver.world.isSettled, driver.loop.machine.nextDecision == nil else { return false }
        let patience = driver.loop.machine.state.silenceAllowed + script.settings.heartbeat + script.settings.heartbeat
        return driver.world.quietSince + patience < driver.now
    }

    /// What became of everything so far.
    public func outcome(_ ending: Ending) -> HeadlessOutcome {
        let machine = driver.loop.machine
        return HeadlessOutcome(
            ending: ending, seed: script.profile.seed, startedAt: script.start, endedAt: driver.now,
            updates: machine.state.updates.filter { $0.startedAt != nil }.map {
                UpdateOutcome($0, machine.state, presence: machine.presence, now: driver.now)
            },
            refusals: replies.compactMap(\.refusal), traceHash: log.trace.hex, facts: log.factCount,
            steps: driver.steps)
    }
}
