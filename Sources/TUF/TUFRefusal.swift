/// Why metadata, a target or a key was not taken. Nothing that was refused has been stored or trusted.
public enum TUFRefusal: Error, Equatable {
    /// The file is not metadata of TUF 1.0; `at` names the field.
    case malformed(file: String, at: String, reason: String)
    /// The file is signed, for another role.
    case wrongType(file: String, found: String, expected: String)
    /// Another major version of the specification.
    case unsupportedSpecification(file: String, version: String)
    /// Fewer keys than the threshold signed it. `by` is whose keys count: the root of which version, or the delegation.
    case tooFewSignatures(file: String, valid: Int, threshold: Int, by: String)
    /// Not the version that was asked for.
    case wrongVersion(file: String, found: Int, expected: Int)
    /// Older than what is trusted already.
    case rollback(file: String, found: Int, trusted: Int)
    /// A file that the trusted snapshot lists is no longer listed.
    case removedFromSnapshot(file: String)
    /// No longer valid at the time of the refresh.
    case expired(file: String, expires: UTCTime, at: UTCTime)
    /// Not as long as it is signed to be.
    case wrongLength(file: String, found: Int, expected: Int)
    /// Other bytes than those that are signed.
    case wrongHash(file: String, algorithm: String)
    /// None of the hashes is of a kind that is known here.
    case noKnownHash(file: String)
    /// More bytes than there may be.
    case tooLong(file: String, limit: Int)
    /// The repository does not have it.
    case missing(path: String)
    /// The snapshot does not list the role.
    case notInSnapshot(file: String)
    /// No role that is trusted with the name describes the target.
    case unknownTarget(String)
    /// The name cannot be fetched or stored safely.
    case unsafeName(String)
    /// The search for a target visited more roles than `Limits` allow.
    case tooManyRoles(target: String, limit: Int)
    /// A step of the workflow before this one is missing.
    case outOfOrder(needs: String)
    /// A file of the client's own that it trusted before cannot be read as such any more.
    case damaged(path: String, reason: String)
    /// There is no trusted root to begin with.
    case noTrustedRoot(folder: String)
    /// A file of the client's own could not be read or written.
    case storage(path: String, reason: String)
    /// The key cannot be used.
    case unusableKey(reason: String)
}

extension TUFRefusal: CustomStringConvertible {
    /// What was wrong, to be shown to a person: what it repeats of a file can do nothing to a terminal.
    public var reason: String { Shown.text(statement) }

    private var statement: String {
        switch self {
        case .malformed(let file, let at, let reason): "\(file): \(at): \(reason)"
        case .wrongType(let file, let found, let expected): "\(file): is of type \(found), not \(expected)"
        case .unsupportedSpecification(let file, let version): "\(file): is of specification \(version), not 1"
        case .tooFewSignatures(let file, let valid, let threshold, let by):
            "\(file): signed by \(valid) of the \(threshold) keys that \(by) demands"
        case .wrongVersion(let file, let found, let expected): "\(file): is version \(found), not \(expected)"
        case .rollback(let file, let found, let trusted):
            "\(file): goes back to version \(found) from \(trusted), which is trusted"
        case .removedFromSnapshot(let file): "snapshot: no longer lists \(file)"
        case .expired(let file, let expires, let at): "\(file): expired at \(expires); it is \(at)"
        case .wrongLength(let file, let found, let expected): "\(file): has \(found) bytes, not \(expected)"
        case .wrongHash(let file, let algorithm): "\(file): has another \(algorithm) than is signed"
        case .noKnownHash(let file): "\(file): has no hash of a kind that is known here"
        case .tooLong(let file, let limit): "\(file): is longer than \(limit) bytes"
        case .missing(let path): "\(path): is not in the repository"
        case .notInSnapshot(let file): "snapshot: does not list \(file)"
        case .unknownTarget(let name): "no role describes the target \(name)"
        case .unsafeName(let name): "the name \(name) cannot be fetched or stored safely"
        case .tooManyRoles(let target, let limit): "more than \(limit) roles to ask for \(target)"
        case .outOfOrder(let needs): "\(needs) comes first"
        case .damaged(let path, let reason): "\(path), which was trusted before, is damaged: \(reason)"
        case .noTrustedRoot(let folder): "\(folder): has no root.json"
        case .storage(let path, let reason): "\(path): \(reason)"
        case .unusableKey(let reason): "this key cannot be used: \(reason)"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .malformed, .wrongType, .unsupportedSpecification, .noKnownHash, .tooManyRoles, .notInSnapshot,
            .unsafeName,
            .removedFromSnapshot:
            "tell whoever publishes the repository; nothing was changed"
        case .tooFewSignatures, .wrongVersion, .rollback, .wrongLength, .wrongHash, .tooLong:
            "somebody may be tampering: try another mirror, and tell whoever publishes the repository"
        case .expired: "check the clock of this machine; if it is right, the repository must be signed anew"
        case .missing: "check the address, and try again"
        case .unknownTarget: "check the name of the target"
        case .outOfOrder: "refresh first"
        case .damaged: "it is this machine's own file: begin anew with a root.json that came by a trusted way (init)"
        case .noTrustedRoot: "begin with a root.json that came by a trusted way"
        case .storage: "check the folder, its rights and the space that is left"
        case .unusableKey: "use an Ed25519, ECDSA P-256 or RSA key of 2048 bits or more, in PEM"
        }
    }

    public var description: String { "\(reason) (\(remedy))" }
}
