import FleetCore

/// How the keys of a role are to change.
public struct RoleChange: Sendable {
    /// The role.
    public var role: RepositoryRole
    /// Of which kind a key is to be drawn; nil: none is.
    public var drawnKey: KeyKind?
    /// Files with public keys, in PEM, whose private halves are elsewhere.
    public var publicKeys: [String]
    /// A key that goes, by its id or the beginning of it; nil: none does.
    public var removed: String?
    /// How many of the role's keys have to sign; nil: as many as before.
    public var threshold: Int?
    /// For how long the role's metadata counts; nil: as long as before.
    public var period: Duration?

    /// The shortest period: what ends sooner than it can be fetched helps nobody.
    public static let shortestPeriod = Duration.minutes(1)

    /// A change of a role that changes nothing yet.
    public init(
        _ role: RepositoryRole, drawnKey: KeyKind? = nil, publicKeys: [String] = [], removed: String? = nil,
        threshold: Int? = nil, period: Duration? = nil
    ) {
        self.role = role
        self.drawnKey = drawnKey
        self.publicKeys = publicKeys
        self.removed = removed
        self.threshold = threshold
        self.period = period
    }
}

/// The kinds of keys that Muster draws. RSA keys are drawn elsewhere, and added by their public half.
public enum KeyKind: String, CaseIterable, Sendable {
    case ed25519
    case ecdsaP256 = "ecdsa-p256"
}

/// A key of a role, as people look at it.
public struct KeyNote: Hashable, Sendable {
    /// Its id: the SHA-256 of the key as the framework writes it, 64 hexadecimal digits.
    public var id: String
    /// Its type and scheme, such as `ed25519`.
    public var kind: String
    /// The file with its private half; nil: it is not here.
    public var file: String?

    /// A note of a key.
    public init(id: String, kind: String, file: String? = nil) {
        self.id = id
        self.kind = kind
        self.file = file
    }

    /// `1 key`, `2 keys`.
    static func count(_ keys: Int) -> String { keys == 1 ? "1 key" : "\(keys) keys" }

    /// What of the id is enough to tell a repository's keys apart.
    public var shortID: String { String(id.prefix(KeyNote.shortLength)) }
    /// Digits of a short id.
    static let shortLength = 12
}

/// A file that waits for signatures.
public struct StagedFile: Hashable, Sendable {
    /// Where it is.
    public var path: String
    /// Whose metadata it is, and which version.
    public var role: RepositoryRole, version: Int
    /// What is still needed: one entry for each set of keys that is not enough yet. Of a root both the keys of the one
    /// before it and its own have to sign.
    public var needs: [Need]

    /// A set of keys of which too few have signed.
    public struct Need: Hashable, Sendable {
        /// Whose keys: `the keys of root 2`.
        public var name: String
        /// How many have signed, and how many have to.
        public var signed: Int, threshold: Int
        /// Those that have not signed.
        public var unsigned: [KeyNote]
    }

    /// Whether enough keys have signed.
    public var isComplete: Bool { needs.isEmpty }

    /// For people.
    public var lines: [String] {
        guard !isComplete else { return ["\(path) has the signatures that \(role) \(version) needs"] }
        return needs.flatMap { need in
            [
                "\(path) has \(need.signed) of the \(need.threshold) signatures that it needs by \(need.name); not signed by"
            ]
                + need.unsigned.map { "  \($0.shortID) (\($0.kind)): \($0.file ?? "its private half is not here")" }
        }
    }
}
