import ArgumentParser
import Cells
import FleetCore
import FleetFiles
import FleetSimulator
import Foundation
import TerminalClients

/// `muster demo`: a rollout to watch, without a fleet.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Watch a rollout on a throw-away fleet of simulated terminals.",
        discussion: """
            A copy of the sample fleet, an accelerated clock, the progressive update to 3.0.0 started, and the console \
            open. In the console: Enter looks closer, p pauses, B rolls back, ? lists the keys, q quits.

            With --devices 2400 a chain of that size takes the sample's place; the mirror of one of its regions is bad.

            With --over-http each terminal calls in by HTTP at a gateway on this machine, as a real one does, and fetches \
            the release's files in truth. The clock slows down where the machine cannot keep up.
            """)

    @Option(help: ArgumentHelp("Terminals, 1 to 1000000. Default: the sample's ten.", valueName: "n"))
    var devices: Int?

    @Option(help: ArgumentHelp("How many times faster than the wall clock.", valueName: "x"))
    var speed: Double = 1800

    @Option(help: ArgumentHelp("Draws everything that is left to chance.", valueName: "s"))
    var seed: UInt64?

    @Flag(
        name: .customLong("over-http"),
        help: "Terminals reach the engine through the device gateway, at a free port of 127.0.0.1.")
    var overHTTP = false

    @OptionGroup var console: ConsoleArguments

    /// The update that the demo of the sample starts.
    private static let sampleUpdate = "major-3.0.0"

    func validate() throws {
        guard speed.isFinite, (0.01...1_000_000).contains(speed) else {
            throw ValidationError("--speed: say a number from 0.01 to 1000000")
        }
        guard (1...1_000_000).contains(devices ?? 1) else {
            throw ValidationError("--devices: say a number from 1 to 1000000")
        }
    }

    func run() throws {
        Self.outliveHangUps()
        let directory = try Self.temporaryDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let setup = try console.setup()
        try EmbeddedFiles.write(to: "\(directory)/fleet")
        var definition = try FleetLoading.load("\(directory)/fleet", for: .simulation)
        var update = Self.sampleUpdate
        if let seed { definition.simulation.seed = seed }
        if let devices { update = try chain(devices, in: &definition) }
        let engine = FleetEngineSetup(
            takeover: FleetTakeover(definition), fleet: "\(directory)/fleet", directory: "\(directory)/state",
            simulationSpeed: speed, starts: [update],
            operatorName: console.name,
            onRefusal: { printError("muster: \(TextWidth.sanitised($0.description))") })
        let ending =
            overHTTP
            ? try runOverHTTP(engine, fleet: "\(directory)/fleet", setup)
            : try ConsoleRunner.run({ try engine.makeDriver() }, setup)
        if ending == .quit { print(Self.farewell) }
        try ConsoleRunner.exit(ending)
    }

    /// The same with the gateway between the engine and the terminals.
    private func runOverHTTP(
        _ engine: FleetEngineSetup, fleet: String, _ setup: ConsoleSession.Setup
    ) throws -> ConsoleSession.Ending {
        let clock = SimulationClock(start: engine.definition.simulation.start ?? WallClock.now, speed: speed)
        let terminals = try LoopbackTerminals(
            fleet: fleet, definition: engine.definition, directory: engine.directory, clock: clock)
        var engine = engine
        engine.simulationClock = clock
        engine.link = terminals.link
        let whole = engine
        return try ConsoleRunner.run({ try whole.makeDriver() }, setup, beside: terminals.start)
    }

    /// Puts a generated chain in the place of the sample's terminals; gives the id of its update.
    private func chain(_ devices: Int, in definition: inout FleetDefinition) throws -> String {
        guard let release = definition.releases.last else { throw ExitStatus.failed }
        let chain = FleetGenerator(devices: devices, seed: seed ?? 1, release: release).chain()
        var simulation = chain.simulation
        simulation.start = definition.simulation.start
        if let seed { simulation.seed = seed }
        definition.devices = chain.devices
        definition.simulation = simulation
        definition.updates.append(chain.update)
        return chain.update.id
    }

    /// A terminal that is lost sends its signal more than once: the console ends by the first, and what is left of the
    /// demo is taken away while others may still come.
    private static func outliveHangUps() {
        let former = signal(SIGHUP) { _ in }
        // Who started it so that it is to outlive its session means that all along.
        if unsafeBitCast(former, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(SIGHUP, SIG_IGN) }
    }

    private static func temporaryDirectory() throws -> String {
        let path = NSTemporaryDirectory() + "muster-demo-\(ProcessInfo.processInfo.processIdentifier)"
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return path
    }

    private static let farewell = """
        That was a demo: nothing of it is kept.
        A fleet of your own is a directory of files:

          cp -r sample-fleet my-fleet        copies the sample of the source tree; give it a name
                                             of its own in my-fleet/fleet.yaml
          muster check my-fleet              says what is wrong where
          muster plan my-fleet major-3.0.0   shows what an update would do
          muster console my-fleet --simulate opens this console on it
        """
}
