import FleetCore
import FleetEngine
import FleetSimulator

/// A run that an oracle watches from outside: what goes in, what becomes durable, what comes out.
final class ObservedRun: FactLog, DeviceLink {
    var oracle = Oracle()
    private(set) var facts: [Fact] = []
    private(set) var epoch = 0
    private(set) var now: Timestamp
    private let script: HeadlessScript
    private var world: World?
    private var loop: EngineLoop?
    private var hasCommitted = false
    private var tickets: UInt64 = 0

    /// Takes the fleet in and starts the updates.
    init(_ script: HeadlessScript) throws {
        self.script = script
        now = script.start
        world = World(
            records: script.devices, settings: script.settings, profile: script.profile, start: script.start,
            failureRateOverride: script.failureRateOverride)
        try takeUp()
        let commands: [Command] =
            [.addReleases(script.releases), .configure(script.settings), .register(script.devices)]
            + script.updates.map { .draft($0) } + script.starts.map { .start(update: $0) }
        for command in commands { step([input(command)], hearsWorld: false) }
    }

    func append(_ facts: [Fact]) {
        self.facts += facts
        hasCommitted = true
        oracle.observe(.committed(facts, epoch: epoch))
    }

    func replay(_ body: ([Fact]) -> Void) { body(facts) }

    func send(_ orders: [Order]) {
        oracle.observe(.sent(orders, epoch: epoch))
        world?.send(orders)
    }

    var state: FleetState? { loop?.state }

    /// The engine is killed, and another takes up the journal.
    func restart() throws {
        oracle.observe(.engineEnded(epoch: epoch))
        loop = nil
        try takeUp()
    }

    private func takeUp() throws {
        epoch += 1
        oracle.observe(.engineStarted(epoch: epoch, wall: now))
        loop = try EngineLoop(log: self, link: self, now: now)
        show()
    }

    private func input(_ command: Command) -> EngineInput {
        tickets += 1
        return .command(command, Origin(operatorName: "ana", source: "test", reason: "\(tickets)"), ticket: tickets)
    }

    private func step(_ inputs: [EngineInput], hearsWorld: Bool = true) {
        let reports = hearsWorld ? world?.takeReports(through: now) ?? [] : []
        let batch = reports.map { EngineInput.report($0) } + inputs
        hasCommitted = false
        oracle.observe(.stepped(batch, epoch: epoch, wall: now))
        let replies = loop?.step(batch, now: now) ?? []
        oracle.observe(.replied(replies, epoch: epoch))
        if hasCommitted { show() }
    }

    private func show() {
        if let loop { oracle.observe(.shown(EngineReading(loop.state))) }
    }

    /// An operator asks for something now.
    func ask(_ command: Command) { step([input(command)]) }

    /// Runs every instant until a moment after the start, restarting the engine so often on the way if asked to.
    func run(until end: Duration, restartEvery: Int? = nil) throws {
        var steps = 0
        let last = script.start + end
        while let next = [loop?.nextWake, world?.nextEventAt].compactMap({ $0 }).min(), next <= last {
            now = max(now, next)
            step([])
            steps += 1
            if let restartEvery, steps.isMultiple(of: restartEvery) { try restart() }
        }
        now = max(now, last)
    }
}
