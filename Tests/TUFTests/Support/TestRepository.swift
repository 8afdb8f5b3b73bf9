import TUF

/// A repository that is made in the test: keys, roles, and the files that a mirror would serve.
struct TestRepository {
    static let now = UTCTime(secondsSinceEpoch: 1_900_000_000)
    static let nextYear = now.adding(seconds: 365 * 86_400)

    var keys: [Root.RoleName: [SigningKey]] = [:]
    var root: Root
    var targets = Targets(header: header(0), targets: [:])
    var snapshot = Snapshot(header: header(0), files: [:])
    var timestamp = Timestamp(header: header(0), snapshot: MetaFile(version: 1))
    var delegated: [String: (role: Targets, keys: [SigningKey])] = [:]
    /// Whether snapshot and timestamp carry hashes and lengths.
    var hashesFiles = false
    /// What a mirror serves, by path.
    var files: [String: [UInt8]] = [:]
    var targetFiles: [String: [UInt8]] = [:]

    static func header(_ version: Int, expires: UTCTime = nextYear) -> RoleHeader {
        RoleHeader(version: version, expires: expires)
    }

    init(consistentSnapshot: Bool = true) throws {
        let nobody = RoleKeys(keyIDs: [], threshold: 1)
        root = Root(
            header: Self.header(0), consistentSnapshot: consistentSnapshot, keys: [:], root: nobody, targets: nobody,
            snapshot: nobody, timestamp: nobody)
        for role in Root.RoleName.allCases { setKeys([SigningKey(generating: .ed25519)], for: role) }
        try publishRoot()
        try publish()
    }

    mutating func setKeys(_ signers: [SigningKey], for role: Root.RoleName, threshold: Int = 1) {
        keys[role] = signers
        root[role] = RoleKeys(keyIDs: signers.map(\.publicKey.keyID), threshold: threshold)
        for signer in signers { root.keys[signer.publicKey.keyID] = signer.publicKey }
    }

    static func signed<Role>(_ role: Role, by signers: [SigningKey]) throws -> Metadata<Role> {
        var file = Metadata(role)
        for signer in signers { try file.sign(with: signer) }
        return file
    }

    /// The next version of root, signed by its own keys and those given.
    mutating func publishRoot(alsoBy others: [SigningKey] = []) throws {
        root.version += 1
        files["\(root.version).root.json"] = try Self.signed(root, by: (keys[.root] ?? []) + others).bytes
    }

    /// The next versions of all other roles.
    mutating func publish() throws {
        try publishTargets()
        try publishSnapshot()
        try publishTimestamp()
    }

    mutating func publishTargets() throws {
        targets.version += 1
        try put(Self.signed(targets, by: keys[.targets] ?? []).bytes, role: "targets", version: targets.version)
        for (name, entry) in delegated {
            delegated[name]?.role.version += 1
            var role = entry.role
            role.version += 1
            try put(Self.signed(role, by: entry.keys).bytes, role: name, version: role.version)
        }
    }

    mutating func put(_ bytes: [UInt8], role: String, version: Int) throws {
        files[path(role, version)] = bytes
        snapshot[role: role] = metaFile(bytes, version: version)
    }

    mutating func publishSnapshot() throws {
        snapshot.version += 1
        let bytes = try Self.signed(snapshot, by: keys[.snapshot] ?? []).bytes
        files[path("snapshot", snapshot.version)] = bytes
        timestamp.snapshot = metaFile(bytes, version: snapshot.version)
    }

    mutating func publishTimestamp() throws {
        timestamp.version += 1
        files["timestamp.json"] = try Self.signed(timestamp, by: keys[.timestamp] ?? []).bytes
    }

    private func metaFile(_ bytes: [UInt8], version: Int) -> MetaFile {
        guard hashesFiles else { return MetaFile(version: version) }
        return MetaFile(version: version, length: bytes.count, hashes: Hashes(of: bytes))
    }

    func path(_ role: String, _ version: Int) -> String {
        root.consistentSnapshot ? "\(version).\(role).json" : "\(role).json"
    }

    func file(_ role: String, _ version: Int) -> [UInt8] { files[path(role, version)] ?? [] }

    func rootFile(_ version: Int) -> [UInt8] { files["\(version).root.json"] ?? [] }
}

extension TestRepository {
    /// Adds a target to the targets role, or to one that it trusts.
    mutating func add(_ content: String, as name: String, to role: String = "targets") {
        let bytes = Array(content.utf8)
        let file = TargetFile(length: bytes.count, hashes: Hashes(of: bytes))
        if role == "targets" { targets.targets[name] = file } else { delegated[role]?.role.targets[name] = file }
        let digest = file.hashes.byAlgorithm["sha256"] ?? ""
        let folder = name.split(separator: "/").dropLast().joined(separator: "/")
        let last = name.split(separator: "/").last.map(String.init) ?? name
        let remote = root.consistentSnapshot ? "\(digest).\(last)" : last
        targetFiles[folder.isEmpty ? remote : "\(folder)/\(remote)"] = bytes
    }

    /// Has one role trust another.
    mutating func delegate(
        from delegator: String = "targets", to name: String, scope: DelegatedRole.Scope = .paths(["*"]),
        isTerminating: Bool = false, keys signers: [SigningKey] = [SigningKey(generating: .ed25519)], threshold: Int = 1
    ) {
        let signers = delegated[name]?.keys ?? signers
        let keys = RoleKeys(keyIDs: signers.map(\.publicKey.keyID), threshold: threshold)
        let role = DelegatedRole(name: name, keys: keys, scope: scope, isTerminating: isTerminating)
        var delegations =
            (delegator == "targets" ? targets : delegated[delegator]?.role)?.delegations
            ?? Delegations(keys: [:], roles: [])
        delegations.roles.append(role)
        for signer in signers { delegations.keys[signer.publicKey.keyID] = signer.publicKey }
        if delegator == "targets" {
            targets.delegations = delegations
        } else {
            delegated[delegator]?.role.delegations = delegations
        }
        if delegated[name] == nil { delegated[name] = (Targets(header: Self.header(0), targets: [:]), signers) }
    }

    /// What a client trusts that has just refreshed.
    func trusted() throws -> TrustedMetadata {
        var trusted = try TrustedMetadata(root: rootFile(1), at: Self.now)
        for version in 2..<(root.version + 1) { _ = try trusted.update(root: rootFile(version)) }
        try trusted.endRoots()
        _ = try trusted.update(timestamp: files["timestamp.json"] ?? [])
        try trusted.update(snapshot: file("snapshot", timestamp.snapshot.version))
        try trusted.update(targets: file("targets", snapshot[role: "targets"]?.version ?? 0))
        return trusted
    }
}
