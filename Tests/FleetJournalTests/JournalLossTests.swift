import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// A journal that is gone is not taken for one that never was: what an engine creates behind its journal tells so.
struct JournalLossTests {
    static let modes = [SQLiteJournal.Mode.readWrite, .readOnly]
    static let witnesses = ["checkpoint", "terminals.flash", "journal.born"]

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

    /// A fleet without simulated terminals and too young for a checkpoint.
    @Test(arguments: modes) func everyJournalLeavesAWitness(mode: SQLiteJournal.Mode) throws {
        try directory.fill(1)
        let path = directory.state + "/journal.born"
        #expect(try directory.mode(of: path) == 0o600)
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        try FileManager.default.removeItem(atPath: directory.journal)
        #expect(throws: lost("is missing", witness: "journal.born")) { try directory.open(mode) }
        try put("journal.sqlite")
        #expect(throws: lost("is empty", witness: "journal.born")) { try directory.open(mode) }
    }

    /// An older Muster left none, and an engine may have been killed between the journal and its witness. A reader
    /// changes nothing.
    @Test func aJournalWithoutAWitnessGetsOne() throws {
        try directory.fill(1)
        let path = directory.state + "/journal.born"
        try FileManager.default.removeItem(atPath: path)
        try directory.open(.readOnly).close()
        #expect(!FileManager.default.fileExists(atPath: path))
        try directory.open().close()
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(try directory.open(.readOnly).allFacts == [.numbered(0)])
    }

    /// What an engine can leave that was killed before its journal was there: an empty file, an empty log, a first page.
    @Test(arguments: [
        ["journal.sqlite"], ["journal.sqlite", "journal.sqlite-wal"], ["engine.lock"],
        ["engine.lock", "journal.sqlite"],
    ])
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

    /// What may not be looked at is not taken for nothing. Root may look everywhere.
    @Test(.enabled(if: geteuid() != 0)) func aFolderThatMayNotBeReadIsSaid() throws {
        try directory.fill(1)
        try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: directory.state)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: directory.state) }
        let expected = FactLogError(
            "\(directory.journal) cannot be read: Permission denied", remedy: "check who may read \(directory.state)")
        #expect(throws: expected) { try SQLiteJournal.exists(in: directory.state) }
        #expect(throws: expected) { try directory.open(.readOnly) }
    }

    /// The same by an error that root has too.
    @Test func aFolderThatCannotBeReachedIsSaid() throws {
        let loop = directory.path + "/loop"
        try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
        let failure = #expect(throws: FactLogError.self) { try SQLiteJournal.exists(in: loop) }
        #expect(failure?.message.hasPrefix("\(loop)/journal.sqlite cannot be read: ") == true)
        #expect(try SQLiteJournal.exists(in: directory.path + "/none") == false)
        #expect(try SQLiteJournal.exists(in: directory.path + "/none/deeper") == false)
    }
}
