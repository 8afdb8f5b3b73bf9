/// How much may move at once, for the whole fleet. Nil means that no such limit binds.
public struct Limits: Hashable, Sendable {
    /// Devices in progress at once in the fleet.
    public var inFlight: Int = 100
    /// Devices in progress at once in any one region.
    public var inFlightPerRegion: Int?
    /// Devices in progress at once at any one site.
    public var inFlightPerSite: Int?
    /// Starts in any minute of an update.
    public var startsPerMinute: Int?
    /// The time over which `startsPerMinute` grows from a tenth of it to all of it, from the update's start.
    public var ramp: Duration?
    /// Bytes of artifacts a second that one region's links are asked to carry.
    public var bytesPerSecondPerRegion: Int64?

    /// The default limits: 100 devices in flight, nothing else.
    public init() {}
}

/// How many of a site's terminals must be left working while others update.
public struct AvailabilityFloor: Hashable, Sendable {
    /// Terminals left untouched at a site that has at least `appliesFrom` of them.
    public var untouched: Int = 1
    /// The smallest site the floor applies to: a site with fewer terminals has none to spare.
    public var appliesFrom: Int = 2

    /// The default floor: a site with two or more terminals keeps at least one untouched.
    public init() {}
}

/// A span of local calendar days in which nothing starts; only an override with a reason passes.
public struct Freeze: Hashable, Sendable {
    /// What the freeze is for, such as `holiday trading`.
    public var name: String
    /// The first moment of it, local wall-clock time of each site.
    public var from: LocalDateTime
    /// The first moment after it, local wall-clock time of each site.
    public var until: LocalDateTime
    /// Regions it covers; empty for all.
    public var regions: [String]

    /// A freeze from a local time until a local time.
    public init(name: String, from: LocalDateTime, until: LocalDateTime, regions: [String] = []) {
        self.name = name
        self.from = from
        self.until = until
        self.regions = regions
    }
}

/// How often and when a failed attempt is tried again.
public struct RetryPolicy: Hashable, Sendable {
    /// Attempts in all, the first included; at least 1.
    public var attempts: Int = 3
    /// The pause before the second attempt; doubled before each further one.
    public var backoff: Duration = .minutes(1)
    /// The longest pause.
    public var maximumBackoff: Duration = .hours(1)

    /// The default policy: 3 attempts, one minute, doubling, at most an hour.
    public init() {}
}

/// How long each step of an attempt may take before it counts as failed.
public struct StepDeadlines: Hashable, Sendable {
    /// From the offer until the device answers.
    public var offered: Duration = .minutes(15)
    /// The download, from its last sign of progress.
    public var downloading: Duration = .hours(2)
    /// The installation.
    public var installing: Duration = .minutes(45)
    /// The restart, until the device reports what it runs.
    public var confirming: Duration = .minutes(20)

    /// The default deadlines.
    public init() {}

    /// The deadline of one step.
    public subscript(step: AttemptStep) -> Duration {
        switch step {
        case .offered: offered
        case .downloading: downloading
        case .installing: installing
        case .confirming: confirming
        }
    }
}

/// What a fleet is run by: the content of `fleet.yaml`.
public struct FleetSettings: Hashable, Sendable {
    /// The fleet's name; also the name of its state directory.
    public var name: String
    /// The time zone in which the fleet's own times are shown when the operator asks for local time.
    public var timeZone: String = "Etc/UTC"
    /// The time between two heartbeats of a device.
    public var heartbeat: Duration = .minutes(5)
    /// Heartbeats missed in a row that make a device offline.
    public var missedHeartbeats: Int = 2
    /// Limits of the whole fleet.
    public var limits = Limits()
    /// The site floor.
    public var floor = AvailabilityFloor()
    /// Spans in which nothing starts.
    public var freezes: [Freeze] = []
    /// What a phase's gate is where an update says nothing.
    public var gateDefaults = Gate()
    /// How failed attempts are tried again.
    public var retry = RetryPolicy()
    /// How long each step may take.
    public var deadlines = StepDeadlines()
    /// Who may do what.
    public var access = AccessSettings()
    /// What needs a second person.
    public var fourEyes = FourEyes()

    /// Default settings for a fleet of this name.
    public init(name: String) {
        self.name = name
    }
}
