import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal

/// A fleet as it stands, read without changing anything: the journal if there is one, and what the files say since. A
/// journal that is gone while the rest of the state is there is an error: no command shows that fleet as a new one.
enum FleetReading {
    /// An engine that only answers questions.
    static func open(_ definition: FleetDefinition, state directory: String) throws -> EngineLoop {
        var log: any FactLog = MemoryLog()
        if try SQLiteJournal.exists(in: directory) {
            log = try SQLiteJournal.open(directory: directory, fleet: definition.settings.name, mode: .readOnly)
        }
        var loop = try EngineLoop(reading: log)
        _ = loop.assume(definition.commands, now: WallClock.now)
        return loop
    }
}

extension FleetDefinition {
    /// The commands that bring an engine up to these files. Those that say nothing new leave no fact.
    var commands: [Command] {
        [.configure(settings), .addReleases(releases), .register(devices)] + updates.map { .draft($0) }
    }
}
