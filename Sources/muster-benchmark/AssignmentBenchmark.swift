import FleetCore
import FleetEngine
import FleetJournal
import FleetSimulator

/// Assignments brought to their end, from the start of an immediate update to its last device.
enum AssignmentBenchmark {
    private static let devices = 10_000
    private static let rounds = 3

    private struct Outcome {
        var rate: Double
        var ended: Int
        var steps: Int
    }

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        var simulated: [Outcome] = [], durable: [Outcome] = []
        var facts = 0
        for _ in 0..<rounds {
            simulated.append(try outcome(MemoryLog(keepsFacts: false)))
            let journal = try SQLiteJournal.open(
                directory: try workshop.folder("assignments"), fleet: "benchmark", mode: .readWrite)
            durable.append(try outcome(journal))
            facts = journal.factCount
            try journal.close()
        }
        let ended = simulated[0].ended
        return [
            Measurement(
                "assignments ended, in simulation", Timing.median(simulated.map(\.rate)), "a second",
                note: "\(ended) of \(devices) devices, 1,000 in flight, \(simulated[0].steps) instants"),
            Measurement(
                "assignments ended, journal on", Timing.median(durable.map(\.rate)), "a second",
                note: "SQLite synchronous=FULL, \(facts) facts"),
        ]
    }

    private static func outcome(_ log: any FactLog) throws -> Outcome {
        let chain = Fixture.chain(devices)
        var settings = Fixture.settings(inFlight: 1000)
        // With a floor, a store whose other terminal is away would hold the end up for days.
        settings.floor.untouched = 0
        let world = World(
            records: chain.devices, settings: settings, profile: chain.simulation, start: Fixture.start)
        let loop = try Fixture.loop(chain.devices, settings: settings, log: log, link: world)
        var driver = SimulationDriver(loop: loop, world: world)
        try Fixture.run(&driver.loop, [.draft(Fixture.update(.immediate(offline: .skip)))])
        let taken = try Timing.seconds {
            try Fixture.run(&driver.loop, [.start(update: "everyone")])
            while !isOver(driver) {
                guard driver.now < Fixture.start + .hours(200) else { throw BenchmarkFailure("it does not end") }
                _ = driver.advance(to: driver.now + .minutes(1), budget: .max)
            }
        }
        let tally = driver.loop.state.update("everyone")?.tally ?? Tally()
        let ended = tally[.completed] + tally[.failed]
        return Outcome(rate: Double(ended) / taken.seconds, ended: ended, steps: driver.steps)
    }

    private static func isOver(_ driver: SimulationDriver) -> Bool {
        driver.loop.state.update("everyone")?.status.isFinal ?? true
    }
}
