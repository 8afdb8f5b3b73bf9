import ArgumentParser
import Cells
import EngineSocket
import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal
import Foundation
import Logging

/// `muster console`: the dashboard on a fleet, with the engine inside.
struct ConsoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "Open the dashboard on a fleet.",
        discussion: """
            If an engine runs on the fleet's state, the console attaches to it, however many others have; if none does, it \
            starts one inside itself, which others may attach to. The fleet's files are taken over when an engine starts; \
            what has happened since is in the journal, which a crash does not lose.

            A line that drops changes nothing: an engine whose terminal is gone goes on without a screen until no update \
            is under way, or until `muster stop`. Quitting while updates are under way asks whether it is to go on.

            With --listen devices call in, and those of SSH are pushed to, as at `muster serve`; the log is gateway.log in the state folder \
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

    @Flag(help: "Run the engine without a screen until no update is under way and no console open, or `muster stop`.")
    var detached = false

    func validate() throws {
        guard speed.isFinite, (0.01...1_000_000).contains(speed) else {
            throw ValidationError("--speed: say a number from 0.01 to 1000000")
        }
        guard !readOnly || !detached else {
            throw ValidationError("--read-only starts no engine: leave out --detached")
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
        guard gatewayArguments.listen != nil || gatewayArguments.bytesPerSecondPerDevice == nil else {
            throw ValidationError("--bytes-per-second-per-device is for devices that call in: say where with --listen")
        }
    }

    /// How long an engine that has just started may take until it listens.
    private static let patience = Duration.seconds(10)
    /// How often it is looked for in between, in microseconds.
    private static let pause: UInt32 = 50_000

    func run() throws {
        let place = try FleetPlace(arguments)
        let setup = try console.setup(isReadOnly: readOnly)
        let directory = place.directory
        if gatewayArguments.listen != nil { try refuseAnother(directory) }
        if !detached, let ending = try attach(setup, to: directory) { return try ConsoleRunner.exit(ending) }
        if readOnly { return try lookOn(place, setup) }
        try place.expectOwn()
        let takeover = try place.takeover(for: simulate ? .simulation : .service)
        // A session of its own, if the shell has not given it one: the end of this one must not reach it.
        if detached { _ = setsid() }
        let engine = try startEngine(takeover, in: directory)
        defer { engine.end() }
        guard !detached else { return try runDetached(engine) }
        guard let ending = try ConsoleRunner.attach(setup, to: directory, own: engine) else {
            preconditionFailure("an engine that was started listens")
        }
        if engine.isElsewhere { return try leave(engine, ending) }
        if case .quit = ending, engine.isRunning { engine.writeDownStop(by: setup.user) }
        try end(engine, ending, in: directory)
    }

    /// An engine that runs already listens where it was told to, or nowhere; a console does not change that.
    private func refuseAnother(_ directory: String) throws {
        guard EngineSocketClient.isListening(in: directory) || SQLiteJournal.isEngineRunning(in: directory) else {
            return
        }
        printError(
            "muster: an engine runs on \(TextWidth.sanitised(directory)) already, so that --listen has no effect; leave it "
                + "out to attach a console, or end that engine with `muster stop`")
        throw ExitStatus.badInput
    }

    /// Opens a console on an engine that runs already; nil: none does.
    private func attach(_ setup: ConsoleSession.Setup, to directory: String) throws -> ConsoleSession.Ending? {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            if let ending = try ConsoleRunner.attach(setup, to: directory) { return ending }
            // One that has just started does not listen yet.
            guard SQLiteJournal.isEngineRunning(in: directory), ContinuousClock.now < deadline else { return nil }
            usleep(Self.pause)
        }
    }

    /// What it says is what `engine.log` keeps.
    private func runDetached(_ engine: OwnEngine) throws {
        say("the engine runs without a screen, as process \(getpid())")
        let end = engine.runWithoutScreen()
        say("the engine ends: \(end)")
        if case .hasFailed = end { throw ExitStatus.failed }
    }

    private func say(_ text: String) { printError("\(WallClock.now.iso) muster: \(TextWidth.sanitised(text))") }

    /// Leaves a console whose engine another process has taken over.
    private func leave(_ engine: OwnEngine, _ ending: ConsoleSession.Ending) throws {
        try ConsoleRunner.exit(ending)
        // Why stands on standard error already.
        if engine.hasGotLost { throw ExitStatus.failed }
    }

    /// What becomes of the engine when its console is left.
    private func end(_ engine: OwnEngine, _ ending: ConsoleSession.Ending, in directory: String) throws {
        switch ending {
        case .signal(SIGHUP): if case .hasFailed = engine.runWithoutScreen() { throw ExitStatus.failed }
        case .detach:
            engine.end(isHandedOver: true)
            let process = try DetachedEngine.launch(loggingIn: directory)
            try DetachedEngine.waitUntilItListens(process, in: directory, within: Self.patience)
            print("the engine goes on as process \(process) until no update is under way and no console is open")
            print("`muster console` opens a console on it again, `muster stop` ends it")
        case .quit, .signal, .shownOut:
            try ConsoleRunner.exit(ending)
            guard let failure = engine.host.failure else { return }
            printError("muster: the engine has failed: \(TextWidth.sanitised(failure))")
            throw ExitStatus.failed
        }
    }

    private func startEngine(_ takeover: FleetTakeover, in directory: String) throws -> OwnEngine {
        var engine = FleetEngineSetup(
            takeover: takeover, directory: directory, operatorName: console.name,
            onRefusal: { printError("muster: \(TextWidth.sanitised($0.description))") })
        engine.owner = arguments.owner
        if let listen = gatewayArguments.listen { return try startServing(engine, listen) }
        if !simulate {
            guard !FleetEngineSetup.isSimulated(directory) else {
                printError(
                    "muster: \(TextWidth.sanitised(directory)) is the state of simulated terminals, whose clock is")
                printError("not the wall's; simulate them with --simulate, or name another state folder with --state")
                throw ExitStatus.badInput
            }
            printError("muster: no devices can call in: the engine runs, and devices stay as the files say;")
            printError("--listen lets them call in and pushes by SSH, --simulate simulates them")
        }
        engine.simulationSpeed = simulate ? speed : nil
        let whole = engine
        // The clock of simulated terminals is nobody's, and what happens to them is no reason to call anybody.
        let alerts = simulate ? nil : try AlertRunner.withOwnLog(takeover, in: directory)
        return try OwnEngine.start({ try whole.makeDriver() }, reachedIn: directory, alerts: alerts) { _ in {} }
    }

    /// Lets devices call in while the engine runs.
    private func startServing(_ engine: FleetEngineSetup, _ address: ListenAddress) throws -> OwnEngine {
        let directory = engine.directory
        try GatewayRunner.refuseSimulated(directory)
        let log = try GatewayRunner.log(in: directory)
        let logger = Logger.jsonLines(to: log)
        var gateway = GatewayRunner(
            fleet: arguments.fleet, definition: engine.definition, directory: directory, address: address,
            security: try gatewayArguments.security(logger), logger: logger)
        gateway.limits.bytesPerSecondPerDevice = gatewayArguments.bytesPerSecondPerDevice
        gateway.isWhole = engine.takeover.leftOut.isEmpty
        try gateway.prepare()
        let alerts = try AlertRunner(engine.takeover, in: directory, logger: logger, flush: { log.flush() })
        gateway.alerts = alerts
        gateway.push = PushRunner(engine.definition, fleet: arguments.fleet, directory: directory, logger: logger)
        var engine = engine
        engine.link = gateway.link
        engine.commitTimes = gateway.commitTimes
        let whole = engine, runner = gateway
        return try OwnEngine.start({ try whole.makeDriver() }, reachedIn: directory, alerts: alerts) { host in
            let running = try runner.start(host)
            return {
                runner.stop(running)
                log.flush()
            }
        }
    }

    /// Follows the journal of an engine that has run, or runs and does not listen.
    private func lookOn(_ place: FleetPlace, _ setup: ConsoleSession.Setup) throws {
        let directory = place.directory
        let fleet = try FleetLoading.name(of: arguments.fleet)
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
