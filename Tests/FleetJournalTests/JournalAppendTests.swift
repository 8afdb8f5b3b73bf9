import FleetCore
import FleetEngine
import Foundation
import GRDB
import Testing

@testable import FleetJournal

/// What was appended is what is replayed, now and after the next opening.
struct JournalAppendTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func aNewJournalIsEmpty() throws {
        let journal = try directory.open()
        #expect(journal.factCount == 0)
        #expect(try journal.allFacts == [])
        #expect(journal.path == directory.journal)
    }

    @Test func factsComeBackInOrder() throws {
        let journal = try directory.open()
        try journal.append([.numbered(0)])
        try journal.append([])
        try journal.append([.numbered(1), .numbered(2)])
        #expect(journal.factCount == 3)
        #expect(try journal.allFacts == (0..<3).map(Fact.numbered))
    }

    @Test func factsOutliveTheJournalsClosing() throws {
        try directory.fill(25)
        let journal = try directory.open()
        #expect(journal.factCount == 25)
        try journal.append([.numbered(25)])
        try journal.close()
        #expect(try directory.open().allFacts == (0..<26).map(Fact.numbered))
    }

    @Test func batchesAreBounded() throws {
        let journal = try directory.open()
        try journal.append((0..<10_000).map(Fact.numbered))
        var sizes: [Int] = []
        var facts: [Fact] = []
        try journal.replay { batch in
            sizes.append(batch.count)
            facts += batch
        }
        #expect(sizes == [4096, 4096, 1808])
        #expect(facts == (0..<10_000).map(Fact.numbered))
    }

    @Test func longFactsMakeSmallBatches() throws {
        let journal = try directory.open()
        let notes = String(repeating: "long ", count: 300_000)
        let facts = (0..<8).map { number in
            Fact(
                at: Timestamp(milliseconds: 0),
                .releaseAdded(Release(version: Version(1, 0, UInt32(number)), notes: notes)))
        }
        try journal.append(facts)
        var sizes: [Int] = []
        try journal.replay { sizes.append($0.count) }
        #expect(sizes == [3, 3, 2])
        #expect(try journal.allFacts == facts)
    }

    @Test func aReplayMayAppend() throws {
        let journal = try directory.open()
        try journal.append([.numbered(0)])
        var outcome: Result<Void, any Error>?
        try journal.replay { _ in outcome = Result { try journal.append([.numbered(1)]) } }
        try #require(outcome).get()
        #expect(try journal.allFacts == [.numbered(0), .numbered(1)])
    }

    @Test func aFactTooLongToBeReadIsNotWritten() throws {
        let journal = try directory.open()
        let notes = String(repeating: "x", count: FactCoder.maximumLength)
        let fact = Fact(
            at: Timestamp(milliseconds: 0), .releaseAdded(Release(version: Version(1, 0, 0), notes: notes)))
        let failure = #expect(throws: FactLogError.self) { try journal.append([.numbered(0), fact]) }
        #expect(failure?.message.hasPrefix("record 2 would have 67108") == true)
        try journal.close()
        #expect(try directory.open().allFacts == [])
    }

    /// With NORMAL, which GRDB sets in WAL mode, a power cut loses commits that were acknowledged.
    @Test func everyCommitIsSynced() throws {
        let journal = try directory.open()
        try journal.append([.numbered(0)])
        #expect(try journal.queue.writeWithoutTransaction { try SQLiteJournal.synchronous($0) } == 2)
        let mode = try journal.queue.writeWithoutTransaction { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        #expect(mode == "wal")
        try journal.close()
        let again = try directory.open()
        #expect(try again.queue.writeWithoutTransaction { try SQLiteJournal.synchronous($0) } == 2)
    }

    @Test func foldersAboveAreCreatedToo() throws {
        let deep = directory.path + "/a/b/c"
        try SQLiteJournal.open(directory: deep, fleet: "shops", mode: .readWrite).append([.numbered(0)])
        #expect(try SQLiteJournal.open(directory: deep, fleet: "shops", mode: .readOnly).allFacts == [.numbered(0)])
        #expect(try directory.mode(of: deep) == 0o700)
    }

    /// A folder that was there may hold other people's files.
    @Test func aFolderThatIsThereKeepsItsMode() throws {
        try FileManager.default.createDirectory(
            atPath: directory.state, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        try directory.open().append([.numbered(0)])
        #expect(try directory.mode(of: directory.state) == 0o755)
        #expect(try directory.mode(of: directory.journal) == 0o600)
    }

    @Test func onlyTheOwnerMayReadWhatTheJournalCreates() throws {
        let journal = try directory.open()
        try journal.append([.numbered(0)])
        #expect(try directory.mode(of: directory.state) == 0o700)
        for file in ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "engine.lock"] {
            #expect(try directory.mode(of: directory.state + "/" + file) == 0o600, "\(file)")
        }
    }
}
