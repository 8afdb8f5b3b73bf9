import FleetCore
import FleetEngine
import FleetSimulator
import Testing

/// A run whose commits the oracle has read.
struct Trial {
    let outcome: HeadlessOutcome
    let facts: [Fact]
    let run: HeadlessRun

    /// Runs a script to its end, and expects that the oracle finds nothing, and that whatever has not ended waits for
    /// something with a name. `during` acts by hand before the rest is run.
    init(
        _ script: HeadlessScript, sourceLocation: SourceLocation = #_sourceLocation,
        during: (inout HeadlessRun) throws -> Void = { _ in }
    ) throws {
        let log = OracleLog()
        var run = try HeadlessRun(script, log: log)
        try during(&run)
        outcome = run.run()
        facts = log.facts
        self.run = run
        expectSound(log, outcome, run.driver.loop.state, sourceLocation)
    }

    var state: FleetState { run.driver.loop.state }

    func update(_ id: String = "u") throws -> UpdateOutcome { try #require(outcome.update(id)) }

    func device(_ id: String, in update: String = "u") throws -> DeviceOutcome {
        try #require(try self.update(update).devices.first { $0.id == id })
    }

    /// How many stand where in an update, in the order of their ids.
    func states(_ update: String = "u") throws -> [String: AssignmentState] {
        Dictionary(uniqueKeysWithValues: try self.update(update).devices.map { ($0.id, $0.state) })
    }

    /// When attempts began in an update, in order, with the device's id.
    func starts(_ update: String = "u") -> [(id: String, at: Timestamp)] {
        facts.compactMap { fact in
            guard case .attemptStarted(let index, let device, _) = fact.event, state.update(index).id == update
            else { return nil }
            return (state.devices.id(device), fact.at)
        }
    }

    /// When something happened, in order.
    func times(_ matches: (Event) -> Bool) -> [Timestamp] {
        facts.filter { matches($0.event) }.map(\.at)
    }

    /// What the terminal itself has in flash.
    func flash(_ id: String) throws -> Flash {
        run.driver.world.flash(try #require(state.devices.index(of: id)))
    }
}

extension HeadlessRun {
    /// Runs every instant until a moment, which is one itself.
    mutating func play(until moment: Timestamp) {
        while ending == nil, let next = nextInstant, next <= moment { step(at: next) }
        step(at: moment)
    }

    /// A terminal says something that the world would not have it say.
    mutating func report(_ id: String, _ body: Report.Body, at moment: Timestamp) throws {
        play(until: moment)
        let device = try #require(driver.loop.state.devices.index(of: id))
        driver.step(at: moment, [.report(Report(device: device, body: body))])
    }
}

/// What every run must come to, whatever happened in it.
func expectSound(
    _ log: OracleLog, _ outcome: HeadlessOutcome, _ state: FleetState, _ sourceLocation: SourceLocation
) {
    log.compare(state)
    #expect(log.oracle.violations.prefix(5) == [], sourceLocation: sourceLocation)
    #expect(outcome.ending == .ended || outcome.ending == .held, sourceLocation: sourceLocation)
    for update in outcome.updates {
        let stuck = update.devices.filter { !$0.state.isFinal && ($0.waits == nil || $0.waits == .due) }
        #expect(stuck.map(\.id) == [], "of \(update.id) wait for nothing", sourceLocation: sourceLocation)
    }
}
