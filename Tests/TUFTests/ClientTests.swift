import Foundation
import TUF
import Testing

@Suite struct ClientTests {
    @Test func aFirstRefreshAsksForEachRoleOnceAndKeepsTheBytes() async throws {
        var repository = try TestRepository()
        repository.files["timestamp.json"]?.append(0x20)
        let fixture = try ClientFixture(repository)
        let client = fixture.client()
        #expect(await client.targets == nil)
        try await client.refresh()
        #expect(await client.targets == repository.targets)
        #expect(await fixture.mirror.asked == ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"])
        #expect(fixture.versions == ["root": 1, "timestamp": 1, "snapshot": 1, "targets": 1])
        #expect(fixture.stored("timestamp") == repository.files["timestamp.json"])
        try await fixture.refresh(repository)
        #expect(await fixture.mirror.asked == ["2.root.json", "timestamp.json"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.metadata).count == 4)
    }

    @Test func withoutConsistentSnapshotsNamesArePlain() async throws {
        var repository = try TestRepository(consistentSnapshot: false)
        repository.delegate(to: "r")
        repository.add("content", as: "a/file", to: "r")
        repository.targets.delegations?.roles[0].scope = .paths(["a/*"])
        try repository.publish()
        let fixture = try ClientFixture(repository)
        let client = fixture.client()
        try await client.refresh()
        let path = try await client.download("a/file", from: fixture.mirror, into: fixture.targets)
        #expect(path == fixture.targets + "/a%2Ffile")
        let asked = ["2.root.json", "timestamp.json", "snapshot.json", "targets.json", "r.json", "a/file"]
        #expect(await fixture.mirror.asked == asked)
    }

    @Test func rootsArePersistedOneByOne() async throws {
        var repository = try TestRepository()
        for _ in 0..<5 { try repository.publishRoot() }
        let fixture = try ClientFixture(repository)
        fixture.limits.mostNewRoots = 2
        try await fixture.client().refresh()
        #expect(fixture.versions["root"] == 3)
        try await fixture.client().refresh()
        #expect(fixture.versions["root"] == 5)
        #expect(fixture.stored("root") == repository.rootFile(5))
        #expect(await fixture.client().root == nil)
    }

    @Test func whatIsTrustedBeforeARefusalStays() async throws {
        var repository = try TestRepository()
        let fixture = try ClientFixture(repository)
        try await fixture.client().refresh()
        try repository.publishRoot()
        repository.keys[.targets] = [SigningKey(generating: .ed25519)]
        try repository.publish()
        let refusal = await ClientFixture.refusal { try await fixture.refresh(repository) }
        #expect(refusal == .tooFewSignatures(file: "targets", valid: 0, threshold: 1, by: "root 2"))
        #expect(fixture.versions == ["root": 2, "timestamp": 2, "snapshot": 2, "targets": 1])
    }

    @Test func newKeysOfTimestampHealAFastForward() async throws {
        var repository = try TestRepository()
        let fixture = try ClientFixture(repository)
        repository.timestamp.version = 98
        repository.snapshot.version = 98
        repository.targets.version = 98
        try repository.publish()
        try await fixture.refresh(repository)
        #expect(fixture.versions == ["root": 1, "timestamp": 99, "snapshot": 99, "targets": 99])
        repository.timestamp.version = 1
        repository.snapshot.version = 1
        repository.targets.version = 1
        try repository.publish()
        let refusal = await ClientFixture.refusal { try await fixture.refresh(repository) }
        #expect(refusal == .rollback(file: "timestamp", found: 2, trusted: 99))
        repository.setKeys([SigningKey(generating: .ed25519)], for: .timestamp)
        try repository.publishRoot()
        try repository.publish()
        try await fixture.refresh(repository)
        #expect(fixture.versions == ["root": 2, "timestamp": 3, "snapshot": 3, "targets": 3])
    }

    @Test func newKeysOfSnapshotHealAFastForwardOfTargets() async throws {
        var repository = try TestRepository()
        let fixture = try ClientFixture(repository)
        repository.targets.version = 98
        try repository.publish()
        try await fixture.refresh(repository)
        repository.setKeys([SigningKey(generating: .ed25519)], for: .snapshot)
        try repository.publishRoot()
        repository.targets.version = 1
        try repository.publish()
        try await fixture.refresh(repository)
        #expect(fixture.versions["targets"] == 2)
    }

