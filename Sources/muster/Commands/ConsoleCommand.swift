import ArgumentParser
import Cells
import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal

/// `muster console`: the dashboard on a fleet, with the engine inside.
struct ConsoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "Open the dashboard on a fleet, with the engine inside.",
        discussion: """
            The fleet's files are taken over at the start; what has happened since is in the journal, which a crash does \
            not lose. `?` in the console lists its keys.
            """)

    @OptionGroup var arguments: FleetArguments
    @OptionGroup var console: ConsoleArguments

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
    }

    func run() throws {
        let definition = try arguments.load()
        let setup = try console.setup(isReadOnly: readOnly)
        if readOnly { return try lookOn(definition, setup) }
        if !simulate {
            printError("muster: no terminals can be reached yet: the engine runs, and devices stay as")
            printError("the files say; --simulate simulates them")
        }
        let engine = FleetEngineSetup(
            definition: definition, directory: arguments.stateDirectory(definition),
            simulationSpeed: simulate ? speed : nil, operatorName: console.name,
            onRefusal: { printError("muster: \(TextWidth.sanitised($0.description))") })
        try ConsoleRunner.exit(try ConsoleRunner.run({ try engine.makeDriver() }, setup))
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
