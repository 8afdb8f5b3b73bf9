import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// SQLite goes on writing to a file that has no name any more. A journal notices before it acknowledges anything.
struct JournalGoneTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private static let ends = ["", "-wal", "-shm"]

    private func expectFailure(
        _ journal: SQLiteJournal, _ message: String, _ comment: Comment? = nil
    ) throws {
        let failure = try #require(throws: FactLogError.self, comment) { try journal.append([.numbered(2)]) }
        #expect(failure.message == message, comment)
        #expect(throws: failure, comment) { try journal.append([.numbered(2)]) }
        #expect(journal.factCount == 2, comment)
    }

    private func journal() throws -> SQLiteJournal {
        let journal = try directory.open()
        try journal.append([.numbered(0)])
        try journal.append([.numbered(1)])
        return journal
    }

    @Test(arguments: ends) func aFileThatIsRemoved(end: String) throws {
        let journal = try journal()
        try FileManager.default.removeItem(atPath: directory.journal + end)
        try expectFailure(
            journal,
            "\(directory.journal)\(end) is gone: it was moved, removed or replaced while the engine had it open")
    }

    /// Nothing is lost that was acknowledged: back in its place it goes on.
    @Test func aJournalThatIsMovedAndPutBack() throws {
        let journal = try journal()
        try FileManager.default.moveItem(atPath: directory.journal, toPath: directory.path + "/elsewhere")
        try expectFailure(
            journal, "\(directory.journal) is gone: it was moved, removed or replaced while the engine had it open")
        try FileManager.default.moveItem(atPath: directory.path + "/elsewhere", toPath: directory.journal)
        try journal.close()
        let again = try directory.open()
        #expect(try again.allFacts == [.numbered(0), .numbered(1)])
        try again.append([.numbered(2)])
        #expect(try again.allFacts.count == 3)
    }

    @Test(arguments: ends) func aFileThatIsReplaced(end: String) throws {
        let journal = try journal()
        let path = directory.journal + end
        try FileManager.default.copyItem(atPath: path, toPath: path + "2")
        #expect(rename(path + "2", path) == 0)
        try expectFailure(
            journal, "\(path) is another file: it was moved, removed or replaced while the engine had it open")
    }

    /// What is put behind a gap could never be read again.
    @Test func aRecordThatIsTakenAway() throws {
        let journal = try journal()
        try directory.tamper("DELETE FROM facts WHERE sequence = 2")
        try expectFailure(journal, "\(directory.journal) is damaged: record 2 of 2 is missing")
    }

    @Test func everyRecordTakenAway() throws {
        let journal = try journal()
        try directory.tamper("DELETE FROM facts")
        try expectFailure(journal, "\(directory.journal) is damaged: record 1 of 2 is missing")
    }

    @Test func aRecordThatIsAnotherOne() throws {
        let journal = try journal()
        try directory.tamper("UPDATE facts SET hash = zeroblob(32) WHERE sequence = 2")
        try expectFailure(journal, "\(directory.journal) is damaged: record 2 is not what was written")
    }

    @Test func aRecordThatSomebodyElsePutThere() throws {
        let journal = try journal()
        try directory.tamper("INSERT INTO facts SELECT 3, 3, at, body, hash FROM facts WHERE sequence = 2")
        try expectFailure(journal, "\(directory.journal) is damaged: record 3 is there, but 2 are counted")
    }

    /// What others do to the file without changing a record stops nobody: a reader, a cut of the log, a vacuum's like.
    @Test func whatChangesNoRecordIsNoDamage() throws {
        let journal = try journal()
        let reader = try directory.open(.readOnly)
        #expect(try reader.allFacts.count == 2)
        try reader.close()
        try directory.tamper("PRAGMA wal_checkpoint(PASSIVE)")
        try journal.append([.numbered(2)])
        #expect(try journal.allFacts == (0..<3).map(Fact.numbered))
    }
}
