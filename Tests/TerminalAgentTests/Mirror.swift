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
    /// Those of the first root, and those of the second.
    private let keys = (0..<2).map { _ in (0..<4).map { _ in SigningKey(generating: .ed25519) } }

    /// Publishes these targets, by metadata that ends in so many seconds, with the keys of the first root, or of a second one
    /// that takes all of them back; gives the first.
    func publish(
        _ targets: [String: TargetFile], version: Int, endsIn seconds: Int = 86_400, rotated: Bool = false
    ) throws -> [UInt8] {
        let header = RoleHeader(version: version, expires: UTCTime.now.adding(seconds: seconds))
        let keys = self.keys[rotated ? 1 : 0]
        func signed(_ role: some SignedRole, _ index: Int) throws -> [UInt8] { try self.signed(role, [keys[index]]) }
        let rootBytes = try self.signed(root(1), [self.keys[0][0]])
        let targetBytes = try signed(Targets(header: header, targets: targets), 1)
        let meta = MetaFile(version: version, length: targetBytes.count, hashes: Hashes(of: targetBytes))
        let snapshot = try signed(Snapshot(header: header, files: ["targets.json": meta]), 2)
        let newest = MetaFile(version: version, length: snapshot.count, hashes: Hashes(of: snapshot))
        let timestamp = try signed(Timestamp(header: header, snapshot: newest), 3)
        let second = try self.signed(root(2), self.keys.map { $0[0] })
        files.withLock {
            $0 = [
                "1.root.json": rootBytes, "\(version).targets.json": targetBytes,
                "\(version).snapshot.json": snapshot, "timestamp.json": timestamp,
            ]
            if rotated { $0["2.root.json"] = second }
        }
        return rootBytes
    }

    private func root(_ version: Int) -> Root {
        let keys = self.keys[version - 1]
        func role(_ index: Int) -> RoleKeys { RoleKeys(keyIDs: [keys[index].publicKey.keyID], threshold: 1) }
        return Root(
            header: RoleHeader(version: version, expires: UTCTime.now.adding(seconds: 86_400)),
            keys: Dictionary(keys.map { ($0.publicKey.keyID, $0.publicKey) }) { first, _ in first },
            root: role(0), targets: role(1), snapshot: role(2), timestamp: role(3))
    }

    private func signed(_ role: some SignedRole, _ keys: [SigningKey]) throws -> [UInt8] {
        var file = Metadata(role)
        for key in keys { try file.sign(with: key) }
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