    @Test(arguments: ["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"])
    func endlessDataIsRefused(path: String) async throws {
        var repository = try TestRepository()
        repository.files[path] = [UInt8](repeating: 0x20, count: 9 * 1_024 * 1_024)
        let fixture = try ClientFixture(repository)
        let refusal = await ClientFixture.refusal { try await fixture.client().refresh() }
        guard case .tooLong(path, _) = refusal else {
            Issue.record("\(String(describing: refusal)) for \(path)")
            return
        }
        #expect(fixture.stored("targets") == nil)
    }

    @Test func aLengthThatIsSignedBoundsTheFile() async throws {
        var repository = try TestRepository()
        repository.hashesFiles = true
        try repository.publish()
        let length = repository.timestamp.snapshot.length ?? 0
        repository.files["2.snapshot.json"]?.append(0x20)
        let fixture = try ClientFixture(repository)
        let refusal = await ClientFixture.refusal { try await fixture.client().refresh() }
        #expect(refusal == .tooLong(file: "2.snapshot.json", limit: length))
        repository.timestamp.snapshot.length = 1 << 40
        try repository.publishTimestamp()
        let second = await ClientFixture.refusal { try await fixture.refresh(repository) }
        #expect(second == .tooLong(file: "snapshot", limit: fixture.limits.longestSnapshot))
    }

    @Test(arguments: ["timestamp.json", "1.snapshot.json", "1.targets.json"])
    func aMissingFileIsRefused(path: String) async throws {
        var repository = try TestRepository()
        repository.files[path] = nil
        let fixture = try ClientFixture(repository)
        let refusal = await ClientFixture.refusal { try await fixture.client().refresh() }
        #expect(refusal == .missing(path: path))
    }

    @Test(arguments: ["timestamp", "snapshot", "targets"])
    func aDamagedStoredFileIsFetchedAgain(role: String) async throws {
        let repository = try TestRepository()
        let fixture = try ClientFixture(repository)
        try await fixture.client().refresh()
        let path = "\(fixture.metadata)/\(role).json"
        for damage in [Data(), Data("{}".utf8), Data(repeating: 0x5B, count: 100_000)] {
            try damage.write(to: URL(fileURLWithPath: path))
            try await fixture.refresh(repository)
            #expect(fixture.versions == ["root": 1, "timestamp": 1, "snapshot": 1, "targets": 1])
        }
    }

    @Test func aStoredRootThatIsDamagedStopsEverything() async throws {
        let fixture = try ClientFixture(try TestRepository())
        try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(fixture.metadata)/root.json"))
        let refusal = await ClientFixture.refusal { try await fixture.client().refresh() }
        let path = "\(fixture.metadata)/root.json"
        #expect(refusal == .damaged(path: path, reason: "root: signatures: is missing"))
        #expect(try TUFClient.storedRoot(metadataFolder: fixture.metadata) == .damaged(try #require(refusal)))
        #expect(refusal?.description.contains("tell whoever") == false)
        try FileManager.default.removeItem(atPath: "\(fixture.metadata)/root.json")
        let second = await ClientFixture.refusal { try await fixture.client().refresh() }
        #expect(second == .noTrustedRoot(folder: fixture.metadata))
        #expect(await fixture.mirror.asked == [])
    }

