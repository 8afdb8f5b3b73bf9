import FleetCore

/// What the files of a fleet's updates say, as far as they can be used.
public struct UpdatesResult: Sendable {
    /// The updates whose files are right, sorted by file name.
    public var updates: [UpdateDefinition]
    /// What is wrong in `fleet.yaml`, from which gates have their defaults, and in `updates/`; at most 100.
    public var problems: [FileProblem]

    /// Whether what is read says all that there is to say of the updates.
    public var isWhole: Bool { !problems.contains { $0.severity == .error } }
}

extension FleetDirectory {
    /// Reads the updates, and of the other files only what they depend on. They are not checked against devices and
    /// releases.
    public func loadUpdates() -> UpdatesResult {
        FleetLoad(root: path, digest: nil, progress: { _ in }).runUpdates()
    }
}

extension FleetLoad {
    func runUpdates() -> UpdatesResult {
        let settings = readSettings()
        let updates = readUpdates(settings, knownTags: nil)
        return UpdatesResult(updates: updates.filter(\.isSound).map(\.definition), problems: log.summary().listed)
    }
}
