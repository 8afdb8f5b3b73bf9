import FleetCore
import FleetEngine
import Foundation
import GRDB
import Testing

@testable import FleetJournal

/// The chain of the records, and what is handed out with them.
struct JournalChainTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func records(_ journal: SQLiteJournal, through last: Int? = nil) throws -> [JournalRecord] {
        var records: [JournalRecord] = []
        try journal.walk(through: last) { records += $0 }
        return records
    }

    /// By Python's hashlib over the bytes that the documentation of the chain names:
    ///
    ///     empty = sha256(b"muster journal 2\nshops").digest()
    ///     sha256(empty + struct.pack(">QQqQ", 1, 2, -3, 3) + b"abc").hexdigest()
    @Test func theChainIsAsDocumented() throws {
        var chain = RecordChain(fleet: "shops")
        #expect(chain.hash.description == "f8dd02efd0db18c27dd5487c25aa23f76f2005aa0f81b46cd44039c13578991e")
        chain.advance(commit: 2, at: -3, body: Array("abc".utf8))
        #expect(chain.count == 1)
        #expect(chain.hash.description == "dad36bfe2d3d4b208bc23f34cecb645a105d347fc1b7c204a2e5fc336f9d6bf0")
    }

    @Test func hashesAsText() throws {
        let hash = RecordChain(fleet: "shops").hash
        #expect(RecordHash(hex: hash.description) == hash)
        #expect(RecordHash(hex: hash.description.uppercased()) == hash)
        #expect(RecordHash(bytes: hash.bytes) == hash)
        #expect(RecordHash(hex: String(hash.description.dropLast())) == nil)
        #expect(RecordHash(hex: String(hash.description.dropLast()) + "g") == nil)
        #expect(RecordHash(hex: String(hash.description.dropLast(2)) + "é") == nil)
        #expect(RecordHash(bytes: hash.bytes.dropLast()) == nil)
    }

    @Test func everyRecordIsTiedToTheOneBefore() throws {
        try directory.fill(50)
        let journal = try directory.open(.readOnly)
        let records = try records(journal)
        #expect(records.map(\.sequence) == Array(1...50))
        #expect(records.map(\.fact) == (0..<50).map(Fact.numbered))
        #expect(records.map(\.previousHash) == [journal.emptyHash] + records.dropLast().map(\.hash))
        #expect(Set(records.map(\.hash)).count == 50)
    }

    @Test func aWalkEndsWhereItIsTold() throws {
        try directory.fill(50)
        let journal = try directory.open(.readOnly)
        for last in [0, 1, 17, 50, 99] {
            #expect(try records(journal, through: last).map(\.fact) == (0..<min(50, last)).map(Fact.numbered))
        }
    }

    /// What stands behind the last record that was asked for is not looked at; what stands before a damage is given.
    @Test func aDamageEndsTheWalk() throws {
        try directory.fill(50)
        try directory.tamper("UPDATE facts SET at = 7 WHERE sequence = 17")
        #expect(try records(try directory.open(.readOnly), through: 16).count == 16)
        let journal = try directory.open(.readOnly)
        var given: [Int] = []
        let failure = #expect(throws: FactLogError.self) { try journal.walk { given += $0.map(\.sequence) } }
        #expect(failure?.message == "\(directory.journal) is damaged: record 17 is not what was written")
        #expect(given == Array(1...16))
    }

    @Test func theLastRecordOfAMoment() throws {
        let times: [Int64] = [100, 100, 200, 300, 150, 250, 400]
        let journal = try directory.open()
        try journal.append(times.map { Fact(at: Timestamp(milliseconds: $0), .engineStarted) })
        let found = try [99, 100, 149, 150, 200, 250, 300, 399, 400, 999].map {
            try journal.lastRecord(notAfter: Timestamp(milliseconds: $0))
        }
        #expect(found == [0, 2, 2, 5, 5, 6, 6, 6, 7, 7])
    }

    /// Record 17 was not after the moment either, until its own was changed.
    @Test(arguments: [7, 999]) func aMomentThatWasChangedGivesNoAnswer(moment: Int64) throws {
        try directory.fill(50)
        try directory.tamper("UPDATE facts SET at = \(moment) WHERE sequence = 17")
        let failure = #expect(throws: FactLogError.self) {
            try directory.open(.readOnly).lastRecord(notAfter: Timestamp(milliseconds: 10))
        }
        #expect(failure?.message == "\(directory.journal) is damaged: record 17 is not what was written")
    }

    /// A record that was forged with a hash that fits it: the one behind it does not go on from there.
    @Test func aForgedRecordIsFoundByTheNext() throws {
        try directory.fill(50)
        try forge(17)
        let failure = #expect(throws: FactLogError.self) { try directory.open().replay { _ in } }
        #expect(failure?.message == "\(directory.journal) is damaged: record 18 is not what was written")
    }

    @Test func aForgedLastRecordIsFoundByTheHead() throws {
        try directory.fill(50)
        try forge(50)
        let failure = #expect(throws: FactLogError.self) { try directory.open().replay { _ in } }
        #expect(failure?.message == "\(directory.journal) is damaged: its head is not that of its records")
    }

    /// Puts another fact in a record's place, with the hash that it would have had.
    private func forge(_ number: Int) throws {
        let reader = try directory.open(.readOnly)
        let before = try records(reader).dropFirst(number - 1).first?.previousHash
        try reader.close()
        let forged = Fact.numbered(999)
        let body = FactCoder.encode(forged)
        var chain = RecordChain(count: Int64(number) - 1, hash: try #require(before))
        let commit = Int64((number - 1) / 10 + 1)
        chain.advance(commit: commit, at: forged.at.milliseconds, body: body)
        let hex = body.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        try directory.tamper(
            """
            UPDATE facts SET at = \(forged.at.milliseconds), body = x'\(hex)', hash = x'\(chain.hash)'
            WHERE sequence = \(number)
            """)
    }
}
