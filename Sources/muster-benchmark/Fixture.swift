import FleetCore
import FleetEngine
import FleetSimulator
import Foundation

/// Fleets to measure with.
enum Fixture {
    static let start = Timestamp(milliseconds: 1_772_550_000_000)
    static let origin = Origin(operatorName: "benchmark", source: "benchmark")
    static let release = Release(
        version: Version(3, 0, 0),
        artifacts: [Artifact(name: "firmware.bin", size: 48_000_000, sha256: String(repeating: "a", count: 64))])

    /// A chain of so many terminals.
    static func chain(_ devices: Int) -> FleetGenerator.Chain {
        FleetGenerator(devices: devices, release: release).chain()
    }

    static func settings(inFlight: Int = 100) -> FleetSettings {
        var settings = FleetSettings(name: "benchmark")
        settings.limits.inFlight = inFlight
        return settings
    }

    /// An engine that knows these terminals.
    static func loop(
        _ records: [DeviceRecord], settings: FleetSettings = settings(), log: any FactLog, link: any DeviceLink
    ) throws -> EngineLoop {
        var loop = try EngineLoop(log: log, link: link, now: start)
        try run(&loop, [.configure(settings), .addReleases([release])])
        // In parts, so that what registering needs for a moment is small beside the fleet.
        for first in stride(from: 0, to: records.count, by: 1000) {
            try run(&loop, [.register(Array(records[first..<min(first + 1000, records.count)]))])
        }
        return loop
    }

    static func run(_ loop: inout EngineLoop, _ commands: [Command], now: Timestamp = start) throws {
        for command in commands {
            let replies = loop.step([.command(command, origin, ticket: 0)], now: now)
            if let refusal = replies.first?.refusal { throw BenchmarkFailure("\(refusal)") }
        }
    }

    /// Names every device.
    static func update(_ strategy: Strategy) -> UpdateDefinition {
        UpdateDefinition(
            id: "everyone", title: "Everyone", release: release.version, selector: .all, strategy: strategy)
    }

    /// Phases with short waits: canary, a third, everyone.
    static var phases: Strategy {
        // What the floor holds back must not hold a phase up for days.
        var gate = Gate(threshold: 5000)
        gate.timeout = .hours(1)
        gate.minimumSample = 1
        return .progressive(
            phases: [
                PhaseDefinition(name: "canary", percent: 1, gate: gate, wait: .minutes(10)),
                PhaseDefinition(name: "third", percent: 33, gate: gate, wait: .minutes(10)),
                PhaseDefinition(name: "everyone", percent: 100, gate: gate),
            ], onFailure: .pause)
    }

    /// A rollout in the middle of its second phase, with simulated terminals.
    static func rollout(_ devices: Int, inFlight: Int) throws -> SimulationDriver {
        let chain = chain(devices)
        let settings = settings(inFlight: inFlight)
        let world = World(records: chain.devices, settings: settings, profile: chain.simulation, start: start)
        var loop = try loop(chain.devices, settings: settings, log: MemoryLog(keepsFacts: false), link: world)
        try run(&loop, [.draft(update(phases)), .start(update: "everyone")])
        var driver = SimulationDriver(loop: loop, world: world)
        let deadline = start + .hours(48)
        while driver.now < deadline, (driver.loop.state.update("everyone")?.tally[.completed] ?? 0) < devices / 6 {
            _ = driver.advance(to: driver.now + .minutes(1), budget: .max)
        }
        guard driver.now < deadline else { throw BenchmarkFailure("the rollout of \(devices) stands still") }
        return driver
    }
}
