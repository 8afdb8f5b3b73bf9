import FleetCore
import Foundation

/// One run over a fleet directory.
struct FleetLoad {
    /// Files in `releases/` or `updates/`.
    static let mostEntries = 10_000
    /// Tag names that selectors are compared with for near misses.
    static let mostTagNames = 1024

    let root: String
    /// nil: artifacts are not hashed.
    let digest: ((String) throws -> String)?
    let progress: (LoadProgress) -> Void
    /// Whether `simulation.yaml` is read.
    var readsSimulation = true
    let log = ProblemLog()

    init(
        root: String, digest: ((String) throws -> String)?, progress: @escaping (LoadProgress) -> Void
    ) {
        self.root = root
        self.digest = digest
        self.progress = progress
    }

    mutating func run() -> LoadResult {
        guard FileKind(path: root) == .directory else {
            FileScope(path: root, log: log).error(nil, "not a fleet directory", "name a directory with a fleet.yaml")
            return result(nil)
        }
        let settings = readSettings()
        let hasSettings = log.errorCount == 0
        let intake = readDevices(settings)
        let hasDevices = hasSettings && log.errorCount == 0
        let tags = intake.map { Self.tagNames($0.devices) }
        let errorsBefore = log.errorCount
        let releases = readReleases()
        let areReleasesWhole = log.errorCount == errorsBefore
        var updates = readUpdates(settings, knownTags: tags)
        let errorsBeforeSimulation = log.errorCount
        let simulation = readsSimulation ? readSimulation(intake, knownTags: tags) : SimulationProfile()
        let hasSimulation = log.errorCount == errorsBeforeSimulation
        let versions = areReleasesWhole ? releases.map(\.release.version) : nil
        let checks = UpdateChecks(releases: versions, devices: intake?.devices)
        for number in updates.indices {
            let before = log.errorCount
            checks.check(updates[number])
            if log.errorCount > before { updates[number].isSound = false }
        }
        if let intake { checkNames(settings, devices: intake.devices) }
        settings.alerts?.check()
        // Where nothing is wrong everything is sound.
        let sound = FleetDefinition(
            settings: hasSettings ? settings.settings : FleetSettings(name: settings.settings.name),
            devices: hasDevices ? intake?.devices ?? [] : [], releases: releases.filter(\.isSound).map(\.release),
            updates: hasSettings ? updates.filter(\.isSound).map(\.definition) : [], simulation: simulation,
            alerts: settings.knowsAlerts ? settings.alerts?.settings : nil,
            push: hasSettings ? settings.push?.settings : nil)
        return result(
            SoundParts(
                definition: sound, hasSettings: hasSettings, knowsAlerts: settings.knowsAlerts,
                hasSimulation: hasSimulation))
    }

    private func result(_ sound: SoundParts?) -> LoadResult {
        let (listed, more) = log.summary()
        let definition = log.errorCount == 0 ? sound?.definition : nil
        return LoadResult(definition: definition, problems: listed, unlisted: more, sound: sound)
    }

    private func scope(_ file: String) -> FileScope { FileScope(path: file, log: log) }
    private func full(_ file: String) -> String { root + "/" + file }

    /// The names of all tags, sorted.
    static func tagNames(_ devices: [DeviceRecord]) -> [String] {
        var names: Set<String> = []
        for index in devices.indices {
            for tag in devices[index].tags where names.count < mostTagNames { names.insert(tag.name) }
        }
        return names.sorted()
    }

    func readSettings() -> FleetSettingsReader {
        FleetSettingsReader(YamlDocument.root(ofFile: full("fleet.yaml"), scope: scope("fleet.yaml")))
    }
}

// MARK: Devices

extension FleetLoad {
    /// The devices; nil if the file could not be read to its end.
    private func readDevices(_ settings: FleetSettingsReader) -> DeviceIntake? {
        let hasJSON = FileKind(path: full("devices.json")) != .missing
        let hasCSV = FileKind(path: full("devices.csv")) != .missing
        if hasJSON, hasCSV {
            scope("devices.csv").error(nil, "there is a devices.json too", "keep one of them")
        }
        let file = hasCSV && !hasJSON ? "devices.csv" : "devices.json"
        var intake = DeviceIntake(scope: scope(file), zones: settings.zones)
        do throws(ReadFault) {
            try read(file, into: &intake)
        } catch {
            scope(file).error(error.place, error.message, error.remedy)
            return nil
        }
        intake.finishFile(isPushed: settings.push != nil)
        if intake.devices.isEmpty, log.errorCount == 0 { scope(file).warning(nil, "no devices", "add some") }
        return intake
    }

    private func read(_ file: String, into intake: inout DeviceIntake) throws(ReadFault) {
        let total = try FileKind(path: full(file)).size()
        let descriptor = open(full(file), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileBytes.unreadable() }
        defer { close(descriptor) }
        let window = ByteWindow { target, count in Foundation.read(descriptor, target, count) }
        let progress = progress
        let onProgress = { (bytes: Int64, devices: Int) in
            progress(LoadProgress(file: file, bytesRead: bytes, bytesTotal: total, devices: devices))
        }
        if file.hasSuffix(".csv") {
            var reader = CSVDeviceReader(window, onProgress: onProgress)
            try reader.read(into: &intake)
        } else {
            var reader = JSONDeviceReader(window, onProgress: onProgress)
            try reader.read(into: &intake)
        }
    }

