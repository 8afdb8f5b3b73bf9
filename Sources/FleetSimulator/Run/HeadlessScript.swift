import FleetCore
import FleetEngine

/// What a headless run is given: a fleet, what to start, how the terminals behave, and what the operator does when.
public struct HeadlessScript: Sendable {
    /// What the fleet is run by.
    public var settings: FleetSettings
    /// The terminals, in the order of registration.
    public var devices: [DeviceRecord]
    /// The releases.
    public var releases: [Release]
    /// The updates that are known.
    public var updates: [UpdateDefinition]
    /// The ids of those that are started at the beginning, in this order.
    public var starts: [String]
    /// How the terminals behave. Its `seed` is the run's seed; its `start` is not looked at.
    public var profile: SimulationProfile
    /// Basis points that take the place of the profile's failure rates; nil: none do.
    public var failureRateOverride: Int?
    /// When the run begins.
    public var start: Timestamp
    /// What the operator does later, in any order.
    public var commands: [TimedCommand] = []
    /// Who the operator is.
    public var operatorName = "simulation"
    /// The most virtual time.
    public var maximumDuration: Duration = .days(60)
    /// The most instants.
    public var maximumSteps = 20_000_000
    /// How the engine's loop behaves. Sightings are written less often than in production: nothing rests on them here.
    public var options: EngineLoop.Options

    /// An operator's command at a moment.
    public struct TimedCommand: Hashable, Sendable {
        /// From the start of the run.
        public var after: Duration
        /// What is asked.
        public var command: Command

        /// A command at a moment.
        public init(after: Duration, _ command: Command) {
            self.after = after
            self.command = command
        }
    }

    /// A run of these updates on these devices.
    public init(
        settings: FleetSettings, devices: [DeviceRecord], releases: [Release], updates: [UpdateDefinition],
        starts: [String], profile: SimulationProfile = SimulationProfile(), start: Timestamp
    ) {
        self.settings = settings
        self.devices = devices
        self.releases = releases
        self.updates = updates
        self.starts = starts
        self.profile = profile
        self.start = start
        options = EngineLoop.Options()
        options.sightingInterval = .minutes(10)
    }
}

/// Why a headless run did not begin or could not go on.
public enum HeadlessError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The fleet, or the start of an update, was refused.
    case refused(String, Refusal)
    /// The log could not be written or read.
    case log(String)

    public var description: String {
        switch self {
        case .refused(let what, let refusal): "\(what): \(refusal)"
        case .log(let why): why
        }
    }
}
