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

    /// Whether it is to go on as the engine of the process that has started it: see `EngineSuccessor`.
    @Flag(help: .hidden)
    var asSuccessor = false

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

    /// How long an engine that has taken over from another one stays at least: the consoles of that one come back by then.
    private static let returnTime = Duration.seconds(10)
    /// How long an engine that has just started may take until it listens.
    private static let patience = Duration.seconds(10)
    /// How often an engine may be gone again that another one had to yield to.
    private static let mostYields = 5
    /// How often it is looked for in between, in microseconds.
    private static let pause: UInt32 = 50_000

    func run() throws {
        EarlyHangUp.keepInMind()
        // A session of its own, if the shell has not given it one: the end of this one must not reach it.
        if detached { _ = setsid() }
        let place = try FleetPlace(arguments)
        let setup = try console.setup(isReadOnly: readOnly)
        let directory = place.directory
        guard let engine = try attachOrStart(place, setup) else { return }
        defer { engine.end() }
        if asSuccessor { EngineSuccession.isRunning(loggingIn: directory) }
        guard !detached else { return try runDetached(engine) }
        guard let ending = try ConsoleRunner.attach(setup, to: directory, own: engine) else {
            preconditionFailure("an engine that was started listens")
        }
        if engine.isElsewhere { return try leave(engine, ending) }
        if ending == .quit || ending == .unsettled, engine.isRunning { engine.writeDownStop(by: setup.user) }
        try end(engine, ending, in: directory)
    }

    /// The engine of this process; nil: it needs none, and has done what it was asked for.
    private func attachOrStart(_ place: FleetPlace, _ setup: ConsoleSession.Setup) throws -> OwnEngine? {
        let directory = place.directory
        var yields = 0
        while true {
            if gatewayArguments.listen != nil, !asSuccessor { try refuseAnother(directory) }
            if !detached, let ending = try attach(setup, to: directory) {
                try ConsoleRunner.exit(ending)
                return nil
            }
            if readOnly {
                try lookOn(place, setup)
                return nil
            }
            try place.expectOwn()
            let takeover = try place.takeover(for: simulate ? .simulation : .service)
            let start = try prepareEngine(takeover, in: directory)
            if asSuccessor {
                try EngineSuccession.expectRoom(in: directory)
                guard EngineSuccession.awaitTurn() else { return nil }
            }
            yields += 1
            let mayYield = !detached && yields < Self.mostYields
            do {
                // Whoever starts one at the same moment is first: this console attaches to it.
                return try start { mayYield && SQLiteJournal.isEngineRunning(in: directory) }
            } catch is EngineIsElsewhere {
                continue
            }
        }
    }

    /// Starts an engine for which everything is prepared. It is handed who says whether one that fails is to be left to another.
    private typealias EngineStart = (_ yields: () -> Bool) throws -> OwnEngine

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
        var wait = SpokenWait(SpokenWait.doesNotListen, atMost: Self.patience)
        while true {
            if let ending = try ConsoleRunner.attach(setup, to: directory) { return ending }
            // One that has just started does not listen yet.
            guard SQLiteJournal.isEngineRunning(in: directory), wait.goesOn() else { return nil }
            usleep(Self.pause)
        }
    }

    /// What it says is what `engine.log` keeps.
    private func runDetached(_ engine: OwnEngine) throws {
        say("the engine runs without a screen, as process \(getpid())")
        let end = engine.runWithoutScreen(atLeast: asSuccessor ? Self.returnTime : .zero)
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
            if let origin = engine.stops.origin {
                engine.dropSuccessor()
                let text = "\(origin.operatorName) has stopped it\(origin.reason.isEmpty ? "" : ": \(origin.reason)")"
                printError("muster: the engine does not go on: \(TextWidth.sanitised(text))")
                return
            }
            let process: pid_t
            do {
                process = try engine.goOnElsewhere()
            } catch {
                printError("muster: the engine did not go on: \(error)")
                throw ExitStatus.failed
            }
            print("the engine goes on as process \(process) until no update is under way and no console is open")
            print("`muster console` opens a console on it again, `muster stop` ends it")
        case .quit, .unsettled, .signal, .shownOut:
            let failure = engine.host.failure
            if let failure { printError("muster: the engine has failed: \(TextWidth.sanitised(failure))") }
            try ConsoleRunner.exit(ending)
            if failure != nil { throw ExitStatus.failed }
        }
    }

    /// Does everything for an engine that can be done while another one works: what is wrong is found before that ends.
    private func prepareEngine(_ takeover: FleetTakeover, in directory: String) throws -> EngineStart {
        var engine = FleetEngineSetup(
            takeover: takeover, fleet: arguments.fleet, directory: directory, operatorName: console.name,
            onRefusal: { printError("muster: \(TextWidth.sanitised($0.description))") })
        engine.owner = arguments.owner
        if let listen = gatewayArguments.listen { return try prepareServing(engine, listen) }
        if !simulate {
            guard !FleetEngineSetup.isSimulated(directory) else {
                printError(
                    "muster: \(TextWidth.sanitised(directory)) is the state of simulated terminals, whose clock is")
                printError("not the wall's; simulate them with --simulate, or name another state folder with --state")
                throw ExitStatus.badInput
            }
            if !asSuccessor {
                printError("muster: no devices can call in: the engine runs, and devices stay as the files say;")
                printError("--listen lets them call in and pushes by SSH, --simulate simulates them")
            }
        }
        engine.simulationSpeed = simulate ? speed : nil
        let whole = engine
        // The clock of simulated terminals is nobody's, and what happens to them is no reason to call anybody.
        guard !simulate else {
            return { yields in
                try OwnEngine.start({ try whole.makeDriver() }, reachedIn: directory, yields: yields) { _ in {} }
            }
        }
        if let settings = takeover.definition.alerts { try AlertRunner.expectUsable(settings) }
        return { yields in
            try OwnEngine.start(
                { try whole.makeDriver() }, reachedIn: directory,
                alerts: try AlertRunner.withOwnLog(takeover, in: directory),
                tellLoss: { try? AlertRunner.withOwnLog(takeover, in: directory).tellLoss($0) }, yields: yields
            ) { _ in {} }
        }
    }

    /// Lets devices call in while the engine runs.
    private func prepareServing(_ engine: FleetEngineSetup, _ address: ListenAddress) throws -> EngineStart {
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
        if let settings = engine.definition.alerts { try AlertRunner.expectUsable(settings) }
        gateway.push = PushRunner(
            engine.definition, fleet: arguments.fleet, directory: directory, repository: gateway.repository,
            logger: logger)
        var engine = engine
        engine.link = gateway.link
        engine.commitTimes = gateway.commitTimes
        engine.deliveryFaults = gateway.deliveryFaults
        let whole = engine, prepared = gateway
        let makeAlerts = {
            try AlertRunner(whole.takeover, in: directory, logger: logger, flush: { log.flush() })
        }
        return { yields in
            // Behind the end of the engine before: what they have told, they have told up to here.
            let alerts = try makeAlerts()
            var runner = prepared
            runner.alerts = alerts
            let serving = runner
            return try OwnEngine.start(
                { try whole.makeDriver() }, reachedIn: directory, alerts: alerts,
                tellLoss: { try? makeAlerts().tellLoss($0) }, yields: yields
            ) { host in
                let running = try serving.start(host)
                return {
                    serving.stop(running)
                    log.flush()
                }
            }
        }
    }

    /// Follows the journal of an engine that has run, or runs and does not listen, until one listens.
    private func lookOn(_ place: FleetPlace, _ setup: ConsoleSession.Setup) throws {
        let directory = place.directory
        if !place.mayRead { try place.expectOwn() }
        let fleet = try FleetLoading.name(of: arguments.fleet)
        try FleetReading.requireState(in: directory)
        let ending = try ConsoleRunner.lookOn(
            {
                let journal = try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readOnly)
                return FollowingDriver(
                    loop: try EngineLoop(reading: journal),
                    clock: FleetEngineSetup.isSimulated(directory) ? nil : WallClock(),
                    isEngineRunning: { SQLiteJournal.isEngineRunning(in: directory) })
            }, setup, in: directory)
        try ConsoleRunner.exit(ending)
    }
}
