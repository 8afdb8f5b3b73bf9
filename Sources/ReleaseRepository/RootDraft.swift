import FleetCore
import TUF

/// The next version of the root, while keys come and go. It grows on what is staged, so that several changes are one
/// version, and are signed once.
struct RootDraft {
    /// The most keys of one role.
    static let mostKeys = 100

    private(set) var root: Root
    /// The last one that was published; nil: this is the first.
    let published: RootFile?
    /// Whether others had signed what was staged before.
    let hadSignatures: Bool

    /// A draft on what is staged, or on what is published, or of a new repository.
    init(_ folder: RepositoryFolder, published: RootFile?, now: Moment) throws(RepositoryRefusal) {
        self.published = published
        let version = (published?.signed.version ?? 0) + 1
        let staged: RootFile? = try folder.staged(.root)
        if let staged, staged.signed.version == version {
            root = staged.signed
            hadSignatures = !staged.signatures.isEmpty
        } else {
            root = published?.signed ?? Self.empty(now)
            hadSignatures = false
        }
        root.version = version
    }

    private static func empty(_ now: Moment) -> Root {
        let none = RoleKeys(keyIDs: [], threshold: 1)
        return Root(
            header: RoleHeader(version: 1, expires: UTCTime(now)), keys: [:], root: none, targets: none,
            snapshot: none, timestamp: none)
    }

    // MARK: - Changes

    /// Adds a key to a role.
    mutating func add(_ key: PublicKey, to role: RepositoryRole) throws(RepositoryRefusal) {
        guard key.isUsable else {
            throw RepositoryRefusal("a key of \(key.keyType) cannot be used", remedy: "use Ed25519, P-256 or RSA")
        }
        let id = key.keyID
        guard !root[role.name].keyIDs.contains(id) else {
            throw RepositoryRefusal("\(role) has the key \(id) already", remedy: "`muster key list` shows all")
        }
        guard root[role.name].keyIDs.count < Self.mostKeys else {
            throw RepositoryRefusal("\(role) has \(Self.mostKeys) keys already", remedy: "revoke what nobody uses")
        }
        root.keys[id] = key
        root[role.name].keyIDs.append(id)
    }

    /// Takes a key from a role, and from the root if no other role has it.
    mutating func remove(_ id: String, from role: RepositoryRole) {
        root[role.name].keyIDs.removeAll { $0 == id }
        if !RepositoryRole.allCases.contains(where: { root[$0.name].keyIDs.contains(id) }) { root.keys[id] = nil }
    }

    /// Says how many of a role's keys have to sign.
    mutating func require(_ threshold: Int, of role: RepositoryRole) { root[role.name].threshold = threshold }

    /// Refuses a role of which not enough keys are left.
    func expectEnough(_ role: RepositoryRole) throws(RepositoryRefusal) {
        let keys = root[role.name]
        guard keys.keyIDs.count < keys.threshold else { return }
        throw RepositoryRefusal(
            "\(role) would have \(KeyNote.count(keys.keyIDs.count)), of which \(keys.threshold) have to sign",
            remedy: "add keys first (`muster key new`), replace one (`muster key rotate`), or lower --threshold")
    }

    // MARK: - Which key is meant

    /// The roles that have a key that begins so, and its id.
    ///
    /// - Throws: If none has, or several keys begin so.
    func find(_ text: String) throws(RepositoryRefusal) -> (id: String, roles: [RepositoryRole]) {
        let ids = Set(RepositoryRole.allCases.flatMap { root[$0.name].keyIDs }).filter {
            $0.hasPrefix(text.lowercased()) && !text.isEmpty
        }
        guard let id = ids.first, ids.count == 1 else {
            throw RepositoryRefusal(
                ids.isEmpty ? "no role has a key \(text)" : "\(ids.count) keys begin with \(text)",
                remedy: "`muster key list` shows the keys of all roles")
        }
        return (id, RepositoryRole.allCases.filter { root[$0.name].keyIDs.contains(id) })
    }

    // MARK: - The file

    /// The file with the signatures of the keys that are at hand.
    func file(_ held: HeldKeys, settings: RepositorySettings, now: Moment) throws(RepositoryRefusal) -> RootFile {
        var root = root
        root.header = RoleHeader(version: root.version, madeAt: now, for: settings[.root])
        var file = RootFile(root)
        for signers in Self.signers(of: file, after: published) { try signers.sign(&file, held) }
        return file
    }

    /// Who has to sign a root: the keys of the one before it, and its own.
    static func signers(of file: RootFile, after published: RootFile?) -> [Signers] {
        [published?.signed, file.signed].compactMap { $0 }.map { Signers(.root, of: $0) }
    }
}
