import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// A checkpoint that is damaged or of another format or fleet is ignored, and everything is replayed; a whole one that
/// contradicts the journal proves that records were lost.
@Suite struct CheckpointDamageTests {
    let fixture: CheckpointFixture
    let directory: TemporaryDirectory
    private let whole: Data

    init() throws {
        var fixture = try CheckpointFixture()
        fixture.play(0..<30)
        try fixture.end()
        self.fixture = fixture
        directory = fixture.directory
        whole = try Data(contentsOf: URL(fileURLWithPath: directory.checkpoint))
    }

    @Test func aFlippedByteAnywhereIsNoticed() throws {
        for place in stride(from: 0, to: whole.count, by: 3) {
            var damaged = whole
            damaged[place] ^= UInt8(1 << (place % 8))
            try put(damaged)
            #expect(try directory.sparedFacts() == 0, "byte \(place)")
        }
        #expect(try directory.expectTruth() == 0)
    }

    @Test func aFileCutAnywhereIsNoticed() throws {
        for length in stride(from: 0, to: whole.count, by: 5) {
            try put(whole.prefix(length))
            #expect(try directory.sparedFacts() == 0, "cut to \(length) bytes")
        }
        try put(whole + [0])
        #expect(try directory.expectTruth() == 0)
    }

    /// A seal is no lock: whoever can write the folder can seal anything. It still must not trap.
    @Test func aSealedFileOfOtherBytesGivesNoTrap() throws {
        let bytes = Array(whole.dropLast(32))
        for place in stride(from: 0, to: bytes.count, by: 2) {
            var damaged = bytes
            damaged[place] ^= UInt8(1 << (place % 8))
            let file = CheckpointFile(reading: CheckpointFile.sealed(damaged))
            _ = file?.checkpoint()
        }
        for length in stride(from: 0, to: bytes.count, by: 3) {
            let file = CheckpointFile(reading: CheckpointFile.sealed(Array(bytes[..<length])))
            #expect(file?.checkpoint() == nil)
        }
    }

    /// The magic, the file's format, and the build's mark of the coding, each sealed anew.
    @Test(arguments: [0, 8, 16]) func aWholeFileOfAnotherFormatIsIgnored(place: Int) throws {
        var bytes = Array(whole.dropLast(32))
        bytes[place] ^= 1
        try put(Data(CheckpointFile.sealed(bytes)))
        #expect(try directory.expectTruth() == 0)
    }

    @Test func theOneOfAnotherFleetIsIgnored() throws {
        let other = try TemporaryDirectory()
        let journal = try other.open(fleet: "cafes")
        try journal.append((0..<60).map(Fact.numbered))
        let file = try #require(CheckpointFile(reading: Array(whole)))
        let checkpoint = try #require(file.checkpoint())
        let theirs = CheckpointFile(fleet: "cafes", record: file.record, link: file.link, checkpoint)
        try put(Data(CheckpointFile.sealed(theirs.bytes)))
        #expect(try directory.expectTruth() == 0)
        try journal.close()
    }

    /// As a build kept it that had no chain of SHA-256: its link has another length.
    @Test func theOneOfAnOlderChainIsIgnored() throws {
        let file = try #require(CheckpointFile(reading: Array(whole)))
        let checkpoint = try #require(file.checkpoint())
        for record in [file.record, file.record + 9] {
            let older = CheckpointFile(fleet: "shops", record: record, link: [1, 2, 3, 4, 5, 6, 7, 8], checkpoint)
            try put(Data(CheckpointFile.sealed(older.bytes)))
            #expect(try directory.expectTruth() == 0)
        }
    }

    /// An old backup was put back: the checkpoint is of a record that the journal no longer has. A fleet that accepts
    /// the loss goes on; should the old checkpoint come back, the record of its number is another one.
    @Test func aJournalThatLostRecordsIsRefused() throws {
        let reached = try #require(CheckpointFile(reading: Array(whole))).record
        let backup = try TemporaryDirectory()
        var early = try CheckpointFixture(in: backup)
        early.play(0..<10)
        try early.journal.close()
        try FileManager.default.removeItem(atPath: directory.journal)
        try FileManager.default.copyItem(atPath: backup.journal, toPath: directory.journal)
        let before = try directory.journalBytes
        try expectRefusals(
            FactLogError(
                "\(directory.journal) has lost records: record \(reached), behind which checkpoint beside it stands, "
                    + "is missing",
                remedy: "put the newer journal back, or remove \(directory.checkpoint) to accept the loss"))
        #expect(try directory.journalBytes == before)

        try FileManager.default.removeItem(atPath: directory.checkpoint)
        #expect(try directory.expectTruth() == 0)
        var next = early
        next.journal = try directory.open()
        next.loop = try EngineLoop(log: next.journal, link: NoDeviceLink(), now: early.now)
        var number = 100
        while next.journal.factCount <= reached {
            next.play(number..<number + 1)
            number += 1
        }
        try next.journal.close()
        try put(whole)
        try expectRefusals(
            FactLogError(
                "record \(reached) of \(directory.journal) is not the one behind which checkpoint beside it stands: "
                    + "the journal has another history",
                remedy: "put the journal of that checkpoint back, or remove \(directory.checkpoint) to accept this one")
        )
    }

