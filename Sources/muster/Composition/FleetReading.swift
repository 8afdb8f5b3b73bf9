import Cells
import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal
import Foundation

/// A fleet as it stands, read without changing anything: the journal if there is one, and what the files say since. A
/// journal that is gone while the rest of the state is there is an error: no command shows that fleet as a new one.
struct FleetReading {
    /// What the files say; of files that cannot be used, nothing but the fleet's name.
    let definition: FleetDefinition
    /// Where its state is.
    let directory: String
    /// An engine that only answers questions.
    var loop: EngineLoop
    /// The moment from which questions are answered.
    let now: Timestamp
    /// Whether the state is that of simulated terminals, whose clock is not the wall's: `now` is its last fact then.
    let isSimulated: Bool
    /// Whether an engine runs on the state: it keeps what devices said last in memory for a while.
    let isEngineRunning: Bool
    /// Whether what an engine that runs holds is shown, and not what the files say otherwise.
    let isEngines: Bool

    /// Reads the fleet's files and state. Files that cannot be used are named, and a state that is there is shown without
    /// them: a mistake in a file must not hide what runs.
    static func open(
        _ arguments: FleetArguments, asEngine: Bool = false, toChange: Bool = false
    ) throws -> FleetReading {
        let result = FleetLoading.read(arguments.fleet, for: .reading)
        for line in result.lines { printError(TextWidth.sanitised(line)) }
        if let definition = result.definition {
            return try open(definition, arguments, asEngine: asEngine, toChange: toChange)
        }
        let name = FleetDirectory(path: arguments.fleet).name
        let named = FleetDefinition(settings: FleetSettings(name: name ?? ""))
        guard name != nil, try SQLiteJournal.exists(in: try arguments.stateDirectory(named)) else {
            printError("muster: \(TextWidth.sanitised(arguments.fleet)) cannot be used; nothing was changed")
            throw ExitStatus.badInput
        }
        printError("muster: the files cannot be used; this is what the journal says without them")
        return try open(named, arguments, takesFilesOver: false)
    }

    /// Reads the fleet's state.
    ///
    /// - Parameters:
    ///   - definition: The fleet as its files say it.
    ///   - takesFilesOver: Whether it is shown as if an engine had taken the files over.
    ///   - asEngine: Whether, while an engine runs, it is shown as that holds it, with a warning of what the files say
    ///     otherwise: for questions about what would be carried out.
    ///   - toChange: Whether a command follows that begins a state where there is none yet, as an engine would.
    ///   - arguments: Where its state is. A state that was named has to be there; without one in the usual place the
    ///     fleet is as its files say.
    /// - Throws: `ExitStatus.badInput` if there is no state where one was named, and what the journal throws.
    static func open(
        _ definition: FleetDefinition, _ arguments: FleetArguments, takesFilesOver: Bool = true,
        asEngine: Bool = false, toChange: Bool = false
    ) throws -> FleetReading {
        let directory = try arguments.stateDirectory(definition)
        if arguments.state != nil, !toChange { try requireState(in: directory) }
        var loop = try read(directory, fleet: definition.settings.name)
        let isSimulated = FleetEngineSetup.isSimulated(directory) && loop.state.revision > 0
        let now = isSimulated ? loop.state.lastFactAt : WallClock.now
        let isEngineRunning = SQLiteJournal.isEngineRunning(in: directory)
        let isHeld = asEngine && isEngineRunning && loop.state.revision > 0
        if isHeld {
            let news = FilesSinceStart(definition, loop, now: now)
            for line in news.lines { printError("muster: \(TextWidth.sanitised(line))") }
            if takesFilesOver { _ = loop.assume(news.unknown, now: now) }
        } else if takesFilesOver {
            _ = loop.assume(definition.commands, now: now)
        }
        return FleetReading(
            definition: definition, directory: directory, loop: loop, now: now, isSimulated: isSimulated,
            isEngineRunning: isEngineRunning, isEngines: isHeld)
    }

    /// Who makes a journal at this moment holds the engine's lock, and is done with it soon.
    private static let patience = Duration.seconds(2)
    private static let pause: UInt32 = 20_000

    private static func read(_ directory: String, fleet: String) throws -> EngineLoop {
        try patiently(in: directory) { try readOnce(directory, fleet: fleet) }
    }

    /// Reads a journal, and again for a while if somebody is making it.
    static func patiently<Found>(in directory: String, _ read: () throws -> Found) throws -> Found {
        let deadline = ContinuousClock.now + patience
        while true {
            let isHeld = SQLiteJournal.isEngineRunning(in: directory)
            let result = Result { try read() }
            guard case .failure(let error) = result, error is FactLogError, ContinuousClock.now < deadline,
                isHeld || SQLiteJournal.isEngineRunning(in: directory)
            else { return try result.get() }
            usleep(pause)
        }
    }

    private static func readOnce(_ directory: String, fleet: String) throws -> EngineLoop {
        guard try SQLiteJournal.exists(in: directory) else { return try EngineLoop(reading: MemoryLog()) }
        return try EngineLoop(reading: try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readOnly))
    }

    /// Says on standard error from when the answer is, where nobody would expect it.
    func sayMoment() {
        if isSimulated { printError("as of \(now.iso), by the clock of the simulated terminals") }
    }

    /// How old last contacts may be that are read from a journal.
    static let contactsText =
        "Last contacts are those in the journal, in which an engine that runs writes them every "
        + "\(EngineLoop.Options().sightingInterval.components.seconds) s: one that is online may have called in since, and one "
        + "that has just called in for the first time has none yet. A console has them as the engine does."

    /// Says on standard error that a device may have called in since its last contact that is shown.
    func sayContacts() {
        guard isEngineRunning, !isSimulated else { return }
        let interval = EngineLoop.Options().sightingInterval.components.seconds
        printError("last contacts are as of the journal: the engine that runs writes them every \(interval) s")
    }

    /// Ends the command with exit code 2 if a folder holds no state.
    static func requireState(in directory: String) throws {
        guard try !SQLiteJournal.exists(in: directory) else { return }
        printError(
            "muster: there is no journal at \(TextWidth.sanitised(directory)); "
                + "start the engine once, or name its state folder with --state")
        throw ExitStatus.badInput
    }
}

extension FleetDefinition {
    /// The commands that bring an engine up to these files. Those that say nothing new leave no fact.
    var commands: [Command] {
        [.configure(settings), .addReleases(releases), .register(devices)] + updates.map { .draft($0) }
    }
}
