import Synchronization
import TUF

/// A mirror in memory, with the keys of its repository.
final class Mirror: MetadataSource {
    struct Down: Error {}

    let files = Mutex<[String: [UInt8]]>([:])
    let isDown = Mutex(false)
    /// How many requests from now on fail.
    let failures = Mutex(0)
    /// Whether requests are answered only when nobody waits for them any more.
    let isHolding = Mutex(false)
    private let keys = (0..<4).map { _ in SigningKey(generating: .ed25519) }

    /// Publishes these targets, by metadata that ends in so many seconds; gives the root.
    func publish(_ targets: [String: TargetFile], version: Int, endsIn seconds: Int = 86_400) throws -> [UInt8] {
        let header = RoleHeader(version: version, expires: UTCTime.now.adding(seconds: seconds))
        func role(_ index: Int) -> RoleKeys { RoleKeys(keyIDs: [keys[index].publicKey.keyID], threshold: 1) }
        let root = Root(
            header: RoleHeader(version: 1, expires: UTCTime.now.adding(seconds: 86_400)),
            keys: Dictionary(keys.map { ($0.publicKey.keyID, $0.publicKey) }) { first, _ in first },
            root: role(0), targets: role(1), snapshot: role(2), timestamp: role(3))
        let rootBytes = try signed(root, 0)
        let targetBytes = try signed(Targets(header: header, targets: targets), 1)
        let meta = MetaFile(version: version, length: targetBytes.count, hashes: Hashes(of: targetBytes))
        let snapshot = try signed(Snapshot(header: header, files: ["targets.json": meta]), 2)
        let newest = MetaFile(version: version, length: snapshot.count, hashes: Hashes(of: snapshot))
        let timestamp = try signed(Timestamp(header: header, snapshot: newest), 3)
        files.withLock {
            $0 = [
                "1.root.json": rootBytes, "\(version).targets.json": targetBytes,
                "\(version).snapshot.json": snapshot, "timestamp.json": timestamp,
            ]
        }
        return rootBytes
    }

    private func signed<Role: SignedRole>(_ role: Role, _ key: Int) throws -> [UInt8] {
        var file = Metadata(role)
        try file.sign(with: keys[key])
        return file.bytes
    }

    func bytes(of path: String, atMost limit: Int) async throws -> [UInt8]? {
        let fails = failures.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isHolding.withLock({ $0 }) { try await Task.sleep(for: .seconds(3600)) }
        if fails || isDown.withLock({ $0 }) { throw Down() }
        return files.withLock { $0[path] }
    }
}