    /// A region or site in `fleet.yaml` that no device has was probably mistyped.
    private func checkNames(_ settings: FleetSettingsReader, devices: [DeviceRecord]) {
        guard !devices.isEmpty else { return }
        // By index: to walk over the records themselves would copy each of them.
        if !settings.namedRegions.isEmpty {
            warn(settings.namedRegions, "region", among: Set(devices.indices.lazy.map { devices[$0].region }))
        }
        if !settings.namedSites.isEmpty {
            warn(settings.namedSites, "site", among: Set(devices.indices.lazy.map { devices[$0].site }))
        }
    }

    private func warn(_ named: [(name: String, place: Place?)], _ what: String, among known: Set<String>) {
        for (name, place) in named where !known.contains(name) {
            let near = known.count <= 1000 ? NearMiss.best(of: name, among: known.sorted()) : nil
            scope("fleet.yaml").warning(
                place, "no device is in the \(what) `\(name.shown)`", near.map { "did you mean `\($0)`?" } ?? "")
        }
    }
}

// MARK: Releases, updates, simulation

extension FleetLoad {
    /// The names in a folder that may be missing, sorted; hidden ones are left out.
    private func entries(of folder: String) -> [String] {
        switch FileKind(path: full(folder)) {
        case .missing: return []
        case .directory: break
        default:
            scope(folder).error(nil, "not a directory", "make it one")
            return []
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: full(folder)) else {
            scope(folder).error(nil, "cannot be read", "check its permissions")
            return []
        }
        guard names.count <= Self.mostEntries else {
            scope(folder).error(
                nil, "\(names.count) files, more than \(Self.mostEntries)", "is it the right directory?")
            return []
        }
        return names.filter { !$0.hasPrefix(".") && !$0.hasSuffix("~") }.sorted()
    }

    func readReleases() -> [ReadRelease] {
        let reader = ReleaseReader(digest: digest)
        var releases: [ReadRelease] = []
        for name in entries(of: "releases") {
            let isFile = name.hasSuffix(".yaml")
            let isFolder = FileKind(path: full("releases/" + name)) == .directory
            // A single-file release has its artifacts next to it.
            guard isFile || isFolder else { continue }
            let file = isFile ? "releases/\(name)" : "releases/\(name)/release.yaml"
            let folder = isFile ? full("releases") : full("releases/" + name)
            let expected = isFile ? String(name.dropLast(5)) : name
            let errorsBefore = log.errorCount
            guard let root = YamlDocument.root(ofFile: full(file), scope: scope(file)),
                var read = reader.read(root, expected: expected, folder: folder, scope: scope(file))
            else { continue }
            read.isSound = log.errorCount == errorsBefore
            if let first = releases.firstIndex(where: { $0.release.version == read.release.version }) {
                scope(file).error(
                    read.versionPlace, "duplicate release \(read.release.version)",
                    "it is also in \(releases[first].scope.path)")
                read.isSound = false
                releases[first].isSound = false
            }
            releases.append(read)
        }
        return releases.sorted { $0.release.version < $1.release.version }
    }

    func readUpdates(_ settings: FleetSettingsReader, knownTags: [String]?) -> [ReadUpdate] {
        let reader = UpdateReader(gateDefaults: settings.settings.gateDefaults, knownTags: knownTags)
        var updates: [ReadUpdate] = []
        for name in entries(of: "updates") {
            let file = "updates/" + name
            guard name.hasSuffix(".yaml") else {
                scope(file).warning(nil, "not read: its name does not end in .yaml", "rename or remove it")
                continue
            }
            let errorsBefore = log.errorCount
            guard let root = YamlDocument.root(ofFile: full(file), scope: scope(file)),
                var update = reader.read(root, scope: scope(file))
            else { continue }
            update.isSound = log.errorCount == errorsBefore
            if let first = updates.firstIndex(where: { $0.definition.id == update.definition.id }) {
                scope(file).error(
                    update.idPlace, "duplicate update id `\(update.definition.id)`",
                    "it is also in \(updates[first].scope.path)")
                // Nobody knows which of the two is meant.
                update.isSound = false
                updates[first].isSound = false
            }
            updates.append(update)
        }
        return updates
    }

    private func readSimulation(_ intake: DeviceIntake?, knownTags: [String]?) -> SimulationProfile {
        let file = "simulation.yaml"
        guard FileKind(path: full(file)) != .missing else { return SimulationProfile() }
        guard let root = YamlDocument.root(ofFile: full(file), scope: scope(file)) else { return SimulationProfile() }
        let reader = SimulationReader(root, knownTags: knownTags)
        if let intake {
            for (name, place) in reader.namedDevices where !intake.knows(name) {
                let near = intake.nearMiss(of: name).map { "did you mean `\($0)`?" }
                scope(file).error(place, "no device `\(name.shown)`", near ?? "name a device of this fleet")
            }
        }
        return reader.profile
    }
}
