import FleetCore
import TUF

/// What a fleet's repository says of its releases: which files are signed, and what is soon to be done.
public struct RepositoryStanding: Sendable {
    /// Something that an operator should do.
    public struct Problem: Hashable, Sendable {
        /// Where, relative to the fleet's directory.
        public var path: String
        /// What, and how it is mended.
        public var message: String, remedy: String
    }

    /// Roles whose metadata ends soon, or has ended.
    public let problems: [Problem]
    private let signed: SignedFiles
    private let approvals: [Version: Set<Version>]

    /// Reads the repository of a fleet; nil: it has none that devices could know.
    ///
    /// - Parameter state: Where a gateway keeps what it made anew; nil: nobody knows.
    /// - Throws: If it cannot be read, is not signed as its root wants it, or was served before and is gone.
    public init?(fleet: String, state: String?, now: FleetCore.Timestamp) throws(RepositoryRefusal) {
        let folder = RepositoryFolder(fleet: fleet)
        guard folder.isPublished else {
            if let state, ServedFolder(state: state).isThere { throw ServedFolder(state: state).gone(folder) }
            return nil
        }
        let files = try RepositoryFiles(published: folder)
        let served = try state.map { (state) throws(RepositoryRefusal) in
            try ServedFolder(state: state).read(beside: folder)
        }
        if let root = files.root, let targets = files.targets { try Signers.expect(targets, by: root.signed) }
        let settings = try RepositorySettings(reading: folder.settings)
        let ends = RepositoryEnds(files, served ?? RepositoryFiles())
        signed = SignedFiles(files.targets?.signed)
        approvals = files.targets.map { ReleaseTargets.approvals(in: $0.signed) } ?? [:]
        problems = RepositoryRole.allCases.compactMap { role in
            guard let end = ends[role] else { return nil }
            let state = RepositoryReport.State(end.expires, now: now, margin: settings.margin(role))
            return Self.problem(role, end, state, isServed: served?.timestamp != nil)
        }
    }

    /// Whether a fleet has a repository that devices could know.
    public static func isPublished(in fleet: String) -> Bool { RepositoryFolder(fleet: fleet).isPublished }

    /// What a gateway that works on a state lacks to keep a fleet's repository fresh; none where nothing is published.
    public static func lacks(fleet: String, state: String) -> [Problem] {
        let folder = RepositoryFolder(fleet: fleet), keys = KeyFolder(state: state)
        guard folder.isPublished, let files = try? RepositoryFiles(published: folder), let root = files.root?.signed
        else { return [] }
        let held: HeldKeys
        do throws(RepositoryRefusal) { held = try keys.keys() } catch {
            return [Problem(path: KeyFolder.name, message: error.message, remedy: error.remedy)]
        }
        return [RepositoryRole.timestamp, .snapshot].compactMap { role in
            guard !Signers(role, of: root).canSign(with: held) else { return nil }
            return Problem(
                path: KeyFolder.name,
                message: "no key in \(keys.path) can sign a new \(role): once it has ended, devices install nothing",
                remedy: "put its key there, of mode 0600; if it is lost: `muster key rotate FLEET \(role)`, then "
                    + "`muster release publish FLEET`")
        }
    }

    /// Why a release is not to be sent to devices; nil: all its files are what was signed.
    public func objection(to release: Release) -> String? {
        release.artifacts.lazy.compactMap { signed.objection(to: $0, of: release.version) }.first
    }

    /// Whether devices may go back to a release from a newer one.
    public func approves(_ back: Version, from newer: Version) -> Bool { approvals[back]?.contains(newer) == true }

    private static func problem(
        _ role: RepositoryRole, _ end: RepositoryEnds.End, _ state: RepositoryReport.State, isServed: Bool
    ) -> Problem? {
        let what: String
        switch state {
        case .unpublished, .good: return nil
        case .endsSoon(let left): what = "ends in \(DurationText.short(left))"
        case .ended: what = "has ended"
        }
        return Problem(
            path: "\(RepositoryFolder.name)/metadata",
            message: "the \(role) metadata \(end.version) \(what), at \(end.expires.iso)",
            remedy: remedy(role) + (role.isOnline && !isServed ? unserved : ""))
    }

    private static let unserved = "; what a gateway has made is in its state folder (`--state`)"

    /// What is done about metadata that ends.
    static func remedy(_ role: RepositoryRole) -> String {
        switch role {
        case .root: "`muster key rotate FLEET root --renew`, then `muster release publish FLEET`"
        case .targets: "`muster release publish FLEET` signs it anew"
        case .snapshot, .timestamp:
            "a gateway that runs and has the key makes it anew by itself, `muster release publish` does too"
        }
    }
}

/// The files of releases that targets name.
struct SignedFiles: Sendable {
    private let targets: [String: TargetFile]

    init(_ targets: Targets?) { self.targets = targets?.targets ?? [:] }

    /// Why a release's file is not to be sent to devices; nil: it is what was signed.
    func objection(to artifact: Artifact, of version: Version) -> String? {
        guard let target = targets[ReleaseTargets.path(artifact.name, of: version)] else {
            return "\(artifact.name) of release \(version) is not signed"
        }
        guard target.hashes.sha256 == artifact.sha256, Int64(target.length) == artifact.size else {
            return "\(artifact.name) of release \(version) is another file than was signed"
        }
        return nil
    }

    /// Whether devices may go back to a release's file from what they run: its signers have named that.
    func approves(_ artifact: Artifact, of version: Version, over running: Version) -> Bool {
        let custom = targets[ReleaseTargets.path(artifact.name, of: version)]?.custom
        return custom?[ReleaseTargets.rollbackFrom]?.array?.contains { $0.string == "\(running)" } ?? false
    }

    /// A file that was signed, by what a client asks for.
    func find(version: String, name: String, sha256: String) -> (artifact: Artifact, release: Version)? {
        guard let release = Version(version), "\(release)" == version,
            let target = targets["\(ReleaseTargets.prefix)\(version)/\(name)"], target.hashes.sha256 == sha256
        else { return nil }
        return (Artifact(name: name, size: Int64(target.length), sha256: sha256), release)
    }
}
