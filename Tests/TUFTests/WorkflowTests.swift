import TUF
import Testing

/// Timestamp, snapshot and targets by the steps of the specification.
@Suite struct WorkflowTests {
    /// Trusts the root of the repository and nothing else.
    private func rooted(_ repository: TestRepository) throws -> TrustedMetadata {
        var trusted = try TrustedMetadata(root: repository.rootFile(1), at: TestRepository.now)
        try trusted.endRoots()
        return trusted
    }

    private func timestamped(_ repository: TestRepository) throws -> TrustedMetadata {
        var trusted = try rooted(repository)
        _ = try trusted.update(timestamp: repository.files["timestamp.json"] ?? [])
        return trusted
    }

    private func refusal(_ work: () throws(TUFRefusal) -> Void) -> TUFRefusal? {
        do throws(TUFRefusal) {
            try work()
            return nil
        } catch { return error }
    }

    @Test(arguments: [true, false])
    func aWholeRepositoryIsTrusted(hashesFiles: Bool) throws {
        var repository = try TestRepository()
        repository.hashesFiles = hashesFiles
        repository.add("content", as: "a/b.bin")
        try repository.publish()
        let trusted = try repository.trusted()
        #expect(trusted.targets() == repository.targets)
        #expect(trusted.snapshot?.signed == repository.snapshot)
        #expect(trusted.timestamp?.signed == repository.timestamp)
    }

    @Test func aTimestampOfStrangersIsRefused() throws {
        var repository = try TestRepository()
        repository.keys[.timestamp] = [SigningKey(generating: .ed25519)]
        try repository.publishTimestamp()
        let refusal = refusal { () throws(TUFRefusal) in
            guard var trusted = try? rooted(repository) else { return }
            _ = try trusted.update(timestamp: repository.files["timestamp.json"] ?? [])
        }
        #expect(refusal == .tooFewSignatures(file: "timestamp", valid: 0, threshold: 1, by: "root 1"))
    }

