import FleetCore
import Foundation
import TUF
import Testing

@testable import ReleaseRepository

/// The repository beside a gateway, as time goes on.
@Suite struct KeeperTests {
    let scratch: ScratchRepository
    let keeper: RepositoryKeeper
    let releases = [ScratchRepository.release("1.0.0")]

    init() throws {
        scratch = try ScratchRepository()
        keeper = RepositoryKeeper(fleet: scratch.fleet, state: scratch.state, keys: scratch.keys)
    }

    private func look(_ time: Duration = .zero) -> [RepositoryKeeper.Note] {
        scratch.now = ScratchRepository.start + time
        return keeper.look(now: scratch.now)
    }

    /// The timestamp that clients are given.
    private func timestamp() throws -> TUF.Timestamp {
        try TimestampFile(bytes: try #require(keeper.metadata("timestamp.json"))).signed
    }

    @Test func aFleetWithoutARepositoryHasNothingAndHindersNothing() throws {
        #expect(look() == [])
        #expect(keeper.metadata("timestamp.json") == nil && keeper.ends == nil)
        #expect(keeper.objection(to: releases[0].artifacts[0], of: releases[0].version) == nil)
        // Keys alone sign nothing.
        try scratch.begin()
        #expect(look() == [])
        #expect(keeper.objection(to: releases[0].artifacts[0], of: releases[0].version) == nil)
    }

    @Test func theTimestampIsMadeAnewBeforeItEnds() throws {
        try scratch.begin()
        try scratch.publish(releases)
        #expect(look().map(\.text) == ["the repository is served: root 1, targets 1, snapshot 1, timestamp 1"])
        let published = try Data(contentsOf: URL(filePath: scratch.folder.publishedPath(.timestamp, 0)))
        #expect(look(.hours(11)) == [])
        #expect(
            look(.hours(12)).map(\.text) == ["the repository is served: root 1, targets 1, snapshot 1, timestamp 2"])
        #expect(try timestamp().expires == UTCTime(scratch.now + .days(1)))
        for hour in stride(from: 13, through: 24 * 10, by: 1) { _ = look(.hours(hour)) }
        #expect(try timestamp().version == 21)
        #expect(try timestamp().snapshot.version == 3)
        for name in ["1.snapshot.json", "2.snapshot.json", "3.snapshot.json"] { #expect(keeper.metadata(name) != nil) }
        #expect(!keeper.isInTrouble)
        // Nothing was written in the fleet's directory.
        #expect(try Data(contentsOf: URL(filePath: scratch.folder.publishedPath(.timestamp, 0))) == published)
        // One that starts anew goes on where that was, and so does whoever publishes.
        let next = RepositoryKeeper(fleet: scratch.fleet, state: scratch.state, keys: scratch.keys)
        _ = next.look(now: scratch.now)
        #expect(next.metadata("timestamp.json") == keeper.metadata("timestamp.json"))
        try scratch.publish(releases + [ScratchRepository.release("1.1.0")])
        #expect(try scratch.versions() == [1, 2, 4, 22])
        #expect(
            look(.hours(240)).map(\.text) == ["the repository is served: root 1, targets 2, snapshot 4, timestamp 22"])
    }

