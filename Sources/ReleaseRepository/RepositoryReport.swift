import FleetCore
import TUF

/// The keys of a repository and how long its metadata counts, as people look at it.
public struct RepositoryReport: Sendable {
    /// How the metadata of a role stands.
    public enum State: Hashable, Sendable, CustomStringConvertible {
        case unpublished, good
        /// It ends after so long.
        case endsSoon(Duration)
        case ended

        /// `good`, `ends in 3d`, `ENDED`.
        public var description: String {
            switch self {
            case .unpublished: "not published"
            case .good: "good"
            case .endsSoon(let left): "ends in \(DurationText.short(left))"
            case .ended: "ENDED"
            }
        }
    }

    /// One role.
    public struct Role: Sendable {
        /// The role.
        public var role: RepositoryRole
        /// How many of the keys have to sign.
        public var threshold: Int
        /// Its keys.
        public var keys: [KeyNote]
        /// Of the metadata that devices see; nil: there is none yet.
        public var version: Int?, expires: FleetCore.Timestamp?
        /// How its metadata stands.
        public var state: State
    }

    /// All four.
    public var roles: [Role]
    /// What is staged, in lines for people.
    public var waiting: [String]
}

extension ReleaseRepository {
    /// The keys and the metadata as they are.
    public func report() throws(RepositoryRefusal) -> RepositoryReport {
        let files = try RepositoryFiles(published: folder), latest = try served.read(beside: folder)
        let staged: RootFile? = try folder.staged(.root)
        guard let root = files.root ?? staged else {
            throw RepositoryRefusal(
                "there is no repository in \(folder.path)", remedy: "draw the keys first: `muster key new FLEET`")
        }
        let held = try keys.keys(), settings = try RepositorySettings(reading: folder.settings)
        let ends = RepositoryEnds(files, latest)
        let roles = RepositoryRole.allCases.map { role in
            let end = ends[role]
            return RepositoryReport.Role(
                role: role, threshold: root.signed[role.name].threshold,
                keys: Signers(role, of: root.signed).notes(held), version: end?.version, expires: end?.expires,
                state: RepositoryReport.State(end?.expires, now: now, margin: settings.margin(role)))
        }
        return RepositoryReport(roles: roles, waiting: try waiting(files, staged, held))
    }

    private func waiting(
        _ files: RepositoryFiles, _ staged: RootFile?, _ held: HeldKeys
    ) throws(RepositoryRefusal) -> [String] {
        var lines: [String] = []
        if let staged, staged.signed.version == (files.root?.signed.version ?? 0) + 1 {
            if let old = files.root { lines += RootDifference(old.signed, staged.signed).lines }
            lines += self.staged(staged, after: files.root, held).lines
        }
        let targets: TargetsFile? = try folder.staged(.targets)
        if let targets, let root = files.root ?? staged {
            lines +=
                StagedFile(
                    path: folder.stagedPath(.targets), role: .targets, version: targets.signed.version,
                    needs: [Signers(.targets, of: root.signed).need(targets, held)].compactMap { $0 }
                ).lines
        }
        return lines
    }
}

extension RepositoryReport.State {
    init(_ expires: FleetCore.Timestamp?, now: FleetCore.Timestamp, margin: Duration) {
        guard let expires else {
            self = .unpublished
            return
        }
        let left = expires - now
        self = left <= .zero ? .ended : left <= margin ? .endsSoon(left) : .good
    }
}

/// When the metadata ends that clients see: what is published, or what a gateway made since.
struct RepositoryEnds {
    struct End {
        var version: Int
        var expires: Moment
    }

    private var ends: [RepositoryRole: End] = [:]

    init(_ published: RepositoryFiles, _ served: RepositoryFiles) {
        take(published.root, .root)
        take(published.targets, .targets)
        for files in [published, served] {
            take(files.snapshot, .snapshot)
            take(files.timestamp, .timestamp)
        }
    }

    private mutating func take<Role: SignedRole>(_ file: Metadata<Role>?, _ role: RepositoryRole) {
        guard let file, file.signed.version >= ends[role]?.version ?? 0 else { return }
        ends[role] = End(version: file.signed.version, expires: file.signed.expires.moment)
    }

    subscript(role: RepositoryRole) -> End? { ends[role] }
}

/// What one root changes of the one before it.
struct RootDifference {
    private(set) var lines: [String] = []

    init(_ old: Root, _ new: Root) {
        for role in RepositoryRole.allCases {
            let before = old[role.name], after = new[role.name]
            lines += after.keyIDs.filter { !before.keyIDs.contains($0) }.map {
                "root \(new.version) adds the key \($0.prefix(KeyNote.shortLength)) to \(role)"
            }
            lines += before.keyIDs.filter { !after.keyIDs.contains($0) }.map {
                "root \(new.version) takes the key \($0.prefix(KeyNote.shortLength)) from \(role)"
            }
            if before.threshold != after.threshold {
                lines.append(
                    "root \(new.version) has \(role) signed by \(KeyNote.count(after.threshold)) and not \(before.threshold)"
                )
            }
        }
    }
}
