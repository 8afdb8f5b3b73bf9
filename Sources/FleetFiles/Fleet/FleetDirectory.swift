import FleetCore
import Foundation

/// A fleet as files: `fleet.yaml`, `devices.json` or `devices.csv`, `releases/`, `updates/` and `simulation.yaml`.
public struct FleetDirectory: Sendable {
    /// The directory as the operator named it.
    public let path: String

    /// The fleet in this directory. Nothing is read yet.
    public init(path: String) {
        self.path = path
    }

    /// Reads and checks everything, and names everything that is wrong instead of the first thing.
    ///
    /// - Parameters:
    ///   - simulation: Whether `simulation.yaml` is read; only simulations need it.
    ///   - digest: The SHA-256 of the file at a path, as 64 lower-case hexadecimal digits; nil: artifacts are not hashed,
    ///     which takes as long as their bytes are many.
    ///   - progress: Called now and then while the device file is read.
    public func load(
        simulation: Bool = true, digest: ((String) throws -> String)?, progress: (LoadProgress) -> Void = { _ in }
    ) -> LoadResult {
        withoutActuallyEscaping(progress) { progress in
            var load = FleetLoad(root: path, digest: digest, progress: progress)
            load.readsSimulation = simulation
            return load.run()
        }
    }

    /// The fleet's name by `fleet.yaml`, whatever else is wrong with the files; nil: it does not say one.
    public var name: String? {
        let scope = FileScope(path: "fleet.yaml", log: ProblemLog())
        guard let root = YamlDocument.root(ofFile: path + "/fleet.yaml", scope: scope) else { return nameByItsLine }
        let settings = FleetSettingsReader(root).settings
        return settings.name == FleetSettingsReader.unnamed ? nil : settings.name
    }

    /// The most bytes of a `fleet.yaml` in which a name is looked for that cannot be read as YAML.
    private static let longestLookedThrough: Int64 = 1 << 20

    /// The name by the line that says it, of a file that is no YAML: a typo must not hide whose state there is.
    private var nameByItsLine: String? {
        let file = path + "/fleet.yaml"
        guard case .file(let size) = FileKind(path: file), size <= Self.longestLookedThrough,
            let text = try? String(contentsOfFile: file, encoding: .utf8)
        else { return nil }
        let names = text.matches(of: /(?m)^name:[ ]*(["']?)([A-Za-z0-9._-]{1,64})\1[ ]*(?:#.*)?$/).map { $0.output.2 }
        return names.count == 1 ? String(names[0]) : nil
    }

    /// Reads an update from a file outside `updates/`, and checks it against a fleet that was loaded.
    ///
    /// - Parameters:
    ///   - file: The file as the operator named it.
    ///   - definition: The fleet, for its releases, its tags and its defaults of gates.
    public func loadUpdate(file: String, in definition: FleetDefinition) -> UpdateResult {
        let scope = FileScope(path: file, log: ProblemLog())
        var update: ReadUpdate?
        if let root = YamlDocument.root(ofFile: file, scope: scope) {
            let tags = FleetLoad.tagNames(definition.devices)
            let reader = UpdateReader(gateDefaults: definition.settings.gateDefaults, knownTags: tags)
            update = reader.read(root, scope: scope)
        }
        if let update {
            UpdateChecks(releases: definition.releases.map(\.version), devices: definition.devices).check(update)
        }
        let result = scope.log.errorCount == 0 ? update?.definition : nil
        return UpdateResult(update: result, problems: scope.log.summary().listed)
    }
}
