import ArgumentParser
import Cells
import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal
import Logging

/// `muster console`: the dashboard on a fleet, with the engine inside.
struct ConsoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "Open the dashboard on a fleet, with the engine inside.",
        discussion: """
            The fleet's files are taken over at the start; what has happened since is in the journal, which a crash does \
            not lose. With --listen devices call in, as at `muster serve`; the log is gateway.log in the state folder \
            then. `?` in the console lists its keys.
            """)

    @OptionGroup var arguments: FleetArguments
    @OptionGroup var console: ConsoleArguments
    @OptionGroup var gatewayArguments: GatewayArguments

    @Flag(help: "Simulate the terminals, as simulation.yaml says.")
    var simulate = false

    @Option(help: ArgumentHelp("How many times faster than the wall clock the simulation goes.", valueName: "x"))
    var speed: Double = 60

    @Flag(help: "Look on at what an engine does that runs elsewhere; start none, change nothing.")
    var readOnly = false

    func validate() throws {
        guard speed.isFinite, (0.01...1_000_000).contains(speed) else {
            throw ValidationError("--speed: say a number from 0.01 to 1000000")
        }
        guard !readOnly || !simulate else {
            throw ValidationError("--read-only starts no engine: leave out --simulate")
        }
        guard gatewayArguments.listen == nil || !(readOnly || simulate) else {
            throw ValidationError("--listen is for real devices: leave out --simulate and --read-only")
        }
        guard gatewayArguments.listen != nil || gatewayArguments.tlsCert == nil else {
            throw ValidationError("--tls-cert is for devices that call in: say where with --listen")
        }
    }

    func run() throws {
        let definition = try arguments.load()
        let setup = try console.setup(isReadOnly: readOnly)
        if readOnly { return try lookOn(definition, setup) }
        if let listen = gatewayArguments.listen { return try serve(definition, setup, listen) }
        if !simulate {
            printError("muster: no devices can call in: the engine runs, and devices stay as the files say;")
            printError("--listen lets them call in, --simulate simulates them")
        }
        let directory = arguments.stateDirectory(definition)
        let engine = FleetEngineSetup(
            definition: definition, directory: directory,
            simulationSpeed: simulate ? speed : nil, operatorName: console.name,
            onRefusal: { printError("muster: \(TextWidth.sanitised($0.description))") })
        try ConsoleRunner.exit(try ConsoleRunner.run({ try engine.makeDriver() }, setup, commandsIn: directory))
    }

    /// Lets devices call in while the console is open.
    private func serve(
        _ definition: FleetDefinition, _ setup: ConsoleSession.Setup, _ address: ListenAddress
    ) throws {
        let directory = arguments.stateDirectory(definition)
        try GatewayRunner.refuseSimulated(directory)
        let logger = Logger.jsonLines(to: try GatewayRunner.logFile(in: directory))
        let gateway = GatewayRunner(
            fleet: arguments.fleet, definition: definition, directory: directory, address: address,
            security: try gatewayArguments.security(logger), logger: logger)
        try gateway.takeInReleases()
        let engine = FleetEngineSetup(
            definition: definition, directory: directory, operatorName: console.name,
            onRefusal: { printError("muster: \(TextWidth.sanitised($0.description))") }, link: gateway.bell,
            commitTimes: gateway.commitTimes)
        let ending = try ConsoleRunner.run({ try engine.makeDriver() }, setup, commandsIn: directory) { host in
            let running = try gateway.start(host)
            return { gateway.stop(running) }
        }
        try ConsoleRunner.exit(ending)
    }

    /// Follows the journal of an engine that runs elsewhere, or has.
    private func lookOn(_ definition: FleetDefinition, _ setup: ConsoleSession.Setup) throws {
        let directory = arguments.stateDirectory(definition), fleet = definition.settings.name
        try FleetReading.requireState(in: directory)
        let ending = try ConsoleRunner.run(
            {
                let journal = try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readOnly)
                return FollowingDriver(
                    loop: try EngineLoop(reading: journal),
                    clock: FleetEngineSetup.isSimulated(directory) ? nil : WallClock(),
                    isEngineRunning: { SQLiteJournal.isEngineRunning(in: directory) })
            }, setup)
        try ConsoleRunner.exit(ending)
    }
}
