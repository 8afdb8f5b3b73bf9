import FleetCore
import FleetEngine
import Foundation
import GRDB
import Testing

@testable import FleetJournal

/// A journal of the first version is proven by its old chain and chained anew, or left as it is.
struct JournalMigrationTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func facts(_ count: Int) -> [Fact] { (0..<count).map(Fact.numbered) }

    @Test(arguments: [0, 1, 50, 9000]) func itsFactsAreTheSame(count: Int) throws {
        try OlderJournal.Version1.write(facts(count), to: directory)
        let journal = try directory.open()
        #expect(journal.factCount == count)
        #expect(try journal.allFacts == facts(count))
        try journal.append([.numbered(count)])
        try journal.close()
        #expect(try directory.open().allFacts == facts(count + 1))
        #expect(try directory.open(.readOnly).allFacts == facts(count + 1))
    }

    /// Byte for byte the records that this version would have written itself, in the same tables.
    @Test func itIsAsIfItHadAlwaysBeenOfThisVersion() throws {
        try OlderJournal.Version1.write(facts(50), to: directory)
        try directory.open().close()
        let fresh = try TemporaryDirectory()
        try fresh.fill(50)
        #expect(try directory.dump() == fresh.dump())
    }

    static let damages = [
        (
            "UPDATE facts SET body = CAST(x'00' || substr(body, 2) AS BLOB) WHERE sequence = 17",
            "record 17 is not what was written"
        ),
        ("UPDATE facts SET at = at + 1 WHERE sequence = 1", "record 1 is not what was written"),
        ("UPDATE facts SET commit_id = 1 WHERE sequence = 17", "record 17 is not what was written"),
        ("UPDATE facts SET checksum = checksum + 1 WHERE sequence = 50", "record 50 is not what was written"),
        ("DELETE FROM facts WHERE sequence = 17", "record 17 is missing"),
        ("DELETE FROM facts WHERE sequence = 50", "record 50 of 50 is missing"),
        ("UPDATE head SET facts = 49", "record 50 is there, but 49 are counted"),
        ("UPDATE head SET checksum = 0", "its head is not that of its records"),
        ("DELETE FROM head", "its head cannot be read"),
    ]

    @Test(arguments: damages) func aDamagedOneIsRefusedAndLeftAsItIs(change: String, finding: String) throws {
        try OlderJournal.Version1.write(facts(50), to: directory)
        try directory.tamper(change)
        let before = try directory.journalBytes
        let expected = FactLogError(
            "\(directory.journal) is damaged: \(finding)",
            remedy: "put a backup in its place; nothing was read past the damage")
        for _ in 0..<2 {
            #expect(throws: expected) { try directory.open() }
            #expect(try directory.journalBytes == before)
        }
    }

    @Test func aPageThatCannotBeReadIsNamed() throws {
        try OlderJournal.Version1.write(facts(9000), to: directory)
        var bytes = try directory.journalBytes
        let middle = bytes.count / 4096 / 2 * 4096
        bytes.replaceSubrange(middle..<middle + 4096, with: [UInt8](repeating: 0xff, count: 4096))
        try bytes.write(to: URL(fileURLWithPath: directory.journal))
        let failure = try #require(throws: FactLogError.self) { try directory.open() }
        #expect(failure.message.contains("a page of it is not what was written ("), "\(failure)")
        #expect(try directory.journalBytes == bytes)
    }

    @Test func aReaderLeavesItAlone() throws {
        try OlderJournal.Version1.write(facts(50), to: directory)
        let before = try directory.journalBytes
        let expected = FactLogError(
            "\(directory.journal) has the older schema 1", remedy: "start the engine once")
        #expect(throws: expected) { try directory.open(.readOnly) }
        #expect(try directory.journalBytes == before)
    }

    @Test func anotherFleetsIsLeftAlone() throws {
        try OlderJournal.Version1.write(facts(50), to: directory)
        let before = try directory.journalBytes
        let failure = try #require(throws: FactLogError.self) { try directory.open(fleet: "bars") }
        #expect(failure.message.contains("is the journal of the fleet \"shops\", not of \"bars\""))
        #expect(try directory.journalBytes == before)
    }
}
