import TUF
import Testing

/// Metadata that somebody has changed: it is refused, and nothing crashes. The seed of a failing case is its argument.
@Suite struct HostileBytesTests {
    static func mutated(_ bytes: [UInt8], by generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        let pieces = [
            "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "null", "true", "1e9", "\\u0000", "\\ud800", "é",
        ]
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let at = Int.random(in: 0...bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.insert(contentsOf: Array(pieces.randomElement(using: &generator)?.utf8 ?? "".utf8), at: at)
            case 2: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...40, using: &generator)))
            case 3: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 60)], at: at)
            default: bytes.removeSubrange(at...)
            }
            if bytes.isEmpty { break }
        }
        return bytes
    }

    @Test(arguments: 0..<40)
    func changedFilesAreRefusedOrSayTheSame(seed: UInt64) throws {
        var repository = try TestRepository()
        repository.hashesFiles = false
        repository.add("content", as: "a/b")
        repository.delegate(to: "r")
        try repository.publish()
        let trusted = try repository.trusted()
        let delegator = TrustedMetadata.Delegator(
            name: "targets", delegations: try #require(repository.targets.delegations))
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            try hold(repository.rootFile(1), &generator) { bytes in
                try TrustedMetadata(root: bytes, at: TestRepository.now).root.signedBytes
            }
            try hold(repository.files["timestamp.json"] ?? [], &generator) { bytes in
                var fresh = try TrustedMetadata(root: repository.rootFile(1), at: TestRepository.now)
                try fresh.endRoots()
                _ = try fresh.update(timestamp: bytes)
                return fresh.timestamp?.signedBytes
            }
            try hold(repository.file("snapshot", 2), &generator) { bytes in
                var copy = trusted
                try copy.update(snapshot: bytes)
                return copy.snapshot?.signedBytes
            }
            try hold(repository.file("targets", 2), &generator) { bytes in
                var copy = trusted
                try copy.update(targets: bytes)
                return copy.targets().map { Metadata($0).signedBytes }
            }
            try hold(repository.file("r", 1), &generator) { bytes in
                var copy = trusted
                try copy.update(targets: bytes, role: "r", delegatedBy: delegator)
                return copy.targets("r", delegatedBy: "targets").map { Metadata($0).signedBytes }
            }
        }
    }

    /// Whatever is accepted is what was signed.
    private func hold(
        _ bytes: [UInt8], _ generator: inout SeededGenerator, _ accepted: ([UInt8]) throws -> [UInt8]?
    ) throws {
        let changed = Self.mutated(bytes, by: &generator)
        do {
            let signed = try JSONValue(bytes: bytes)["signed"]?.canonicalBytes
            #expect(try accepted(changed) == signed)
        } catch is TUFRefusal {}
    }

    @Test(arguments: 0..<20)
    func noisyKeysAndNamesDoNoHarm(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let noise = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let text = String(decoding: noise, as: UTF8.self)
            #expect((try? SigningKey(pem: "-----BEGIN PRIVATE KEY-----\n\(text)\n-----END PRIVATE KEY-----")) == nil)
            #expect((try? PublicKey(pem: text)) == nil)
            _ = UTCTime(text)
            _ = try? JSONValue(bytes: noise)
            let role = DelegatedRole(
                name: "r", keys: RoleKeys(keyIDs: [], threshold: 1), scope: .paths([text, "*\(text)?"]))
            _ = role.isTrusted(withTarget: text)
        }
    }
}
