import FleetCore

/// What a client would accept of a repository.
public struct RepositoryProof: Sendable {
    /// What came of a walk.
    public struct Answer: Sendable {
        /// The metadata of a role that was accepted.
        public struct Role: Sendable {
            /// The role.
            public var role: RepositoryRole
            /// The version that was accepted.
            public var version: Int
            /// The moment from which on a client refuses it.
            public var expires: FleetCore.Timestamp
        }

        /// A target that was looked at.
        public struct Target: Sendable {
            /// Its path in the targets.
            public var name: String
            /// Its size in bytes, as it is signed.
            public var size: Int64
            /// Its SHA-256, as it is signed.
            public var sha256: String
            /// The newer releases from which devices may go back to it.
            public var rollbackFrom: [String] = []
            /// What is wrong with its bytes; nil: they are what was signed, or nobody looked.
            public var problem: String?

            fileprivate var back: String {
                rollbackFrom.isEmpty ? "" : "; devices may go back to it from \(rollbackFrom.joined(separator: ", "))"
            }
        }

        /// Why a client would go no further; nil: it accepts the metadata.
        public internal(set) var refusal: String?
        /// What was accepted, also before a refusal.
        public internal(set) var roles: [Role] = []
        /// The files that are signed, by name; none after a refusal.
        public internal(set) var targets: [Target] = []
        /// Whether the bytes of targets were looked at.
        var looksAtTargets = true

        /// Whether a client would accept all of it.
        public var isAccepted: Bool { refusal == nil && targets.allSatisfy { $0.problem == nil } }

        /// For people.
        public var lines: [String] {
            var lines = roles.map { "\($0.role) \($0.version), counts until \($0.expires.iso)" }
            if let refusal { return lines + ["a client would refuse it: \(refusal)"] }
            lines += targets.map { "\($0.name): " + ($0.problem ?? "\($0.size) bytes, SHA-256 \($0.sha256)\($0.back)") }
            let wrong = targets.filter { $0.problem != nil }.count
            let looked = looksAtTargets ? "" : ", whose bytes nobody looked at"
            return lines + [
                wrong == 0
                    ? "a client would accept it: \(targets.count) files\(looked)"
                    : "a client would refuse \(wrong) of \(targets.count) files"
            ]
        }
    }

    enum Place: Sendable {
        case fleet(String, state: String, releases: [String: String])
        case url(String)
    }

    let place: Place
    let root: String
    let looksAtTargets: Bool

    /// A walk through a fleet's directory.
    /// - Parameters:
    ///   - root: The root to begin with; nil: the first that was published.
    ///   - state: Where the gateway keeps what it delivers.
    ///   - releaseFolders: Where the files of releases lie, by version.
    ///   - looksAtTargets: Whether the bytes of targets are hashed.
    public init(
        fleet: String, root: String?, state: String, releaseFolders: [String: String], looksAtTargets: Bool
    ) {
        place = .fleet(fleet, state: state, releases: releaseFolders)
        self.root = root ?? RepositoryFolder(fleet: fleet).publishedPath(.root, 1)
        self.looksAtTargets = looksAtTargets
    }

    /// A walk over HTTP.
    /// - Parameters:
    ///   - url: Of the repository, with `metadata/` and `targets/` below it.
    ///   - root: The root to begin with.
    ///   - fetchesTargets: Whether targets are fetched and hashed.
    public init(url: String, root: String, fetchesTargets: Bool) {
        place = .url(url)
        self.root = root
        looksAtTargets = fetchesTargets
    }
}