    /// Damage is what will not pass; what cannot be read for now may be as good as ever.
    @Test func aStoredRootThatCannotBeReadIsNotDamaged() async throws {
        let repository = try TestRepository()
        let fixture = try ClientFixture(repository)
        let path = "\(fixture.metadata)/root.json"
        func stored() throws -> TUFClient.StoredRoot { try TUFClient.storedRoot(metadataFolder: fixture.metadata) }
        #expect(try stored() == .trusted(repository.rootFile(1)))
        try FileManager.default.removeItem(atPath: path)
        #expect(try stored() == .missing)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        #expect(try stored() == .damaged(.damaged(path: path, reason: "it is a folder")))
        try FileManager.default.removeItem(atPath: path)
        try Data(repeating: 0x20, count: fixture.limits.longestRoot + 1).write(to: URL(fileURLWithPath: path))
        let length = fixture.limits.longestRoot
        #expect(try stored() == .damaged(.damaged(path: path, reason: "it is longer than \(length) bytes")))
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "root.json")
        let refusal = TUFRefusal.storage(path: path, reason: "Too many levels of symbolic links")
        #expect(throws: refusal) { try stored() }
        #expect(await ClientFixture.refusal { try await fixture.client().refresh() } == refusal)
    }

    @Test func timeStandsStillDuringARefreshAndMovesBetween() async throws {
        var repository = try TestRepository()
        repository.timestamp.expires = TestRepository.now.adding(seconds: 7 * 86_400)
        try repository.publishTimestamp()
        let fixture = try ClientFixture(repository)
        try await fixture.client().refresh()
        fixture.now = TestRepository.now.adding(seconds: 18 * 86_400)
        let refusal = await ClientFixture.refusal { try await fixture.client().refresh() }
        #expect(refusal == .expired(file: "timestamp", expires: repository.timestamp.expires, at: fixture.now))
        repository.timestamp.expires = TestRepository.now.adding(seconds: 21 * 86_400)
        try repository.publish()
        try await fixture.refresh(repository)
        #expect(fixture.versions == ["root": 1, "timestamp": 3, "snapshot": 2, "targets": 2])
    }

    @Test(arguments: ["?", "#", "/role", "../role", "..", ".", "a b", "é", "100%", "1.root"])
    func aRoleOfAnyNameIsOneFile(name: String) async throws {
        var repository = try TestRepository()
        repository.delegate(to: name)
        try repository.publish()
        let encoded = name == "." || name == ".." || name == "1.root" ? name : Self.encoded(name)
        repository.files["1.\(encoded).json"] = repository.file(name, 1)
        let fixture = try ClientFixture(repository)
        let client = fixture.client()
        try await client.refresh()
        let refusal = await ClientFixture.refusal { _ = try await client.target(named: "nothing") }
        #expect(refusal == .unknownTarget("nothing"))
        #expect(await fixture.mirror.asked.last == "1.\(encoded).json")
        #expect(fixture.versions.count == 5)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: fixture.folder).sorted() == ["metadata", "targets"])
    }

    static func encoded(_ name: String) -> String {
        name.addingPercentEncoding(
            withAllowedCharacters: .alphanumerics.intersection(.init(charactersIn: "a"..."z"))
                .union(.init(charactersIn: "0123456789.-_~"))) ?? ""
    }

    @Test func aRoleWhoseNameIsTooLongForAFileIsRefused() async throws {
        var repository = try TestRepository()
        let name = String(repeating: "r", count: 300)
        repository.delegate(to: name)
        try repository.publish()
        let client = try ClientFixture(repository).client()
        try await client.refresh()
        let refusal = await ClientFixture.refusal { _ = try await client.target(named: "nothing") }
        #expect(refusal == .unsafeName(name))
    }

    @Test func beforeARefreshThereIsNothingToAsk() async throws {
        let client = try ClientFixture(try TestRepository()).client()
        let refusal = await ClientFixture.refusal { _ = try await client.target(named: "x") }
        #expect(refusal == .outOfOrder(needs: "a refresh"))
    }

    @Test func aSearchThatARefreshOvertakesDoesNotBringTheOldBack() async throws {
        var repository = try TestRepository()
        repository.delegate(to: "A")
        try repository.publish()
        let fixture = try ClientFixture(repository)
        let client = fixture.client()
        try await client.refresh()
        await fixture.mirror.hold("1.A.json")
        let search = Task { try await client.target(named: "x") }
        await fixture.mirror.someoneWaits()
        try repository.publish()
        await fixture.mirror.serve(repository)
        try await client.refresh()
        await fixture.mirror.release()
        await #expect(throws: TUFRefusal.unknownTarget("x")) { try await search.value }
        #expect(await client.targets?.version == 3)
    }
}
