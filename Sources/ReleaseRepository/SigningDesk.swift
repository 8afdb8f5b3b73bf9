import Foundation
import TUF

/// Signs one file, on a machine that needs to have nothing but that and a key; says before what is signed.
public struct SigningDesk: Sendable {
    /// A file of any of the four roles.
    enum Content: Sendable {
        case root(RootFile)
        case targets(TargetsFile)
        case snapshot(SnapshotFile)
        case timestamp(TimestampFile)
    }

    let file: String
    let role: RepositoryRole
    let content: Content
    /// Roots that say whose signatures count; none: none is at hand.
    let roots: [Root]

    /// Reads the file, and the root beside it.
    /// - Parameter root: A root that is trusted on this machine; nil: the one in `../metadata`, if there is one.
    /// - Throws: If the file is no metadata of one of the four roles.
    public init(file: String, root: String?) throws(RepositoryRefusal) {
        self.file = file
        guard let bytes = try DurableFile.read(file, atMost: RepositoryRole.targets.mostBytes) else {
            throw RepositoryRefusal("\(file) is missing", remedy: "name a file such as tuf/staged/targets.json")
        }
        guard let type = (try? JSONValue(bytes: bytes))?["signed"]?["_type"]?.string,
            let role = RepositoryRole(rawValue: type)
        else {
            throw RepositoryRefusal(
                "\(file) is no root, targets, snapshot or timestamp of The Update Framework",
                remedy: "name a file such as tuf/staged/targets.json")
        }
        self.role = role
        do throws(TUFRefusal) {
            content = try Self.content(bytes, role)
        } catch {
            throw RepositoryRefusal("\(file): \(error.reason)", remedy: "fetch the file anew from where it was staged")
        }
        roots = try Self.roots(beside: file, root, content)
    }

    private static func content(_ bytes: [UInt8], _ role: RepositoryRole) throws(TUFRefusal) -> Content {
        switch role {
        case .root: .root(try RootFile(bytes: bytes))
        case .targets: .targets(try TargetsFile(bytes: bytes))
        case .snapshot: .snapshot(try SnapshotFile(bytes: bytes))
        case .timestamp: .timestamp(try TimestampFile(bytes: bytes))
        }
    }

    /// The roots by which a file may be signed: the published one, and one that is staged beside it or is the file itself.
    private static func roots(beside file: String, _ named: String?, _ content: Content) throws(RepositoryRefusal)
        -> [Root]
    {
        var roots: [Root] = []
        if let named {
            guard let root: RootFile = try RepositoryFolder.read(named, .root) else {
                throw RepositoryRefusal("\(named) is missing", remedy: "name a root, such as metadata/1.root.json")
            }
            roots.append(root.signed)
        } else {
            let folder = DurableFile.folder(of: file)
            roots += try newestRoot(in: "\(folder)/../metadata").map { [$0] } ?? []
            let staged: RootFile? = (try? RepositoryFolder.read("\(folder)/root.json", .root)) ?? nil
            if case .root = content {} else if let staged { roots.append(staged.signed) }
        }
        if case .root(let own) = content { roots.append(own.signed) }
        return roots
    }

    private static func newestRoot(in folder: String) throws(RepositoryRefusal) -> Root? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let newest = names.compactMap { PublishedName($0) }.filter { $0.role == .root }.map(\.version).max()
        guard let newest else { return nil }
        let root: RootFile? = try RepositoryFolder.read("\(folder)/\(newest).root.json", .root)
        return root?.signed
    }

    // MARK: - What is signed

    /// What the file says, in lines that a person can check.
    public var summary: [String] {
        switch content {
        case .root(let file):
            head(file) + Self.lines(file.signed, before: roots.first { $0.version < file.signed.version })
        case .targets(let file): head(file) + Self.lines(file.signed)
        case .snapshot(let file):
            head(file) + file.signed.files.sorted { $0.key < $1.key }.map { "  \($0) \($1.version)" }
        case .timestamp(let file): head(file) + ["  snapshot \(file.signed.snapshot.version)"]
        }
    }

    private func head<Role: SignedRole>(_ file: Metadata<Role>) -> [String] {
        [
            "\(role) \(file.signed.version), counts until \(file.signed.expires); signatures so far: "
                + "\(file.signatures.count)",
            "digest of what is signed: \(Hashes(of: file.signedBytes).sha256 ?? "")",
        ]
    }

    private static func lines(_ root: Root, before: Root?) -> [String] {
        let roles = RepositoryRole.allCases.map { role in
            let keys = root[role.name]
            let ids = keys.keyIDs.map { "\($0.prefix(KeyNote.shortLength))" }.joined(separator: " ")
            return "  \(role): \(keys.threshold) of \(KeyNote.count(keys.keyIDs.count)): \(ids)"
        }
        return roles + (before.map { RootDifference($0, root).lines } ?? [])
    }

    private static func lines(_ targets: Targets) -> [String] {
        targets.targets.sorted { $0.key < $1.key }.flatMap { path, target in
            let from = target.custom?[ReleaseTargets.rollbackFrom]?.array?.compactMap(\.string) ?? []
            let line = "  \(path): \(target.length) bytes, SHA-256 \(target.hashes.sha256 ?? "unknown")"
            return [line] + (from.isEmpty ? [] : ["    may be gone back to from \(from.joined(separator: ", "))"])
        }
    }

    // MARK: - Signing

    /// Adds the signature of a key to the file.
    ///
    /// - Returns: What was done, in lines for people.
    /// - Throws: If a root is at hand by which the key has nothing to say in this role; nothing is signed then.
    public func sign(keyFile: String) throws(RepositoryRefusal) -> [String] {
        let key = try KeyFolder.read(keyFile), id = key.publicKey.keyID
        let listed = roots.compactMap { Signers(role, of: $0).id(of: key.publicKey) }.first
        guard roots.isEmpty || listed != nil else {
            throw RepositoryRefusal(
                "\(keyFile) is the key \(id.prefix(KeyNote.shortLength)), which is no key of \(role) by "
                    + roots.map { "root \($0.version)" }.joined(separator: " or "),
                remedy: "name a key of \(role): `muster key list` shows them")
        }
        switch content {
        case .root(let file): try write(file, key, listed ?? id)
        case .targets(let file): try write(file, key, listed ?? id)
        case .snapshot(let file): try write(file, key, listed ?? id)
        case .timestamp(let file): try write(file, key, listed ?? id)
        }
        return ["signed by \(id.prefix(KeyNote.shortLength)): \(file)"]
            + (roots.isEmpty ? ["no root was at hand, so that nobody has compared the key with its role (--root)"] : [])
    }

    private func write<Role: SignedRole>(
        _ unsigned: Metadata<Role>, _ key: SigningKey, _ id: String
    ) throws(RepositoryRefusal) {
        var signed = unsigned
        try signed.add(key, as: id)
        try DurableFile.replace(file, with: signed.bytes, mode: 0o666)
    }
}
