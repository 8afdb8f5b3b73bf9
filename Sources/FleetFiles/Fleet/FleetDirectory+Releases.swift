import FleetCore

/// A release, and where a fleet keeps it.
public struct FoundRelease: Hashable, Sendable {
    /// The release.
    public var release: Release
    /// Its file, relative to the fleet's directory.
    public var file: String
    /// Where its artifacts lie, relative to the fleet's directory.
    public var folder: String
}

/// What came of reading a fleet's releases alone.
public struct ReleasesResult: Sendable {
    /// The releases, the oldest first; nil if there was an error.
    public var releases: [FoundRelease]?
    /// Those whose files are right, the oldest first.
    public var sound: [FoundRelease] = []
    /// What is wrong, in the order of files and places; at most 100.
    public var problems: [FileProblem]
}

extension FleetDirectory {
    /// Reads the releases and nothing else, so that a fleet whose updates wait for a release can be given it. Sizes are
    /// compared with the files; their bytes are not read.
    public func loadReleases() -> ReleasesResult {
        let load = FleetLoad(root: path, digest: nil, progress: { _ in })
        return load.runReleases()
    }
}

extension FleetLoad {
    /// Reads the releases of what is a fleet's directory.
    func runReleases() -> ReleasesResult {
        let remedy = "name a directory with a fleet.yaml"
        guard FileKind(path: root) == .directory else {
            let problem = FileProblem(path: root, message: "not a fleet directory", remedy: remedy)
            return ReleasesResult(releases: nil, problems: [problem])
        }
        guard FileKind(path: root + "/fleet.yaml") != .missing else {
            let problem = FileProblem(path: root, message: "a directory without a fleet.yaml", remedy: remedy)
            return ReleasesResult(releases: nil, problems: [problem])
        }
        let releases = readReleases()
        func found(_ read: ReadRelease) -> FoundRelease {
            // `releases/2.4.0.yaml` has its artifacts next to it, `releases/2.4.0/release.yaml` as well.
            let end = read.scope.path.lastIndex(of: "/") ?? read.scope.path.startIndex
            return FoundRelease(
                release: read.release, file: read.scope.path, folder: String(read.scope.path[..<end]))
        }
        return ReleasesResult(
            releases: log.errorCount == 0 ? releases.map(found) : nil, sound: releases.filter(\.isSound).map(found),
            problems: log.summary().listed)
    }
}
