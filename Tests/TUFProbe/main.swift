// Writes a repository by the room TUF into a folder, for other clients of TUF to read: root through two rotations, keys
// of the kind that is asked for, a delegation and two targets.
//
//   TUFProbe FOLDER ed25519|ecdsa-p256|PEM-FILE

import Foundation
import TUF

struct Repository {
    let folder: String
    let makeKey: () throws -> SigningKey
    let expires = UTCTime.now.adding(seconds: 30 * 86_400)

    func write(_ bytes: [UInt8], to path: String) throws {
        let url = URL(fileURLWithPath: "\(folder)/\(path)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func header(_ version: Int) -> RoleHeader { RoleHeader(version: version, expires: expires) }

    func signed<Role: SignedRole>(_ role: Role, by signers: [SigningKey]) throws -> [UInt8] {
        var file = Metadata(role)
        for signer in signers { try file.sign(with: signer) }
        return file.bytes
    }

    func held(by signer: SigningKey) -> RoleKeys { RoleKeys(keyIDs: [signer.publicKey.keyID], threshold: 1) }

    /// Three roots, each of which has another root key.
    func writeRoots(targets: SigningKey, snapshot: SigningKey, timestamp: SigningKey) throws {
        var former: [SigningKey] = []
        for version in 1...3 {
            let key = try version == 1 ? makeKey() : SigningKey(generating: .ed25519)
            let listed = [key, targets, snapshot, timestamp].map(\.publicKey)
            let keys = Dictionary(listed.map { ($0.keyID, $0) }, uniquingKeysWith: { first, _ in first })
            let root = Root(
                header: header(version), keys: keys, root: held(by: key), targets: held(by: targets),
                snapshot: held(by: snapshot), timestamp: held(by: timestamp))
            try write(signed(root, by: [key] + former), to: "metadata/\(version).root.json")
            former = [key]
        }
    }

    func target(_ name: String, _ content: String) throws -> (String, TargetFile) {
        let bytes = Array(content.utf8)
        let file = TargetFile(length: bytes.count, hashes: Hashes(of: bytes), custom: ["note": "line\nbreak é"])
        let (parent, last) =
            (name as NSString).deletingLastPathComponent.isEmpty
            ? ("", name) : ((name as NSString).deletingLastPathComponent + "/", (name as NSString).lastPathComponent)
        try write(bytes, to: "targets/\(parent)\(file.hashes.byAlgorithm["sha256"] ?? "").\(last)")
        return (name, file)
    }

    func writeTargets(by key: SigningKey) throws -> [String: MetaFile] {
        let vendor = try makeKey()
        let role = DelegatedRole(name: "vendor", keys: held(by: vendor), scope: .paths(["vendor/*"]))
        let targets = Targets(
            header: header(1), targets: Dictionary(uniqueKeysWithValues: [try target("till.bin", "the till")]),
            delegations: Delegations(keys: [vendor.publicKey.keyID: vendor.publicKey], roles: [role]))
        let delegated = Targets(
            header: header(1), targets: Dictionary(uniqueKeysWithValues: [try target("vendor/driver", "the driver")]))
        var files: [String: MetaFile] = [:]
        for (name, bytes) in [
            ("targets", try signed(targets, by: [key])), ("vendor", try signed(delegated, by: [vendor])),
        ] {
            try write(bytes, to: "metadata/1.\(name).json")
            files["\(name).json"] = MetaFile(version: 1, length: bytes.count, hashes: Hashes(of: bytes))
        }
        return files
    }

    func write() throws {
        let (targets, snapshot, timestamp) = (try makeKey(), try makeKey(), try makeKey())
        try writeRoots(targets: targets, snapshot: snapshot, timestamp: timestamp)
        let files = try writeTargets(by: targets)
        let named = try signed(Snapshot(header: header(1), files: files), by: [snapshot])
        try write(named, to: "metadata/1.snapshot.json")
        let newest = MetaFile(version: 1, length: named.count, hashes: Hashes(of: named))
        let stamp = Timestamp(header: header(1), snapshot: newest)
        try write(signed(stamp, by: [timestamp]), to: "metadata/timestamp.json")
    }
}

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
    FileHandle.standardError.write(Data("usage: TUFProbe FOLDER ed25519|ecdsa-p256|PEM-FILE\n".utf8))
    exit(2)
}
let makeKey: () throws -> SigningKey =
    if let kind = SigningKey.Kind(rawValue: arguments[2]) {
        { SigningKey(generating: kind) }
    } else {
        { try SigningKey(pem: String(contentsOfFile: arguments[2], encoding: .utf8)) }
    }
try Repository(folder: arguments[1], makeKey: makeKey).write()
