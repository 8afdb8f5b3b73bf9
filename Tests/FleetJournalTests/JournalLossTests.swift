import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// A journal that is gone is not taken for one that never was: what an engine creates behind its journal tells so.
struct JournalLossTests {
    static let modes = [SQLiteJournal.Mode.readWrite, .readOnly]
    static let witnesses = ["checkpoint", "terminals.flash"]

    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.state, withIntermediateDirectories: true)
    }

    private func put(_ name: String, _ bytes: [UInt8] = []) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: directory.state + "/" + name))
    }

    private func lost(_ finding: String, witness: String) -> FactLogError {
        FactLogError(
            "\(directory.journal) \(finding), but \(witness) beside it says that there was a journal here",
            remedy: "put a backup of the journal in its place, or remove the folder \(directory.state) to begin anew")
    }

    @Test(arguments: modes, witnesses)
    func anEmptyJournalIsRefused(mode: SQLiteJournal.Mode, witness: String) throws {
        try put(witness)
        try put("journal.sqlite")
        #expect(throws: lost("is empty", witness: witness)) { try directory.open(mode) }
        #expect(try directory.journalBytes.isEmpty)
    }

    /// The engine leaves no file in its place, which would be taken for an empty one at the next start.
    @Test(arguments: modes, witnesses + ["journal.sqlite-wal"])
    func aMissingJournalIsRefused(mode: SQLiteJournal.Mode, witness: String) throws {
        try put(witness, [1])
        #expect(throws: lost("is missing", witness: witness)) { try directory.open(mode) }
        #expect(!FileManager.default.fileExists(atPath: directory.journal))
    }

    /// All that SQLite had brought into the file was its first page, and the log with the rest was taken away.
    @Test(arguments: modes, witnesses)
    func aJournalWithoutTablesIsRefused(mode: SQLiteJournal.Mode, witness: String) throws {
        try directory.tamper("PRAGMA journal_mode = WAL")
        try put(witness)
        #expect(throws: lost("has no tables", witness: witness)) { try directory.open(mode) }
    }

    @Test(arguments: modes) func anEmptyJournalWithALogIsRefused(mode: SQLiteJournal.Mode) throws {
        try put("journal.sqlite")
        try put("journal.sqlite-wal", [UInt8](repeating: 7, count: 5000))
        let failure = #expect(throws: FactLogError.self) { try directory.open(mode) }
        #expect(failure?.message == "\(directory.journal) is damaged: it was cut to 0 bytes")
    }

    /// What an engine can leave that was killed before its journal was there: an empty file, an empty log, a first page.
    @Test(arguments: [["journal.sqlite"], ["journal.sqlite", "journal.sqlite-wal"], ["engine.lock"]])
    func aKilledCreationStartsAsNew(files: [String]) throws {
        for file in files { try put(file) }
        let journal = try directory.open()
        #expect(try journal.allFacts == [])
        try journal.append([.numbered(0)])
        try journal.close()
        #expect(try directory.open().allFacts == [.numbered(0)])
    }

    @Test func aFirstPageStartsAsNew() throws {
        try directory.tamper("PRAGMA journal_mode = WAL")
        #expect(try directory.open().allFacts == [])
    }

    @Test func aReaderOfAKilledCreationIsToldToStartTheEngine() throws {
        try put("journal.sqlite")
        let expected = FactLogError("\(directory.journal) has no tables yet", remedy: "start the engine once")
        #expect(throws: expected) { try directory.open(.readOnly) }
    }
}
