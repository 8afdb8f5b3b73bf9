import TUF

/// The private keys that are at hand, by the ids of their public halves.
typealias HeldKeys = [String: KeyFolder.HeldKey]

/// The keys of a role, and how many of them have to sign.
struct Signers {
    /// What they are called for people: `the targets keys of root 2`.
    let name: String
    private let role: RoleKeys
    private let keys: [String: PublicKey]

    /// Those of a role by a root.
    init(_ role: RepositoryRole, of root: Root) {
        name = "the \(role) keys of root \(root.version)"
        self.role = root[role.name]
        keys = root.keys
    }

    /// Those of the keys that have signed.
    func signed<Role: SignedRole>(_ file: Metadata<Role>) -> [String] { file.signers(among: role, keys: keys) }

    /// Whether enough keys have signed.
    func accept<Role: SignedRole>(_ file: Metadata<Role>) -> Bool {
        signed(file).count >= role.threshold
    }

    /// Whether the keys at hand are enough to sign anew.
    func canSign(with held: HeldKeys) -> Bool {
        role.keyIDs.count { id in keys[id].map { held[$0.keyID] != nil } ?? false } >= role.threshold
    }

    /// Makes sure that published targets are what a root's keys have signed.
    static func expect(_ targets: TargetsFile, by root: Root) throws(RepositoryRefusal) {
        guard !Signers(.targets, of: root).accept(targets) else { return }
        throw RepositoryRefusal(
            "targets \(targets.signed.version) is not signed as root \(root.version) wants it",
            remedy: "`muster release publish` makes it anew")
    }

    /// What a file still needs of these keys; nil: nothing.
    func need<Role: SignedRole>(_ file: Metadata<Role>, _ held: HeldKeys) -> StagedFile.Need? {
        let signed = file.signers(among: role, keys: keys)
        guard signed.count < role.threshold else { return nil }
        return StagedFile.Need(
            name: name, signed: signed.count, threshold: role.threshold,
            unsigned: notes(held).filter { !signed.contains($0.id) })
    }

    /// The keys as people look at them.
    func notes(_ held: HeldKeys) -> [KeyNote] {
        role.keyIDs.map { id in
            KeyNote(
                id: id, kind: keys[id]?.scheme ?? "unknown", file: keys[id].flatMap { held[$0.keyID]?.file })
        }
    }

    /// Signs a file with those of the keys that are at hand and have not signed it.
    /// - Returns: Whether it has a new signature.
    @discardableResult
    func sign<Role: SignedRole>(_ file: inout Metadata<Role>, _ held: HeldKeys) throws(RepositoryRefusal) -> Bool {
        let signed = file.signers(among: role, keys: keys)
        var isNew = false
        for id in role.keyIDs where !signed.contains(id) {
            guard let own = keys[id].flatMap({ held[$0.keyID] }) else { continue }
            try file.add(own.key, as: id)
            isNew = true
        }
        return isNew
    }

    /// The id under which a key is listed; nil: it is not.
    func id(of key: PublicKey) -> String? { role.keyIDs.first { keys[$0]?.keyID == key.keyID } }
}

extension Metadata {
    /// Adds a key's signature.
    mutating func add(_ key: SigningKey, as id: String) throws(RepositoryRefusal) {
        do throws(TUFRefusal) {
            try sign(with: key, as: id)
        } catch {
            throw RepositoryRefusal("the key \(id): \(error.reason)", remedy: error.remedy)
        }
    }
}
