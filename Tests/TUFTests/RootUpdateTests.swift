import TUF
import Testing

@Suite struct RootUpdateTests {
    private func started(_ repository: TestRepository) throws -> TrustedMetadata {
        try TrustedMetadata(root: repository.rootFile(1), at: TestRepository.now)
    }

    @Test func theRootToBeginWithMustBeSignedByItself() throws {
        let repository = try TestRepository()
        let unsigned = Metadata(repository.root).bytes
        #expect(throws: TUFRefusal.tooFewSignatures(file: "root", valid: 0, threshold: 1, by: "itself")) {
            try TrustedMetadata(root: unsigned, at: TestRepository.now)
        }
    }

    @Test func rootsAreFollowedStepByStep() throws {
        var repository = try TestRepository()
        for _ in 0..<3 {
            let old = repository.keys[.root] ?? []
            repository.setKeys([SigningKey(generating: .p256)], for: .root)
            try repository.publishRoot(alsoBy: old)
        }
        var trusted = try started(repository)
        for version in 2...4 {
            let outcome = try trusted.update(root: repository.rootFile(version))
            #expect(outcome == .accepted(forgetsTimestampAndSnapshot: false))
        }
        #expect(trusted.root.signed == repository.root)
    }

    @Test func aMissingLinkIsRefused() throws {
        var repository = try TestRepository()
        try repository.publishRoot()
        try repository.publishRoot()
        var trusted = try started(repository)
        #expect(throws: TUFRefusal.wrongVersion(file: "root", found: 3, expected: 2)) {
            try trusted.update(root: repository.rootFile(3))
        }
        #expect(trusted.root.signed.version == 1)
    }

    @Test func theOldKeysMustHaveSigned() throws {
        var repository = try TestRepository()
        let old = (0..<3).map { _ in SigningKey(generating: .ed25519) }
        repository.setKeys(old, for: .root, threshold: 2)
        try repository.publishRoot(alsoBy: [])
        let start = try TestRepository.signed(repository.root, by: old).bytes
        var trusted = try TrustedMetadata(root: start, at: TestRepository.now)
        repository.setKeys([SigningKey(generating: .ed25519)], for: .root)
        try repository.publishRoot(alsoBy: [old[0]])
        let version = repository.root.version
        #expect(throws: TUFRefusal.tooFewSignatures(file: "root", valid: 1, threshold: 2, by: "root \(version - 1)")) {
            try trusted.update(root: repository.rootFile(version))
        }
    }

    @Test func theNewKeysMustHaveSigned() throws {
        var repository = try TestRepository()
        let old = repository.keys[.root] ?? []
        let new = (0..<2).map { _ in SigningKey(generating: .ed25519) }
        repository.setKeys(new, for: .root, threshold: 2)
        repository.keys[.root] = [new[0]]
        try repository.publishRoot(alsoBy: old)
        var trusted = try started(repository)
        #expect(throws: TUFRefusal.tooFewSignatures(file: "root", valid: 1, threshold: 2, by: "itself")) {
            try trusted.update(root: repository.rootFile(2))
        }
    }

    @Test func anOlderRootIsRefusedAndTheSameIgnored() throws {
        var repository = try TestRepository()
        try repository.publishRoot()
        var trusted = try started(repository)
        _ = try trusted.update(root: repository.rootFile(2))
        #expect(try trusted.update(root: repository.rootFile(2)) == .sameVersion)
        #expect(throws: TUFRefusal.rollback(file: "root", found: 1, trusted: 2)) {
            try trusted.update(root: repository.rootFile(1))
        }
    }

    @Test func onlyTheLastRootMayNotHaveExpired() throws {
        var repository = try TestRepository()
        let past = TestRepository.now
        repository.root.expires = past
        try repository.publishRoot()
        var trusted = try started(repository)
        _ = try trusted.update(root: repository.rootFile(2))
        #expect(throws: TUFRefusal.expired(file: "root", expires: past, at: past)) { try trusted.endRoots() }
        #expect(throws: TUFRefusal.outOfOrder(needs: "the newest root")) { try trusted.update(timestamp: []) }
        repository.root.expires = TestRepository.nextYear
        try repository.publishRoot()
        _ = try trusted.update(root: repository.rootFile(3))
        try trusted.endRoots()
        #expect(throws: TUFRefusal.outOfOrder(needs: "a new refresh")) {
            try trusted.update(root: repository.rootFile(3))
        }
    }

    @Test(arguments: [Root.RoleName.timestamp, .snapshot])
    func newKeysOfTimestampOrSnapshotForgetBoth(role: Root.RoleName) throws {
        var repository = try TestRepository()
        repository.setKeys([SigningKey(generating: .ed25519)], for: role)
        try repository.publishRoot()
        var trusted = try started(repository)
        #expect(try trusted.update(root: repository.rootFile(2)) == .accepted(forgetsTimestampAndSnapshot: true))
    }

    @Test func aRootOfAnotherSpecificationIsRefused() throws {
        var repository = try TestRepository()
        repository.root.header.specVersion = "2.0.0"
        try repository.publishRoot()
        var trusted = try started(repository)
        #expect(throws: TUFRefusal.unsupportedSpecification(file: "root", version: "2.0.0")) {
            try trusted.update(root: repository.rootFile(2))
        }
    }
}
