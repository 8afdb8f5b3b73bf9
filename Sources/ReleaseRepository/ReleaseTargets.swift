import FleetCore
import TUF

/// A rollback that is approved: devices that run a newer release may install an older one.
public struct RollbackApproval: Hashable, Sendable {
    /// The release that they may go back to, and the newer one that they run.
    public var back: Version, from: Version

    /// An approval of going back to a release from a newer one.
    public init(back: Version, from: Version) {
        self.back = back
        self.from = from
    }
}

/// The files of releases as targets: `releases/VERSION/FILENAME`, with what an agent needs to know beside the bytes.
///
/// `custom` is `{"version": "2.4.0", "part": 1, "parts": 3}`: the first of three files, so that one that is held back is
/// missed; and, where a rollback is approved, `"rollback-from": ["2.5.0"]`.
enum ReleaseTargets {
    /// What the paths of all releases begin with.
    static let prefix = "releases/"
    /// The fields of `custom`.
    static let version = "version", part = "part", parts = "parts", rollbackFrom = "rollback-from"

    /// The path of a release's file.
    static func path(_ name: String, of version: Version) -> String { "\(prefix)\(version)/\(name)" }

    /// The targets of releases.
    /// - Parameter approvals: From which newer releases each may be gone back to.
    static func targets(of releases: [Release], approvals: [Version: Set<Version>]) -> [String: TargetFile] {
        var targets: [String: TargetFile] = [:]
        for release in releases {
            for (number, artifact) in release.artifacts.enumerated() {
                var custom: [String: JSONValue] = [
                    version: .string("\(release.version)"), part: .integer(number + 1),
                    parts: .integer(release.artifacts.count),
                ]
                if let from = approvals[release.version], !from.isEmpty {
                    custom[rollbackFrom] = .array(from.sorted().map { .string("\($0)") })
                }
                targets[path(artifact.name, of: release.version)] = TargetFile(
                    length: Int(artifact.size), hashes: Hashes(["sha256": artifact.sha256]), custom: .object(custom))
            }
        }
        return targets
    }

    /// The approvals that targets hold.
    static func approvals(in targets: Targets) -> [Version: Set<Version>] {
        var approvals: [Version: Set<Version>] = [:]
        for (path, target) in targets.targets where path.hasPrefix(prefix) {
            guard let back = target.custom?[version]?.string.flatMap({ Version($0) }) else { continue }
            for from in target.custom?[rollbackFrom]?.array ?? [] {
                if let from = from.string.flatMap({ Version($0) }) { approvals[back, default: []].insert(from) }
            }
        }
        return approvals
    }

    /// A file that was published with other bytes; nil: there is none. What clients have accepted under a path never
    /// becomes something else.
    static func changed(_ new: [String: TargetFile], since old: Targets) -> String? {
        new.keys.sorted().first { path in
            guard let before = old.targets[path], let after = new[path] else { return false }
            return before.hashes.sha256 != after.hashes.sha256 || before.length != after.length
        }
    }
}
