import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// Records that are not what was written are refused, and the first of them is named.
struct JournalDamageTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.fill(50)
    }

    @Test(arguments: [
        (
            "UPDATE facts SET body = CAST(x'00' || substr(body, 2) AS BLOB) WHERE sequence = 17",
            "record 17 is not what was written"
        ),
        ("UPDATE facts SET body = x'' WHERE sequence = 1", "record 1 is not what was written"),
        ("UPDATE facts SET at = at + 1 WHERE sequence = 17", "record 17 is not what was written"),
        ("UPDATE facts SET commit_id = 1 WHERE sequence = 17", "record 17 is not what was written"),
        ("UPDATE facts SET hash = zeroblob(32) WHERE sequence = 50", "record 50 is not what was written"),
        ("UPDATE facts SET hash = substr(hash, 1, 31) WHERE sequence = 50", "record 50 is not what was written"),
        ("UPDATE facts SET sequence = 999 WHERE sequence = 50", "record 999 is there, but 50 are counted"),
        (
            "UPDATE facts SET body = (SELECT body FROM facts WHERE sequence = 3) WHERE sequence = 2",
            "record 2 is not what was written"
        ),
        // A record of the same form, from another journal or twice in this one.
        (
            """
            UPDATE facts SET (commit_id, at, body, hash) =
                (SELECT commit_id, at, body, hash FROM facts WHERE sequence = 30) WHERE sequence = 31
            """, "record 31 is not what was written"
        ),
        ("DELETE FROM facts WHERE sequence = 1", "record 1 is missing"),
        ("DELETE FROM facts WHERE sequence = 17", "record 17 is missing"),
        ("DELETE FROM facts WHERE sequence = 50", "record 50 of 50 is missing"),
        ("DELETE FROM facts", "record 1 of 50 is missing"),
        ("INSERT INTO facts VALUES (51, 6, 0, x'010100', x'00')", "record 51 is there, but 50 are counted"),
        ("UPDATE head SET hash = zeroblob(32)", "its head is not that of its records"),
        ("UPDATE head SET hash = x'00'", "its head cannot be read"),
        ("UPDATE head SET facts = 60", "record 51 of 60 is missing"),
        ("INSERT INTO facts VALUES (0, 0, 0, x'010100', x'00')", "record 0 is there; the first is record 1"),
        ("INSERT INTO facts VALUES (-7, 0, 0, x'010100', x'00')", "record -7 is there; the first is record 1"),
        ("UPDATE head SET commits = 6", "its head counts 6 commits, its last record is of commit 5"),
        (
            "UPDATE head SET commits = 9223372036854775807",
            "its head counts 9223372036854775807 commits, its last record is of commit 5"
        ),
        (
            "UPDATE facts SET commit_id = 4 WHERE sequence = 50",
            "its head counts 5 commits, its last record is of commit 4"
        ),
    ])
    func aChangedRecordIsNamed(change: String, finding: String) throws {
        try directory.tamper(change)
        let expected = FactLogError(
            "\(directory.journal) is damaged: \(finding)",
            remedy: "put a backup in its place; nothing was read past the damage")
        #expect(throws: expected) { try directory.open(.readOnly).replay { _ in } }
        #expect(throws: expected) { try directory.open().replay { _ in } }
    }

    @Test func nothingIsWrittenBehindADamage() throws {
        try directory.tamper("UPDATE facts SET at = 7 WHERE sequence = 17")
        let journal = try directory.open()
        let failure = try #require(throws: FactLogError.self) { try journal.replay { _ in } }
        #expect(throws: failure) { try journal.append([.numbered(50)]) }
    }

    /// A body that fits its hash and still is no fact: a later muster wrote it without raising the schema.
    @Test func aRecordThatCannotBeReadIsNamed() throws {
        var chain = RecordChain(fleet: "shops")
        chain.advance(commit: 1, at: 0, body: [255, 1, 0])
        try directory.tamper(
            """
            DELETE FROM facts;
            INSERT INTO facts VALUES (1, 1, 0, x'FF0100', x'\(chain.hash)');
            UPDATE head SET facts = 1, commits = 1, hash = x'\(chain.hash)'
            """)
        let failure = #expect(throws: FactLogError.self) { try directory.open().replay { _ in } }
        #expect(
            failure?.message
                == "\(directory.journal): record 1 cannot be read: expected the kind of an event at byte 0")
    }

    /// SQLite's header holds the number in 32 bits with a sign, which one flipped bit makes negative.
    @Test(arguments: [-1, 0, Int(Int32.min) + 2]) func aSchemaNumberThatNoMusterWritesIsRefused(number: Int) throws {
        try directory.tamper("PRAGMA user_version = \(number)")
        let expected = FactLogError(
            "\(directory.journal) is damaged: its schema has the number \(number)",
            remedy: "put a backup in its place; nothing was read past the damage")
        #expect(throws: expected) { try directory.open(.readOnly) }
        #expect(throws: expected) { try directory.open() }
    }

    /// Wherever a byte of the file flips, the facts are those that were written, or the journal is refused.
    @Test func aFlippedByteAnywhereGivesTheTruthOrARefusal() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: directory.journal))
        var refusals = 0
        for place in stride(from: 0, to: whole.count, by: 7) {
            var damaged = whole
            damaged[place] ^= UInt8(1 << (place % 8))
            refusals += try isRefused(damaged) ? 1 : 0
        }
        #expect(refusals > 100)
    }

    @Test func aFileCutAnywhereIsRefused() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: directory.journal))
        for length in stride(from: 1, to: whole.count, by: 251) {
            #expect(try isRefused(whole.prefix(length)), "cut to \(length) bytes")
        }
    }

    private func isRefused(_ file: Data) throws -> Bool {
        for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: directory.journal + name) }
        try file.write(to: URL(fileURLWithPath: directory.journal))
        do {
            let journal = try directory.open()
            defer { try? journal.close() }
            #expect(try journal.allFacts == (0..<50).map(Fact.numbered))
            return false
        } catch {
            return true
        }
    }
}