    @Test func anOlderTimestampIsRefusedAndTheSameIgnored() throws {
        var repository = try TestRepository()
        let older = repository.files["timestamp.json"] ?? []
        try repository.publishTimestamp()
        var trusted = try timestamped(repository)
        #expect(throws: TUFRefusal.rollback(file: "timestamp", found: 1, trusted: 2)) {
            try trusted.update(timestamp: older)
        }
        repository.timestamp.version = 1
        repository.timestamp.snapshot.version = 100
        try repository.publishTimestamp()
        #expect(try trusted.update(timestamp: repository.files["timestamp.json"] ?? []) == false)
        #expect(trusted.timestamp?.signed.snapshot.version == 1)
    }

    @Test func aTimestampThatGoesBackToAnOlderSnapshotIsRefused() throws {
        var repository = try TestRepository()
        try repository.publish()
        var trusted = try timestamped(repository)
        repository.timestamp.snapshot.version = 1
        try repository.publishTimestamp()
        #expect(throws: TUFRefusal.rollback(file: "snapshot", found: 1, trusted: 2)) {
            try trusted.update(timestamp: repository.files["timestamp.json"] ?? [])
        }
    }

    @Test func anExpiredTimestampIsRefusedButStillBarsTheWayBack() throws {
        var repository = try TestRepository()
        let now = TestRepository.now
        repository.timestamp.expires = now
        try repository.publishTimestamp()
        let expired = repository.files["timestamp.json"] ?? []
        var trusted = try rooted(repository)
        #expect(throws: TUFRefusal.expired(file: "timestamp", expires: now, at: now)) {
            try trusted.update(timestamp: expired)
        }
        try trusted.restore(timestamp: expired)
        #expect(throws: TUFRefusal.expired(file: "timestamp", expires: now, at: now)) {
            try trusted.update(timestamp: expired)
        }
        #expect(throws: TUFRefusal.expired(file: "timestamp", expires: now, at: now)) { try trusted.snapshotToTrust() }
        repository.timestamp.version = 0
        repository.timestamp.expires = TestRepository.nextYear
        try repository.publishTimestamp()
        #expect(throws: TUFRefusal.rollback(file: "timestamp", found: 1, trusted: 2)) {
            try trusted.update(timestamp: repository.files["timestamp.json"] ?? [])
        }
    }

    @Test func theSnapshotMustBeWhatTimestampNames() throws {
        var repository = try TestRepository()
        repository.hashesFiles = true
        try repository.publish()
        var trusted = try timestamped(repository)
        let right = repository.file("snapshot", 2)
        #expect(throws: TUFRefusal.wrongLength(file: "snapshot", found: right.count + 1, expected: right.count)) {
            try trusted.update(snapshot: right + [0x20])
        }
        var changed = right
        changed[changed.count - 2] ^= 1
        #expect(throws: TUFRefusal.wrongHash(file: "snapshot", algorithm: "sha256")) {
            try trusted.update(snapshot: changed)
        }
        try trusted.update(snapshot: right)
    }

    @Test func aSnapshotOfAnotherVersionIsRefused() throws {
        var repository = try TestRepository()
        try repository.publishSnapshot()
        var trusted = try timestamped(repository)
        #expect(throws: TUFRefusal.wrongVersion(file: "snapshot", found: 2, expected: 1)) {
            try trusted.update(snapshot: repository.file("snapshot", 2))
        }
    }

    @Test func aSnapshotMayNotGoBackNorForgetARole() throws {
        var repository = try TestRepository()
        repository.delegate(to: "r")
        try repository.publish()
        let before = repository.file("snapshot", 2)
        let older = repository
        func trustedWithNext(_ change: (inout TestRepository) -> Void) throws -> TrustedMetadata {
            repository = older
            change(&repository)
            try repository.publishSnapshot()
            try repository.publishTimestamp()
            var trusted = try timestamped(repository)
            #expect(try trusted.restore(snapshot: before) == false)
            return trusted
        }
        var trusted = try trustedWithNext { $0.snapshot[role: "targets"]?.version = 1 }
        #expect(throws: TUFRefusal.rollback(file: "targets.json", found: 1, trusted: 2)) {
            try trusted.update(snapshot: repository.file("snapshot", 3))
        }
        trusted = try trustedWithNext { $0.snapshot.files["r.json"] = nil }
        #expect(throws: TUFRefusal.removedFromSnapshot(file: "r.json")) {
            try trusted.update(snapshot: repository.file("snapshot", 3))
        }
        #expect(throws: TUFRefusal.outOfOrder(needs: "a current snapshot")) { try trusted.roleToTrust("targets") }
        trusted = try trustedWithNext { _ in }
        try trusted.update(snapshot: repository.file("snapshot", 3))
    }

    @Test func anExpiredSnapshotIsRefused() throws {
        var repository = try TestRepository()
        repository.snapshot.expires = TestRepository.now
        try repository.publishSnapshot()
        try repository.publishTimestamp()
        var trusted = try timestamped(repository)
        let refusal = TUFRefusal.expired(file: "snapshot", expires: TestRepository.now, at: TestRepository.now)
        #expect(throws: refusal) { try trusted.update(snapshot: repository.file("snapshot", 2)) }
        #expect(try trusted.restore(snapshot: repository.file("snapshot", 2)) == false)
    }

    @Test func targetsMustBeWhatTheSnapshotNames() throws {
        var repository = try TestRepository()
        repository.hashesFiles = true
        try repository.publish()
        var trusted = try timestamped(repository)
        try trusted.update(snapshot: repository.file("snapshot", 2))
        var changed = repository.file("targets", 2)
        changed[changed.count - 2] ^= 1
        #expect(throws: TUFRefusal.wrongHash(file: "targets", algorithm: "sha256")) {
            try trusted.update(targets: changed)
        }
        #expect(throws: TUFRefusal.notInSnapshot(file: "other.json")) { try trusted.update(targets: [], role: "other") }
        #expect(trusted.targets() == nil)
    }

    @Test func targetsOfAnotherVersionAreRefused() throws {
        var repository = try TestRepository()
        repository.snapshot[role: "targets"]?.version = 2
        try repository.publishSnapshot()
        try repository.publishTimestamp()
        var trusted = try timestamped(repository)
        try trusted.update(snapshot: repository.file("snapshot", 2))
        #expect(throws: TUFRefusal.wrongVersion(file: "targets", found: 1, expected: 2)) {
            try trusted.update(targets: repository.file("targets", 1))
        }
    }

    @Test func expiredTargetsAreRefused() throws {
        var repository = try TestRepository()
        repository.targets.expires = TestRepository.now
        try repository.publish()
        #expect(throws: TUFRefusal.expired(file: "targets", expires: TestRepository.now, at: TestRepository.now)) {
            try repository.trusted()
        }
    }

    @Test func aHashOfNoKnownKindProvesNothing() throws {
        var repository = try TestRepository()
        repository.timestamp.snapshot.hashes = Hashes(["md5": "00"])
        try repository.publishTimestamp()
        #expect(throws: TUFRefusal.noKnownHash(file: "snapshot")) { try repository.trusted() }
    }

    @Test func aStoredSnapshotIsCurrentOnlyAsTheOneThatTimestampNames() throws {
        var repository = try TestRepository()
        repository.hashesFiles = true
        try repository.publish()
        let right = repository.file("snapshot", 2)
        var other = repository.snapshot
        other.unrecognized["note"] = "other"
        let twin = try TestRepository.signed(other, by: repository.keys[.snapshot] ?? []).bytes
        var trusted = try timestamped(repository)
        #expect(try trusted.restore(snapshot: twin) == false)
        #expect(throws: TUFRefusal.outOfOrder(needs: "a current snapshot")) { try trusted.roleToTrust("targets") }
        #expect(try trusted.restore(snapshot: right) == true)
        #expect(try trusted.roleToTrust("targets").version == 2)
    }

    @Test func aStoredSnapshotOfStrangersIsRefused() throws {
        let repository = try TestRepository()
        let forged = try TestRepository.signed(repository.snapshot, by: [SigningKey(generating: .ed25519)]).bytes
        var trusted = try timestamped(repository)
        #expect(throws: TUFRefusal.tooFewSignatures(file: "snapshot", valid: 0, threshold: 1, by: "root 1")) {
            try trusted.restore(snapshot: forged)
        }
        #expect(trusted.snapshot == nil)
    }
}
