import Foundation
import TUF

/// A set of metadata that belongs together, as it was read.
struct RepositoryFiles: Sendable {
    /// Every version of the root, the first first.
    var roots: [RootFile] = []
    var targets: TargetsFile?
    var snapshot: SnapshotFile?
    var timestamp: TimestampFile?

    var root: RootFile? { roots.last }

    /// Nothing yet.
    init() {}

    /// Reads what a fleet's repository has published: the chain of roots, and what the timestamp leads to.
    ///
    /// - Throws: If a file is missing in between, is none, or a root is not signed by the one before it and by itself.
    init(published folder: RepositoryFolder) throws(RepositoryRefusal) {
        while roots.count < RepositoryFolder.mostRoots,
            let next: RootFile = try folder.published(.root, roots.count + 1)
        {
            try Self.expect(next, after: roots.last, folder)
            roots.append(next)
        }
        timestamp = try folder.published(.timestamp, 0)
        guard let timestamp else { return }
        let version = timestamp.signed.snapshot.version
        snapshot = try folder.published(.snapshot, version)
        guard let snapshot else { throw folder.missing(.snapshot, version) }
        guard let meta = snapshot.signed[role: "targets"] else { throw folder.missing(.targets, 0) }
        targets = try folder.published(.targets, meta.version)
        if targets == nil { throw folder.missing(.targets, meta.version) }
    }

    /// The latest targets that any of these sets knows of.
    static func lastTargetsVersion(_ sets: RepositoryFiles...) -> Int {
        sets.flatMap { [$0.targets?.signed.version, $0.snapshot?.signed[role: "targets"]?.version] }
            .compactMap { $0 }.max() ?? 0
    }

    private static func expect(
        _ root: RootFile, after last: RootFile?, _ folder: RepositoryFolder
    ) throws(RepositoryRefusal) {
        let number = (last?.signed.version ?? 0) + 1
        let isSigned =
            Signers(.root, of: root.signed).accept(root)
            && (last.map { Signers(.root, of: $0.signed).accept(root) } ?? true)
        guard root.signed.version == number, isSigned else {
            throw RepositoryRefusal(
                "\(folder.publishedPath(.root, number)) is not signed as root \(number) has to be",
                remedy: "put the right file back: clients trust the roots one after the other")
        }
    }
}

extension RepositoryFolder {
    func missing(_ role: RepositoryRole, _ version: Int) -> RepositoryRefusal {
        RepositoryRefusal(
            "\(publishedPath(role, version)) is missing", remedy: "put it back: what is published leads to it")
    }
}

/// What a gateway has made anew by itself. It lies in the state folder, since a service may not be allowed to write in the
/// fleet's directory.
struct ServedFolder: Sendable {
    /// The folder's name in a state folder.
    static let name = "tuf"
    /// Snapshots that are kept: clients that have begun a walk finish it with the one that they were told of.
    static let mostSnapshots = 8

    let path: String

    init(state: String) { path = "\(state)/\(Self.name)" }

    func place(_ role: RepositoryRole, _ version: Int) -> String {
        "\(path)/\(role.publishedName(version: version))"
    }

    /// Whether a repository was ever served from here.
    var isThere: Bool { FileManager.default.fileExists(atPath: place(.timestamp, 0)) }

    /// That what was served is in the fleet's directory no more.
    func gone(_ folder: RepositoryFolder) -> RepositoryRefusal {
        RepositoryRefusal(
            "the repository was published, and is gone from \(folder.path)",
            remedy: "put \(RepositoryFolder.name)/ back from a copy of the fleet's directory; if nothing is to be "
                + "signed any more, move \(path) away as well, and start the engine again")
    }

    /// What was made last; its snapshot may be one that was published.
    func read(beside folder: RepositoryFolder) throws(RepositoryRefusal) -> RepositoryFiles {
        var files = RepositoryFiles()
        files.timestamp = try RepositoryFolder.read(place(.timestamp, 0), .timestamp)
        guard let version = files.timestamp?.signed.snapshot.version else { return files }
        files.snapshot = try RepositoryFolder.read(place(.snapshot, version), .snapshot)
        if files.snapshot == nil { files.snapshot = try folder.published(.snapshot, version) }
        return files
    }

    /// Keeps what was made anew, with the snapshot that it leads to. The timestamp is last.
    func write(_ files: OnlineFiles) throws(RepositoryRefusal) {
        try DurableFile.createFolder(path, mode: 0o700)
        let version = files.snapshot.signed.version
        let there: SnapshotFile? = try RepositoryFolder.read(place(.snapshot, version), .snapshot)
        if there?.bytes != files.snapshot.bytes {
            try DurableFile.replace(place(.snapshot, version), with: files.snapshot.bytes, mode: 0o600)
        }
        try DurableFile.replace(place(.timestamp, 0), with: files.timestamp.bytes, mode: 0o600)
        forget(before: version - Self.mostSnapshots)
    }

    private func forget(before version: Int) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
            guard let found = PublishedName(name), found.role == .snapshot, found.version <= version else { continue }
            try? DurableFile.remove("\(path)/\(name)")
        }
    }
}

/// The name of a published file of which there are versions: `3.root.json`.
struct PublishedName {
    var role: RepositoryRole
    var version: Int

    /// Reads a name; nil: it is written in another way, so that no two names mean one file.
    init?(_ name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2] == "json", let version = Int(parts[0]), version > 0, "\(version)" == parts[0],
            let role = RepositoryRole(rawValue: String(parts[1])), role != .timestamp
        else { return nil }
        self.role = role
        self.version = version
    }
}
