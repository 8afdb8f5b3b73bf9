import FleetCore

/// Everything that a fleet directory says.
public struct FleetDefinition: Hashable, Sendable {
    /// `fleet.yaml`.
    public var settings: FleetSettings
    /// `devices.json` or `devices.csv`, in the order of the file.
    public var devices: [DeviceRecord]
    /// `releases/`, the oldest first.
    public var releases: [Release]
    /// `updates/`, sorted by file name.
    public var updates: [UpdateDefinition]
    /// `simulation.yaml`; terminals that behave well if there is none.
    public var simulation: SimulationProfile
    /// `alerts` of `fleet.yaml`; nil: nothing leaves the box by itself.
    public var alerts: AlertSettings?
    /// `push` of `fleet.yaml`; nil: no terminal is driven by SSH.
    public var push: PushSettings?

    /// A fleet of these parts.
    public init(
        settings: FleetSettings, devices: [DeviceRecord] = [], releases: [Release] = [],
        updates: [UpdateDefinition] = [], simulation: SimulationProfile = SimulationProfile(),
        alerts: AlertSettings? = nil, push: PushSettings? = nil
    ) {
        self.settings = settings
        self.devices = devices
        self.releases = releases
        self.updates = updates
        self.simulation = simulation
        self.alerts = alerts
        self.push = push
    }
}

/// How far a long load has come.
public struct LoadProgress: Hashable, Sendable {
    /// The file being read, relative to the fleet's directory.
    public var file: String
    /// Bytes read so far.
    public var bytesRead: Int64
    /// Bytes of the whole file.
    public var bytesTotal: Int64
    /// Devices read so far.
    public var devices: Int

    /// A load that has come this far.
    public init(file: String, bytesRead: Int64, bytesTotal: Int64, devices: Int) {
        self.file = file
        self.bytesRead = bytesRead
        self.bytesTotal = bytesTotal
        self.devices = devices
    }
}

/// What came of reading a fleet directory.
public struct LoadResult: Sendable {
    /// The fleet; nil if there was an error.
    public var definition: FleetDefinition?
    /// What is wrong, in the order of files and places; at most 100, errors before warnings if there are more.
    public var problems: [FileProblem]
    /// Problems beyond those listed.
    public var unlisted: Int
    /// What can be used of files of which not all can; nil: it is no fleet's directory.
    public var sound: SoundParts?

    /// Only those that keep the fleet from being used.
    public var errors: [FileProblem] { problems.filter { $0.severity == .error } }

    /// One line for each problem, and a last one for those that are not listed.
    public var lines: [String] { problems.map(\.description) + (unlisted > 0 ? ["and \(unlisted) more"] : []) }
}

/// What can be used of a fleet's files though not all of them are right. Nothing in it depends on a file that is wrong.
public struct SoundParts: Sendable {
    /// The parts: releases and updates whose files are right; no devices where their file is wrong.
    public var definition: FleetDefinition
    /// Whether `fleet.yaml` is right. If not, the definition's settings say the fleet's name at most, and it has neither
    /// devices nor updates, which depend on them.
    public var hasSettings: Bool
    /// Whether `alerts` of `fleet.yaml` is known, whatever else is wrong there.
    public var knowsAlerts: Bool
    /// Whether `simulation.yaml` is right, or was not read.
    public var hasSimulation: Bool
}

/// What came of reading one update.
public struct UpdateResult: Sendable {
    /// The update; nil if there was an error.
    public var update: UpdateDefinition?
    /// What is wrong, in the order of places; at most 100.
    public var problems: [FileProblem]
}
