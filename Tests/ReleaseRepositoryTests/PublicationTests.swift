import FleetCore
import Foundation
import TUF
import Testing

@testable import ReleaseRepository

/// What is published, and in which version.
@Suite struct PublicationTests {
    let scratch: ScratchRepository

    init() throws { scratch = try ScratchRepository() }

    @Test func versionsGoUpByOneAndOnlyWhereSomethingChanged() throws {
        try scratch.begin()
        let one = [ScratchRepository.release("1.0.0")], two = one + [ScratchRepository.release("1.1.0", "b")]
        #expect(try scratch.publish(one).published.map(\.role) == [.root, .targets, .snapshot, .timestamp])
        #expect(try scratch.versions() == [1, 1, 1, 1])
        #expect(try scratch.publish(one).lines == ["everything is published already"])
        #expect(try scratch.publish(two).published.map(\.role) == [.targets, .snapshot, .timestamp])
        #expect(try scratch.versions() == [1, 2, 2, 2])
        _ = try scratch.repository.change([RoleChange(.root)])
        #expect(try scratch.publish(two).published.map(\.role) == [.root])
        #expect(try scratch.versions() == [2, 2, 2, 2])
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.folder.metadata).sorted()
        #expect(
            names == [
                "1.root.json", "1.snapshot.json", "1.targets.json", "2.root.json", "2.snapshot.json", "2.targets.json",
                "timestamp.json",
            ])
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder.staged) == [])
    }

    /// Whoever shortens a period wants it to count, and not from the next renewal on.
    @Test func aShortenedPeriodCountsAtOnce() throws {
        try scratch.begin()
        let releases = [ScratchRepository.release("1.0.0")]
        try scratch.publish(releases)
        let changes: [(role: RepositoryRole, period: Duration, published: [RepositoryRole])] = [
            (.timestamp, .hours(1), [.root, .timestamp]), (.snapshot, .days(1), [.root, .snapshot, .timestamp]),
            (.targets, .days(30), [.root, .targets, .snapshot, .timestamp]), (.root, .days(40), [.root]),
        ]
        for (role, period, published) in changes {
            _ = try scratch.repository.change([RoleChange(role, period: period)])
            #expect(try scratch.publish(releases).published.map(\.role) == published)
            #expect(try scratch.publish(releases).lines == ["everything is published already"])
        }
        let files = try scratch.files
        func end(_ period: Duration) -> UTCTime { UTCTime(scratch.now + period) }
        #expect(files.timestamp?.signed.expires == end(.hours(1)) && files.snapshot?.signed.expires == end(.days(1)))
        #expect(files.targets?.signed.expires == end(.days(30)) && files.root?.signed.expires == end(.days(40)))
        // Without the key what is there goes on, and it is said.
        let answer = try scratch.withoutKey(of: .timestamp) {
            _ = try scratch.repository.change([RoleChange(.timestamp, period: .minutes(10))])
            return try scratch.publish(releases)
        }
        #expect(answer.published.map(\.role) == [.root])
        #expect(answer.notes == ["the timestamp is to be made anew, and no key of it is here: a gateway may have it"])
    }

    @Test func aVeryLongPeriodIsWarnedOf() throws {
        try scratch.begin()
        func notes(_ role: RepositoryRole, _ period: Duration) throws -> [String] {
            try scratch.repository.change([RoleChange(role, period: period)]).notes
        }
        #expect(try notes(.timestamp, .days(3)) == [] && notes(.root, .days(3650)) == [])
        let note = try #require(try notes(.timestamp, .days(4000)).first)
        #expect(note.hasPrefix("warning: timestamp is to count for 4000d: "), "\(note)")
    }

    @Test func aReleaseThatWasPublishedStaysWhatItIs() throws {
        try scratch.begin()
        try scratch.publish([ScratchRepository.release("1.0.0")])
        #expect(throws: RepositoryRefusal.self) { try scratch.publish([ScratchRepository.release("1.0.0", "b")]) }
        #expect(try scratch.versions() == [1, 1, 1, 1])
        // One that is taken out of the fleet is not offered any more.
        try scratch.publish([ScratchRepository.release("1.1.0")])
        #expect(try scratch.files.targets?.signed.targets.keys.sorted() == ["releases/1.1.0/till.swu"])
    }

    /// Each file says which of how many it is, so that a terminal misses one that is held back.
    @Test func theFilesOfAReleaseAreCounted() throws {
        try scratch.begin()
        let names = ["till.swu", "tables.csv", "fonts.tar"]
        let release = Release(
            version: Version(2, 0, 0),
            artifacts: names.map { Artifact(name: $0, size: 1, sha256: String(repeating: "a", count: 64)) })
        try scratch.publish([release, ScratchRepository.release("1.0.0")])
        let targets = try #require(try scratch.files.targets?.signed.targets)
        func part(_ path: String) -> [Int?] {
            let custom = targets["releases/\(path)"]?.custom
            return [custom?["part"]?.integer, custom?["parts"]?.integer]
        }
        #expect(names.map { part("2.0.0/\($0)") } == [[1, 3], [2, 3], [3, 3]])
        #expect(part("1.0.0/till.swu") == [1, 1])
    }

    @Test func aRollbackIsApprovedAndTakenBack() throws {
        try scratch.begin()
        let releases = ["1.0.0", "1.1.0", "1.2.0"].map { ScratchRepository.release($0) }
        func from() throws -> [String]? {
            let target = try scratch.files.targets?.signed.targets["releases/1.0.0/till.swu"]
            return target?.custom?["rollback-from"]?.array?.compactMap(\.string)
        }
        let back = releases[0].version
        try scratch.publish(releases) { $0.approvals = [.init(back: back, from: releases[2].version)] }
        #expect(try from() == ["1.2.0"])
        // It stays until it is taken back, and others join it.
        try scratch.publish(releases) { $0.approvals = [.init(back: back, from: releases[1].version)] }
        #expect(try from() == ["1.1.0", "1.2.0"])
        try scratch.publish(releases + [ScratchRepository.release("1.3.0")])
        #expect(try from() == ["1.1.0", "1.2.0"])
        try scratch.publish(releases) { $0.withdrawn = [back] }
        #expect(try from() == nil)
        for wrong in [
            RollbackApproval(back: back, from: back), .init(back: releases[2].version, from: back),
            .init(back: Version(9, 9, 9), from: Version(10, 0, 0)),
        ] {
            #expect(throws: RepositoryRefusal.self) { try scratch.publish(releases) { $0.approvals = [wrong] } }
        }
        #expect(throws: RepositoryRefusal.self) { try scratch.publish(releases) { $0.withdrawn = [back] } }
    }

    /// A release waits for a key that is elsewhere, and holds nothing else up.
    @Test func whatLacksASignatureWaits() throws {
        try scratch.begin()
        let one = [ScratchRepository.release("1.0.0")], two = one + [ScratchRepository.release("1.1.0", "b")]
        try scratch.publish(one)
        try scratch.withoutKey(of: .targets) {
            let answer = try scratch.publish(two) { $0.approvals = [.init(back: one[0].version, from: two[1].version)] }
            #expect(answer.isWaiting && answer.published.isEmpty)
            #expect(try scratch.versions() == [1, 1, 1, 1])
            // The root goes on without it.
            _ = try scratch.repository.change([RoleChange(.root)])
            let root = try scratch.publish(two)
            #expect(root.published.map(\.role) == [.root] && root.isWaiting)
        }
        // The approval was not said again, and is in what waits.
        #expect(try scratch.publish(two).published.map(\.role) == [.targets, .snapshot, .timestamp])
        #expect(try scratch.files.targets?.signed.targets["releases/1.0.0/till.swu"]?.custom?["rollback-from"] != nil)
    }

    /// A new targets key, before its holder has signed: clients must not see a root by which nothing counts.
    @Test func aRootGoesOutWithWhatIsSignedByItsKeys() throws {
        try scratch.begin()
        let releases = [ScratchRepository.release("1.0.0")]
        try scratch.publish(releases)
        let old = try scratch.repository.replaceable(nil, of: .targets)
        _ = try scratch.repository.change([RoleChange(.targets, drawnKey: .ecdsaP256, removed: old)])
        try scratch.withoutKey(of: .targets) {
            let answer = try scratch.publish(releases)
            #expect(answer.published.isEmpty && answer.waiting.map(\.role) == [.targets])
            #expect(try scratch.versions() == [1, 1, 1, 1])
        }
        #expect(try scratch.publish(releases).published.map(\.role) == [.root, .targets, .snapshot, .timestamp])
        #expect(try scratch.versions() == [2, 2, 2, 2])
    }

    /// A crash between two files: what was put in place is taken up, and nothing goes back.
    @Test func aPublicationThatWasCutIsFinished() throws {
        try scratch.begin()
        let one = [ScratchRepository.release("1.0.0")], two = one + [ScratchRepository.release("1.1.0", "b")]
        try scratch.publish(one)
        let timestamp = try #require(try scratch.files.timestamp)
        _ = try scratch.repository.change([RoleChange(.snapshot, drawnKey: .ed25519)])
        let staged: RootFile = try #require(try scratch.folder.staged(.root))
        try scratch.publish(two)
        // The last file did not get there, and the staged root was not removed.
        try scratch.folder.publish(timestamp, .timestamp)
        try scratch.folder.stage(staged, .root)
        #expect(try scratch.versions() == [2, 1, 1, 1])
        try scratch.publish(two)
        #expect(try scratch.versions() == [2, 2, 2, 2])
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.folder.staged) == [])
    }

    @Test func metadataIsSignedAnewBeforeItEnds() throws {
        try scratch.begin()
        let releases = [ScratchRepository.release("1.0.0")]
        try scratch.publish(releases)
        scratch.now = ScratchRepository.start + .hours(11)
        #expect(try scratch.publish(releases).published.isEmpty)
        scratch.now = ScratchRepository.start + .hours(13)
        #expect(try scratch.publish(releases).published.map(\.role) == [.timestamp])
        scratch.now = ScratchRepository.start + .days(5)
        #expect(try scratch.publish(releases).published.map(\.role) == [.snapshot, .timestamp])
        scratch.now = ScratchRepository.start + .days(300)
        let answer = try scratch.publish(releases)
        #expect(answer.published.map(\.role) == [.targets, .snapshot, .timestamp])
        #expect(answer.notes.first?.hasPrefix("root 1 ends at ") == true)
        let report = try scratch.repository.report()
        #expect(report.roles.map(\.state) == [.endsSoon(.days(65)), .good, .good, .good])
        scratch.now = ScratchRepository.start + .days(366)
        #expect(try scratch.repository.report().roles[0].state == .ended)
        let standing = try #require(try RepositoryStanding(fleet: scratch.fleet, state: nil, now: scratch.now))
        #expect(standing.problems.count == 3)
        #expect(standing.objection(to: releases[0]) == nil)
        #expect(standing.objection(to: ScratchRepository.release("1.0.0", "c"))?.contains("another file") == true)
        #expect(standing.objection(to: ScratchRepository.release("1.0.1"))?.contains("is not signed") == true)
    }

    @Test func oneCommandAtATime() throws {
        try scratch.begin()
        try FolderLock.hold(scratch.folder.path) { () throws(RepositoryRefusal) in
            #expect(throws: RepositoryRefusal.self) { try scratch.publish([]) }
            #expect(throws: RepositoryRefusal.self) { try scratch.begin() }
        }
        try scratch.publish([])
    }

    @Test(arguments: ["{", "[]", "{\"expires\": {\"root\": \"soon\"}}", "{\"expires\": {\"mirror\": \"1d\"}}"])
    func settingsThatCannotBeReadAreRefused(text: String) throws {
        try scratch.begin()
        try Data(text.utf8).write(to: URL(filePath: scratch.folder.settings))
        #expect(throws: RepositoryRefusal.self) { try scratch.publish([]) }
    }
}