    private func expectRefusals(_ expected: FactLogError) throws {
        for mode in [SQLiteJournal.Mode.readOnly, .readWrite] {
            #expect(throws: expected) { try directory.open(mode) }
        }
    }

    /// A contradiction counts only when the file is whole.
    @Test func aDamagedOneThatIsAheadIsIgnored() throws {
        let file = try #require(CheckpointFile(reading: Array(whole)))
        let checkpoint = try #require(file.checkpoint())
        let ahead = CheckpointFile(fleet: "shops", record: file.record + 9, link: file.link, checkpoint)
        var sealed = CheckpointFile.sealed(ahead.bytes)
        sealed[sealed.count - 1] ^= 1
        try put(Data(sealed))
        #expect(try directory.expectTruth() == 0)
    }

    /// An older checkpoint of the same journal is not wrong, only less use.
    @Test func anOlderOneSparesLess() throws {
        var next = fixture
        next.journal = try directory.open()
        next.loop = try EngineLoop(
            log: next.journal, link: NoDeviceLink(), now: fixture.now, options: CheckpointFixture.options(.max))
        next.play(30..<60)
        try next.end()
        #expect(try directory.expectTruth() == Int(next.loop.state.revision))
        try put(whole)
        #expect(try directory.expectTruth() == Int(fixture.loop.state.revision))
    }

    /// The checkpoint spares the records before it; the journal is damaged all the same, and a whole replay says so.
    @Test func aDamagedTailIsRefusedBehindIt() throws {
        var next = fixture
        next.journal = try directory.open()
        next.loop = try EngineLoop(log: next.journal, link: NoDeviceLink(), now: fixture.now)
        next.play(30..<60)
        let last = next.journal.factCount
        try next.journal.close()
        try directory.tamper("UPDATE facts SET at = at + 1 WHERE sequence = \(last - 3)")
        let failure = #expect(throws: FactLogError.self) { try EngineLoop(reading: try directory.open(.readOnly)) }
        #expect(failure?.message.hasSuffix("record \(last - 3) is not what was written") == true)
    }

    @Test func aHeadThatIsNotThatOfTheRecordsIsRefusedBehindIt() throws {
        try directory.tamper("UPDATE head SET facts = facts + 1")
        let failure = #expect(throws: FactLogError.self) { try EngineLoop(reading: try directory.open(.readOnly)) }
        #expect(failure?.message.contains(" is missing") == true)
    }

    @Test func whatIsNoPlainFileIsIgnored() throws {
        let path = directory.checkpoint, elsewhere = directory.path + "/elsewhere"
        try whole.write(to: URL(fileURLWithPath: elsewhere))
        try FileManager.default.removeItem(atPath: path)
        #expect(try directory.expectTruth() == 0, "none")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: elsewhere)
        #expect(try directory.expectTruth() == 0, "a link")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(try directory.expectTruth() == 0, "a folder")
        try FileManager.default.removeItem(atPath: path)
        #expect(mkfifo(path, 0o600) == 0)
        #expect(try directory.expectTruth() == 0, "a pipe")
    }

    /// The link is replaced, and not what it points at.
    @Test func aLinkInItsPlaceIsNotFollowed() throws {
        let elsewhere = directory.path + "/elsewhere"
        try Data("mine".utf8).write(to: URL(fileURLWithPath: elsewhere))
        for name in [directory.checkpoint, directory.checkpoint + ".new"] {
            try? FileManager.default.removeItem(atPath: name)
            try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: elsewhere)
        }
        var next = fixture
        next.journal = try directory.open()
        next.loop = try EngineLoop(
            log: next.journal, link: NoDeviceLink(), now: fixture.now, options: CheckpointFixture.options(.max))
        try next.end()
        #expect(try Data(contentsOf: URL(fileURLWithPath: elsewhere)) == Data("mine".utf8))
        #expect(try directory.expectTruth() == Int(next.loop.state.revision))
        #expect(try directory.mode(of: directory.checkpoint) == 0o600)
    }

    /// A crash between the temporary file and the renaming, and one within the temporary file.
    @Test func whatACrashLeavesBesideItDoesNoHarm() throws {
        let folder = StateDirectory(path: directory.state)
        for left in [Array(whole), Array(whole.prefix(100)), []] {
            try folder.writeTemporary(for: CheckpointFile.name, left)
            #expect(try directory.expectTruth() == Int(fixture.loop.state.revision))
        }
        try folder.replace(CheckpointFile.name, with: Array(whole))
        #expect(!FileManager.default.fileExists(atPath: directory.checkpoint + ".new"))
        #expect(try directory.expectTruth() == Int(fixture.loop.state.revision))
    }

    private func put(_ data: Data) throws { try data.write(to: URL(fileURLWithPath: directory.checkpoint)) }
}
