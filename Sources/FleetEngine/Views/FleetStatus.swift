/// How a fleet stands, in a few dozen lines: for people, for scripts and for monitoring. Lists are bounded.
public struct FleetStatus: Codable, Hashable, Sendable {
    /// Updates that are told of at once, those that began last.
    public static let mostUpdates = 50
    /// Alerts that are told of at once, the most severe.
    public static let mostAlerts = 50
    /// Troubles that are told of at once.
    public static let mostTroubles = 50
    /// Causes of one update that are named, those that most devices failed by.
    public static let mostCauses = 20

    /// Who runs the engine.
    public struct Engine: Codable, Hashable, Sendable {
        /// Whether one runs and works.
        public var isRunning: Bool
        /// Why it works no more though it runs; nil: it does, or none runs.
        @Nullable public var failure: String?
        /// When the engine that runs, or ran last, took up the journal; nil: none ever has.
        @Nullable public var since: String?
        /// The system's user who runs it; nil: none runs.
        @Nullable public var user: String?
        /// Its process; nil: none runs.
        @Nullable public var process: Int?
        /// Where it listens, as URLs.
        public var addresses: [String]

        /// No engine.
        public init() {
            isRunning = false
            addresses = []
        }
    }

    /// One update that is under way, waits, or has ended within a day.
    public struct Update: Codable, Hashable, Sendable {
        public var id: String
        public var title: String
        public var release: String
        public var strategy: String
        /// The word for where it stands, the same as consoles show.
        public var status: String
        /// Why it is held, how it ended, or how many devices are back; empty where the status says it all.
        public var reason: String
        /// The phase that is open; nil: it has none.
        @Nullable public var phase: String?
        public var counts: UpdateCounts
        /// The success rate of the devices attempted to an end; nil: none has ended, or it was rolled back.
        @Nullable public var success: SuccessRate?
        /// What devices failed by, most first, at most `mostCauses`.
        public var causes: [Cause]
        /// Causes beyond these.
        public var moreCauses: Int
        /// The gate that decides next; nil: there is none.
        @Nullable public var gate: GateState?
        /// The update that it rolls back or retries; nil: none.
        @Nullable public var parent: String?
    }

    /// What devices of an update failed by.
    public struct Cause: Codable, Hashable, Sendable {
        public var reason: String
        /// Failures by it.
        public var count: Int
    }

    /// Active devices, and those that wait for a person.
    public struct Devices: Codable, Hashable, Sendable {
        /// In the registry.
        public var total: Int
        public var online: Int
        public var offline: Int
        /// Never seen.
        public var unknown: Int
        /// Taken out of service until somebody has looked at them.
        public var held: Int
        /// Newcomers that nobody has accepted or refused.
        public var awaitingAcceptance: Int
        /// Out of service for good.
        public var decommissioned: Int
    }

    /// Something that needs a look.
    public struct AlertLine: Codable, Hashable, Sendable {
        /// `caution` or `warning`.
        public var severity: String
        public var text: String
        public var since: String
    }

    public var fleet: String
    /// The engine's time of the answer, in ISO 8601.
    public var at: String
    /// The number of the latest fact.
    public var head: UInt64
    /// Whether terminals are simulated.
    public var isSimulated: Bool
    public var engine: Engine
    /// Whether something waits for a person; `troubles` says what.
    public internal(set) var needsAPerson = false
    /// What waits for a person, in a sentence each.
    public var troubles: [String] { didSet { needsAPerson = !troubles.isEmpty } }
    public var updates: [Update]
    public var devices: Devices
    /// Collapsed by cause, the most severe first.
    public var alerts: [AlertLine]
}

/// Devices of an update as they stand now; each counts once, so that all but the skipped add up to the targets.
public struct UpdateCounts: Codable, Hashable, Sendable {
    /// Devices that the update was meant to reach: all but the skipped.
    public var targets: Int
    /// Confirmed the release, and run it, or were taken on from it by another update.
    public var done: Int
    /// Confirmed the release, and are back since the update was rolled back.
    public var back: Int
    /// Failed, those included that turned bad after they were done, or that a rollback left on something else; sent back or
    /// not.
    public var failed: Int
    /// With an order under way.
    public var inFlight: Int
    /// Between two attempts.
    public var retrying: Int
    /// Not begun.
    public var waiting: Int
    public var cancelled: Int
    public var skipped: Int
}

/// How many of the devices attempted to an end succeeded.
public struct SuccessRate: Codable, Hashable, Sendable {
    /// 0...1.
    public var rate: Double
    /// The 95% Wilson interval, 0...1.
    public var low: Double
    public var high: Double
    /// Devices attempted to an end.
    public var ended: Int
}

/// The gate that decides next.
public struct GateState: Codable, Hashable, Sendable {
    public var phase: String
    /// `waiting`, `unproven`, `passed`, `failed` or `inconclusive`.
    public var verdict: String
    /// 0...1.
    public var threshold: Double
    /// Devices of the phase, and how many must have ended.
    public var size: Int
    public var minimumSample: Int
    public var completed: Int
    public var failed: Int
    /// Whether it waits for an approval only.
    public var awaitsApproval: Bool
    /// When the soak ends; nil: it is not on.
    @Nullable public var soakEndsAt: String?
}
