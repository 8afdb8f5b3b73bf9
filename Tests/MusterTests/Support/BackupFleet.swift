import FleetBackup
import FleetCore
import FleetEngine
import FleetJournal
import Foundation
import Testing

/// A fleet with a state that is backed up by the real program.
final class BackupFleet {
    let scratch: ScratchFleet
    private var console: ConsoleRun?

    init(_ scratch: ScratchFleet) { self.scratch = scratch }

    /// Where backup number n goes.
    func file(_ number: Int = 0) -> String { "\(scratch.root)/backup-\(number).tar" }

    /// Takes a backup; gives its manifest.
    func takeBackup(_ number: Int = 0) throws -> BackupManifest {
        let run = try MusterRun(["backup", scratch.fleet, file(number), "--json"], scratch)
        try #require(run.code == 0, "\(run.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(BackupManifest.self, from: Data(run.output.utf8))
    }

    /// Restores a backup to a folder.
    func restore(_ number: Int = 0, to state: String, _ options: [String] = []) throws -> MusterRun {
        try MusterRun(["restore", file(number), "--state", state] + options, scratch)
    }

    /// Starts an engine of simulated terminals inside a console.
    func startEngine(speed: Int) throws {
        let console = try ConsoleRun(scratch, speed: speed)
        try console.waitUntilOpen()
        self.console = console
    }

    /// Ends the engine, in good order.
    func stopEngine() throws {
        console?.terminal.signal(SIGTERM)
        _ = try console?.terminal.waitForExit()
        console = nil
    }
}

/// The records of a journal, in order.
func records(in state: String, fleet: String = "sample-fleet") throws -> [JournalRecord] {
    let journal = try SQLiteJournal.open(directory: state, fleet: fleet, mode: .readOnly)
    var records: [JournalRecord] = []
    try journal.walk { records += $0 }
    try journal.close()
    return records
}

/// The fold of these records, as bytes.
func fold(_ records: some Sequence<JournalRecord>) -> [UInt8] {
    var machine = FleetMachine()
    machine.replay(records.map(\.fact))
    return StateCoder.encode(machine.state)
}
