import FleetBackup
import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// Backups of journals that an older Muster wrote, as they are wanted before the new one touches them.
struct OlderBackupTests {
    private func take(_ directory: TemporaryDirectory, fleet: String) throws -> BackupManifest {
        try StateBackup(of: directory.state, others: .init(replaced: [], growing: []), muster: "test")
            .take(fleet: fleet, now: Timestamp(milliseconds: 0), to: directory.path + "/backup", replaces: false)
    }

    /// A history that folds, as any is that an engine wrote.
    private static let history =
        [
            Fact(at: .distantPast, .engineStarted),
            Fact(at: .distantPast, .fleetConfigured(FleetSettings(name: "shops"))),
        ]
        + (0..<100).map { Fact(at: .distantPast, .releaseAdded(Release(version: Version(1, 0, $0)))) }

    @Test func theOlderJournalIsCopiedAsItIsAndMigratedByTheRestore() throws {
        let directory = try TemporaryDirectory()
        let count = Self.history.count
        try OlderJournal.Version1.write(Self.history, to: directory)
        let before = try Data(contentsOf: URL(filePath: directory.journal))
        let manifest = try take(directory, fleet: "shops")
        #expect(manifest.schema == 1 && manifest.facts == count && manifest.head == nil)
        #expect(try Data(contentsOf: URL(filePath: directory.journal)) == before)
        let restore = StateRestore(
            from: directory.path + "/backup", fleet: "shops", others: .init(replaced: [], growing: []))
        let state = directory.path + "/restored"
        _ = try restore.restore(
            to: state, replaces: false, by: Origin(operatorName: "kim", source: "test"), now: .distantPast,
            isSimulated: { _ in true })
        let journal = try SQLiteJournal.open(directory: state, fleet: "shops", mode: .readOnly)
        var facts: [Fact] = []
        try journal.replay { facts += $0 }
        #expect(Array(facts.prefix(count)) == Self.history)
        #expect(facts.dropFirst(count).map(\.event.kind) == [.commandAccepted, .ordersRenumbered])
    }

    /// A copy goes on while an engine commits, and is a prefix of what that has written.
    @Test func aCopyHoldsNoWriterUp() throws {
        let directory = try TemporaryDirectory()
        let journal = try directory.open()
        try journal.append((0..<100).map(Fact.numbered))
        // Used by the thread alone until that has ended.
        nonisolated(unsafe) let written = journal
        let writer = Thread {
            for number in 100..<400 { try? written.append([Fact.numbered(number)]) }
        }
        writer.start()
        var copies = 0
        while !writer.isFinished {
            let manifest = try take(directory, fleet: "shops")
            #expect(manifest.facts >= 100 && manifest.head != nil)
            try FileManager.default.removeItem(atPath: directory.path + "/backup")
            copies += 1
        }
        #expect(copies > 0)
        #expect(journal.factCount == 400 && journal.failure == nil)
    }

    @Test func anEmptyJournalIsNone() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.open()
        try Data().write(to: URL(filePath: directory.path + "/backup"))
        #expect(throws: BackupFailure.self) { try take(directory, fleet: "shops") }
    }
}
