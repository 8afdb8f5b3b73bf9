import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// A symbolic link in the place of a state file is refused, and what it points at stays as it is.
struct StateLinkTests {
    static let names = [
        "journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "engine.lock", "terminals.flash",
    ]

    let directory: TemporaryDirectory
    private let elsewhere: String

    init() throws {
        directory = try TemporaryDirectory()
        elsewhere = directory.path + "/elsewhere"
        try directory.fill(5)
        try Data("somebody else's\n".utf8).write(to: URL(fileURLWithPath: elsewhere))
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: elsewhere)
    }

    private func link(_ path: String, to target: String) throws {
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }

    private func expectUntouched() throws {
        #expect(try Data(contentsOf: URL(fileURLWithPath: elsewhere)) == Data("somebody else's\n".utf8))
        #expect(try directory.mode(of: elsewhere) == 0o644)
    }

    @Test(arguments: names) func aLinkIsRefused(name: String) throws {
        let path = directory.state + "/" + name
        for target in [elsewhere, directory.path + "/nowhere"] {
            try link(path, to: target)
            let expected = FactLogError("\(path) is a symbolic link", remedy: "put the file itself there")
            #expect(throws: expected) { try directory.open() }
            #expect(throws: expected) { try directory.open(.readOnly) }
            #expect(throws: expected) { try SQLiteJournal.exists(in: directory.state) }
        }
        try expectUntouched()
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/nowhere"))
    }

    /// The journal itself, moved to another disk and linked back: its log would lie beside the target.
    @Test func aLinkToAWholeJournalIsRefused() throws {
        let moved = directory.path + "/moved"
        try FileManager.default.moveItem(atPath: directory.journal, toPath: moved)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: moved)
        try link(directory.journal, to: moved)
        let failure = #expect(throws: FactLogError.self) { try directory.open() }
        #expect(failure?.message == "\(directory.journal) is a symbolic link")
        #expect(try directory.mode(of: moved) == 0o640)
    }

    /// Between the look and the change somebody may still put a link there.
    @Test func noModeIsChangedThroughALink() throws {
        try link(directory.journal, to: elsewhere)
        try? StateDirectory(path: directory.state).createPrivately("journal.sqlite")
        try expectUntouched()
    }

    @Test func aRecordFileFollowsNone() throws {
        let path = directory.path + "/flash"
        try link(path, to: elsewhere)
        let expected = FactLogError("\(path) is a symbolic link", remedy: "put the file itself there")
        #expect(throws: expected) { try RecordFile(path: path) }
        try expectUntouched()
    }

    /// The folder may be one: that is where somebody wants the whole state.
    @Test func aLinkToTheFolderIsFollowed() throws {
        let path = directory.path + "/linked"
        try link(path, to: directory.state)
        let journal = try SQLiteJournal.open(directory: path, fleet: "shops", mode: .readWrite)
        #expect(journal.factCount == 5)
        try journal.close()
    }
}
