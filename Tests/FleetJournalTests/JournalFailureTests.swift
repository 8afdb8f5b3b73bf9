import FleetCore
import FleetEngine
import Foundation
import GRDB
import Testing

@testable import FleetJournal

/// A journal that failed once takes nothing any more, and says the same thing every time.
struct JournalFailureTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func aFullDiskPoisonsTheJournal() throws {
        let journal = try directory.open()
        try journal.append([.numbered(0)])
        let pages = try journal.queue.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
        try limit(journal, toPages: pages)
        let expected = FactLogError(
            "\(directory.journal): writing record 2 failed: the disk is full (database or disk is full)",
            remedy: "make room on its disk, then start the engine again")
        #expect(throws: expected) { try journal.append((1..<1000).map(Fact.numbered)) }
        try limit(journal, toPages: 1_000_000)
        #expect(throws: expected) { try journal.append([.numbered(1)]) }
        #expect(throws: expected) { try journal.replay { _ in } }
        #expect(journal.factCount == 1)
        try journal.close()

        let again = try directory.open()
        #expect(try again.allFacts == [.numbered(0)])
        try again.append([.numbered(1)])
        #expect(try again.allFacts == [.numbered(0), .numbered(1)])
    }

    @Test func aLostTablePoisonsTheJournal() throws {
        let journal = try directory.open()
        try directory.tamper("DROP TABLE facts")
        let first = #expect(throws: FactLogError.self) { try journal.append([.numbered(0)]) }
        #expect(first?.message.contains("no such table: facts") == true)
        try directory.tamper("CREATE TABLE facts (sequence, commit_id, at, body, hash)")
        let second = #expect(throws: FactLogError.self) { try journal.append([.numbered(0)]) }
        #expect(first == second)
    }

    @Test func aLostHeadPoisonsTheJournal() throws {
        let journal = try directory.open()
        try directory.tamper("DELETE FROM head")
        let failure = #expect(throws: FactLogError.self) { try journal.append([.numbered(0)]) }
        #expect(failure?.message == "\(directory.journal) is damaged: it has no head")
        try journal.close()
        #expect(throws: FactLogError.self) { try directory.open() }
    }

    @Test func aJournalThatAnotherProgramLocksSaysSo() throws {
        let journal = try directory.open()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: directory.journal, configuration: configuration)
        try other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let failure = try #require(throws: FactLogError.self) { try journal.append([.numbered(0)]) }
        #expect(failure.message.contains("another program has locked it"))
        #expect(failure.remedy == "close the other program, then start the engine again")
        try other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        #expect(throws: failure) { try journal.append([.numbered(0)]) }
    }

    @Test func aClosedJournalTakesNothing() throws {
        let journal = try directory.open()
        try journal.close()
        let closed = FactLogError("\(directory.journal) is closed", remedy: "open it again")
        #expect(throws: closed) { try journal.append([.numbered(0)]) }
        #expect(throws: closed) { try journal.replay { _ in } }
    }

    @Test func aReaderCannotAppend() throws {
        try directory.fill(1)
        let journal = try directory.open(.readOnly)
        #expect(throws: FactLogError.self) { try journal.append([.numbered(1)]) }
        #expect(try journal.allFacts == [.numbered(0)])
    }

    private func limit(_ journal: SQLiteJournal, toPages pages: Int) throws {
        try journal.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") }
    }
}

/// Files that are no journal of this fleet are refused as they are, before anything is written to them.
struct JournalRefusalTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: [SQLiteJournal.Mode.readWrite, .readOnly])
    func aLaterSchemaIsRefused(mode: SQLiteJournal.Mode) throws {
        try directory.fill(3)
        try directory.tamper("PRAGMA user_version = 99")
        let before = try Data(contentsOf: URL(fileURLWithPath: directory.journal))
        let expected = FactLogError(
            "\(directory.journal) has schema 99; this muster knows up to 2",
            remedy: "start the muster that wrote it, or a later one")
        #expect(throws: expected) { try directory.open(mode) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.journal)) == before)
    }

    @Test(arguments: [SQLiteJournal.Mode.readWrite, .readOnly])
    func anotherFleetsJournalIsRefused(mode: SQLiteJournal.Mode) throws {
        try directory.fill(3)
        let expected = FactLogError(
            "\(directory.journal) is the journal of the fleet \"shops\", not of \"bars\"",
            remedy: "name the state folder of \"bars\", or give the fleet its old name back")
        #expect(throws: expected) { try directory.open(mode, fleet: "bars") }
    }

    @Test(arguments: [SQLiteJournal.Mode.readWrite, .readOnly])
    func anotherProgramsDatabaseIsRefused(mode: SQLiteJournal.Mode) throws {
        try FileManager.default.createDirectory(atPath: directory.state, withIntermediateDirectories: true)
        try directory.tamper("CREATE TABLE cats (name TEXT)")
        let expected = FactLogError(
            "\(directory.journal) is a database of another program",
            remedy: "move it away, or name another state folder")
        #expect(throws: expected) { try directory.open(mode) }
    }

    @Test(arguments: [SQLiteJournal.Mode.readWrite, .readOnly])
    func aFileThatIsNoDatabaseIsRefused(mode: SQLiteJournal.Mode) throws {
        try FileManager.default.createDirectory(atPath: directory.state, withIntermediateDirectories: true)
        try String(repeating: "not a database\n", count: 500)
            .write(toFile: directory.journal, atomically: false, encoding: .utf8)
        let failure = #expect(throws: FactLogError.self) { try directory.open(mode) }
        #expect(failure?.message.contains("it is no SQLite database") == true)
        #expect(failure?.remedy == "put a backup in its place")
    }

    @Test func aReaderNeedsAJournal() throws {
        let failure = #expect(throws: FactLogError.self) { try directory.open(.readOnly) }
        #expect(failure?.message == "there is no journal at \(directory.journal)")
        #expect(!FileManager.default.fileExists(atPath: directory.state))
    }

    @Test func aFileInTheFoldersPlaceIsRefused() throws {
        try Data().write(to: URL(fileURLWithPath: directory.state))
        let expected = FactLogError(
            "\(directory.state) is a file", remedy: "name a folder for the engine's state")
        #expect(throws: expected) { try directory.open() }
    }

    @Test func aMigrationThatDoesNotEndLeavesNothing() throws {
        try FileManager.default.createDirectory(atPath: directory.state, withIntermediateDirectories: true)
        let queue = try DatabaseQueue(path: directory.journal)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 2") }
        #expect(throws: DatabaseError.self) {
            try queue.writeWithoutTransaction {
                try JournalSchema.migrate($0, from: 0, path: directory.journal, fleet: "shops")
            }
        }
        try queue.close()
        #expect(try directory.open().allFacts == [])
    }
}