    /// A root that changes keys or ends leaves the timestamp as it was.
    @Test func aNewRootAloneIsTakenOver() throws {
        try scratch.begin()
        try scratch.publish(releases)
        _ = look()
        for number in 2...3 {
            _ = try scratch.repository.change([RoleChange(.root)])
            #expect(try scratch.publish(releases).published.map(\.role) == [.root])
            #expect(
                look().map(\.text)
                    == ["the repository is served: root \(number), targets 1, snapshot 1, timestamp 1"])
            #expect(keeper.metadata("\(number).root.json") != nil)
            #expect(look() == [])
        }
    }

    /// While a command puts files in place nobody looks at a half of them; what is due does not wait for it.
    @Test func aPublicationIsTakenOverOnceItHasEnded() throws {
        try scratch.begin()
        try scratch.publish(releases)
        _ = look()
        _ = try scratch.repository.change([RoleChange(.root)])
        try scratch.publish(releases)
        try FolderLock.hold(scratch.folder.path) { () throws(RepositoryRefusal) in
            #expect(look(.hours(1)) == [])
            #expect(keeper.metadata("2.root.json") == nil)
            _ = look(.hours(12))
            #expect(keeper.metadata("2.root.json") != nil)
        }
        #expect(try timestamp().version == 2)
        _ = try scratch.repository.change([RoleChange(.root)])
        try scratch.publish(releases)
        let notes = try FolderLock.hold(scratch.folder.path) { () throws(RepositoryRefusal) in look(.hours(13)) }
        #expect(notes == [])
        #expect(
            look(.hours(13)).map(\.text) == ["the repository is served: root 3, targets 1, snapshot 1, timestamp 2"])
    }

    /// Whoever reads the files where no gateway's state is at hand is told that there may be one.
    @Test func whatAGatewayHasMadeIsNoProblem() throws {
        try scratch.begin()
        try scratch.publish(releases)
        for hour in [0, 12, 24] { _ = look(.hours(hour)) }
        let now = ScratchRepository.start + .hours(25)
        #expect(try RepositoryStanding(fleet: scratch.fleet, state: scratch.state, now: now)?.problems == [])
        let elsewhere = try RepositoryStanding(fleet: scratch.fleet, state: "\(scratch.root)/none", now: now)
        let problem = try #require(elsewhere?.problems.first)
        #expect(elsewhere?.problems.count == 1 && problem.message.hasPrefix("the timestamp metadata 1 has ended"))
        #expect(problem.remedy.hasSuffix("; what a gateway has made is in its state folder (`--state`)"))
    }

    @Test(arguments: [RepositoryRole.timestamp, .snapshot])
    func withoutItsKeyItServesWhatThereIsAndSaysSo(role: RepositoryRole) throws {
        try scratch.begin()
        try scratch.publish(releases)
        _ = look()
        let soon = role == .timestamp ? Duration.hours(13) : .hours(24 * 4)
        try scratch.withoutKey(of: role) {
            if role == .snapshot { for hour in 1...(24 * 3) { _ = look(.hours(hour)) } }
            let notes = look(soon)
            #expect(
                notes.contains { $0.isTrouble && $0.text.contains("the \(role) of the repository ends at") }, "\(notes)"
            )
            #expect(keeper.isInTrouble)
            #expect(keeper.metadata("timestamp.json") != nil)
            // It goes on asking, and the note is the same as long as nothing changes.
            #expect(look(soon + .seconds(6)).filter(\.isTrouble) == notes.filter(\.isTrouble))
            // What has ended is served as it was: clients judge it themselves.
            let late = look(.days(9))
            #expect(
                late.contains { $0.isTrouble && $0.text.hasPrefix("the repository is served as it was") }, "\(late)")
            #expect(keeper.metadata("timestamp.json") != nil)
        }
        let notes = look(.days(9) + .seconds(6))
        #expect(notes.allSatisfy { !$0.isTrouble } && !keeper.isInTrouble, "\(notes)")
        #expect(try timestamp().expires.moment > scratch.now)
    }

    /// Published where the state was not at hand: two files have one version, and no client may meet both.
    @Test func whatWasPublishedElsewhereComesBehindWhatWasServed() throws {
        try scratch.begin()
        try scratch.publish(releases)
        for hour in stride(from: 0, through: 24 * 5, by: 6) { _ = look(.hours(hour)) }
        let served = try timestamp()
        #expect(served.snapshot.version == 2)
        let elsewhere = ReleaseRepository(
            fleet: scratch.fleet, state: "\(scratch.root)/elsewhere", keys: scratch.keys, now: scratch.now)
        _ = try elsewhere.publish(PublicationOrder(releases: releases + [ScratchRepository.release("1.1.0")]))
        #expect(try scratch.versions() == [1, 2, 2, 2])
        _ = look(.hours(24 * 5))
        let next = try timestamp()
        #expect(next.version == served.version + 1 && next.snapshot.version == 3)
        let snapshot = try SnapshotFile(bytes: try #require(keeper.metadata("3.snapshot.json"))).signed
        #expect(snapshot[role: "targets"]?.version == 2)
        #expect(keeper.target(version: "1.1.0", name: "till.swu", sha256: String(repeating: "a", count: 64)) != nil)
    }

    /// A copy of yesterday's files in the place of today's: no client is told to go back.
    @Test func whatWasPutBackFromAnOlderCopyIsNotTakenOver() throws {
        try scratch.begin()
        try scratch.publish(releases)
        let copy = "\(scratch.root)/copy", two = releases + [ScratchRepository.release("1.1.0")]
        try FileManager.default.copyItem(atPath: scratch.folder.metadata, toPath: copy)
        try scratch.publish(two)
        // The gateway has made one of its own since, so that it knows better.
        for hour in [0, 13] { _ = look(.hours(hour)) }
        let before = keeper.metadata("timestamp.json")
        try FileManager.default.removeItem(atPath: scratch.folder.metadata)
        try FileManager.default.copyItem(atPath: copy, toPath: scratch.folder.metadata)
        let notes = look(.hours(13))
        #expect(notes.map(\.isTrouble) == [true], "\(notes)")
        #expect(keeper.metadata("timestamp.json") == before)
        try scratch.publish(two)
        #expect(try scratch.versions() == [1, 3, 3, 4])
        #expect(
            look(.hours(13)).map(\.text) == ["the repository is served: root 1, targets 3, snapshot 3, timestamp 4"])
    }

    /// A file that is damaged, or a root that nobody signed: what was served before goes on.
    @Test func whatIsDamagedIsNotTakenOver() throws {
        try scratch.begin()
        try scratch.publish(releases)
        _ = look()
        let before = keeper.metadata("timestamp.json")
        let forged = RootFile(try #require(try scratch.files.root?.signed))
        try DurableFile.replace(scratch.folder.publishedPath(.root, 2), with: forged.bytes, mode: 0o644)
        try Data("{".utf8).write(to: URL(filePath: scratch.folder.publishedPath(.timestamp, 0)))
        let notes = look()
        #expect(notes.map(\.isTrouble) == [true], "\(notes)")
        #expect(keeper.metadata("timestamp.json") == before)
        #expect(keeper.metadata("2.root.json") == nil)
        #expect(keeper.objection(to: releases[0].artifacts[0], of: releases[0].version) == nil)
        // One that starts then has nothing to go by, and sends nothing.
        let next = RepositoryKeeper(fleet: scratch.fleet, state: scratch.state, keys: scratch.keys)
        _ = next.look(now: scratch.now)
        #expect(next.metadata("timestamp.json") == nil)
        #expect(next.objection(to: releases[0].artifacts[0], of: releases[0].version) != nil)
    }

    @Test(arguments: [
        "", ".", "..", "../settings.json", "settings.json", "root.json", "01.root.json", "+1.root.json", "1.root.json/",
        "1.root.json\0", "0.root.json", "2.root.json", "1.timestamp.json", "1.mirrors.json", "1.root.json.new",
        "../staged/root.json", "9223372036854775808.root.json", "-1.root.json", "1.ROOT.json", "TIMESTAMP.json",
    ])
    func nothingElseIsGivenOut(name: String) throws {
        try scratch.begin()
        try scratch.publish(releases)
        _ = try scratch.repository.change([RoleChange(.root)])
        _ = look()
        #expect(keeper.metadata("1.root.json") != nil)
        #expect(keeper.metadata(name) == nil)
    }

    @Test func targetsAreThoseThatWereSigned() throws {
        try scratch.begin()
        try scratch.publish(releases)
        _ = look()
        let hash = String(repeating: "a", count: 64)
        #expect(keeper.target(version: "1.0.0", name: "till.swu", sha256: hash)?.artifact == releases[0].artifacts[0])
        for (version, name, sha256) in [
            ("1.0", "till.swu", hash), ("1.0.1", "till.swu", hash), ("1.0.0", "till", hash), ("..", "till.swu", hash),
            ("1.0.0", "till.swu", String(repeating: "b", count: 64)), ("1.0.0", "../till.swu", hash),
            ("v1.0.0", "till.swu", hash),
        ] {
            #expect(keeper.target(version: version, name: name, sha256: sha256) == nil, "\(version)/\(name)")
        }
    }

    /// In the place of a client on a terminal: what has ended counts no more, and an older release needs an approval that
    /// names what runs.
    @Test func aTerminalThatAsksNobodyIsAnsweredAsAClientWould() throws {
        let one = ScratchRepository.release("1.0.0"), two = ScratchRepository.release("2.0.0", "b")
        func objection(_ release: Release, over running: String?, after time: Duration = .zero) -> String? {
            keeper.objection(
                toInstalling: release.artifacts, of: release.version, over: running.flatMap { Version($0) },
                now: ScratchRepository.start + time)
        }
        #expect(objection(two, over: "1.0.0") == nil)
        try scratch.begin()
        try scratch.publish([one])
        _ = look()
        #expect(objection(two, over: "1.0.0") == "till.swu of release 2.0.0 is not signed")
        #expect(objection(one, over: nil) == nil && objection(one, over: "1.0.0") == nil)
        #expect(
            objection(ScratchRepository.release("1.0.0", "c"), over: nil)
                == "till.swu of release 1.0.0 is another file than was signed")
        try scratch.publish([one, two])
        _ = look()
        #expect(objection(two, over: "1.0.0") == nil)
        #expect(objection(one, over: "2.0.0") == "1.0.0 is older than 2.0.0, and no rollback from that is signed")
        try scratch.publish([one, two]) { $0.approvals = [.init(back: one.version, from: two.version)] }
        _ = look()
        #expect(objection(one, over: "2.0.0") == nil)
        #expect(objection(one, over: "3.0.0") == "1.0.0 is older than 3.0.0, and no rollback from that is signed")
        #expect(objection(two, over: "1.0.0", after: .hours(23)) == nil)
        let end = (ScratchRepository.start + .days(1)).iso
        #expect(
            objection(two, over: "1.0.0", after: .hours(24)) == "the timestamp of the repository has ended at \(end)")
    }

    /// Whoever can write in the fleet's directory, and has no key, does not turn signatures off by removing them.
    @Test func aRepositoryThatIsGoneIsNotNone() throws {
        try scratch.begin()
        try scratch.publish(releases)
        _ = look()
        let away = "\(scratch.root)/away", unsigned = ScratchRepository.release("3.0.0", "d")
        try FileManager.default.moveItem(atPath: scratch.folder.path, toPath: away)
        let message = "the repository was published, and is gone from \(scratch.folder.path)"
        #expect(look().map(\.text) == [message] && keeper.isInTrouble)
        // One that runs goes by what it knows.
        #expect(keeper.objection(to: releases[0].artifacts[0], of: releases[0].version) == nil)
        #expect(keeper.objection(to: unsigned.artifacts[0], of: unsigned.version) != nil)
        let next = RepositoryKeeper(fleet: scratch.fleet, state: scratch.state, keys: scratch.keys)
        #expect(next.look(now: scratch.now).map(\.text) == [message])
        #expect(next.objection(to: releases[0].artifacts[0], of: releases[0].version) != nil)
        #expect(throws: RepositoryRefusal.self) {
            try RepositoryStanding(fleet: scratch.fleet, state: scratch.state, now: scratch.now)
        }
        try FileManager.default.moveItem(atPath: away, toPath: scratch.folder.path)
        _ = next.look(now: scratch.now)
        #expect(!next.isInTrouble && look().isEmpty && !keeper.isInTrouble)
        #expect(next.objection(to: releases[0].artifacts[0], of: releases[0].version) == nil)
        #expect(next.objection(to: unsigned.artifacts[0], of: unsigned.version) != nil)
    }

    /// Targets that somebody wrote who has no key are worth nothing to whoever reads the files either.
    @Test func targetsThatNobodySignedAreNotRead() throws {
        try scratch.begin()
        try scratch.publish(releases)
        let targets = try #require(try scratch.files.targets)
        try scratch.folder.publish(TargetsFile(targets.signed), .targets)
        #expect(throws: RepositoryRefusal.self) {
            try RepositoryStanding(fleet: scratch.fleet, state: scratch.state, now: scratch.now)
        }
    }
}
