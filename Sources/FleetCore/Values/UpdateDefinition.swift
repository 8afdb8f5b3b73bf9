/// What happens to devices that are not online when an immediate update starts.
public enum OfflinePolicy: UInt8, CaseIterable, Sendable {
    /// They are skipped, with the reason.
    case skip = 0
    /// They wait for their next contact.
    case queue = 1
}

/// What happens to devices that missed a window.
public enum MissedPolicy: UInt8, CaseIterable, Sendable {
    /// They wait for the next window.
    case nextWindow = 0
    /// They start at their next contact, outside the window too.
    case onConnect = 1
    /// They are skipped.
    case skip = 2
}

/// What happens when a gate fails.
public enum FailurePolicy: UInt8, CaseIterable, Sendable {
    /// The update stops and sends changed devices back to the release each had before.
    case rollBack = 0
    /// The update stops and waits for an operator.
    case pause = 1
}

/// The test that a phase must pass.
public struct Gate: Hashable, Sendable {
    /// The success rate to reach, in basis points: 9500 is 95%. 0...10000.
    public var threshold: Int = 9500
    /// Devices that must be attempted to an end before the gate may pass; nil: half the phase, at least 1.
    public var minimumSample: Int?
    /// How long the gate may lack its minimum sample, from the phase's opening, before it is inconclusive.
    public var timeout: Duration = .hours(72)
    /// If true, the lower bound of the 95% Wilson interval must reach the threshold, not only the rate.
    public var demandsConfidence: Bool = false
    /// If true, an operator must approve after the gate has passed.
    public var requiresApproval: Bool = false

    /// The default gate: 95%, half the phase, 72 hours.
    public init() {}

    /// The default gate with another threshold in basis points.
    public init(threshold: Int) {
        self.threshold = threshold
    }
}

/// A step of a progressive update.
public struct PhaseDefinition: Hashable, Sendable {
    /// What people call it, such as `canary`.
    public var name: String
    /// The cumulative share of the frozen target list, in percent, 1...100.
    public var percent: Int
    /// The test it must pass.
    public var gate: Gate
    /// The soak after the gate has passed; outcomes that turn bad during it still count.
    public var wait: Duration

    /// A phase that reaches `percent` of the targets.
    public init(name: String, percent: Int, gate: Gate = Gate(), wait: Duration = .zero) {
        self.name = name
        self.percent = percent
        self.gate = gate
        self.wait = wait
    }
}

/// How an update reaches its devices.
public enum Strategy: Hashable, Sendable {
    /// The online devices, now.
    case immediate(offline: OfflinePolicy)
    /// Inside the update's window.
    case scheduled(missed: MissedPolicy)
    /// Phase by phase, each through a gate.
    case progressive(phases: [PhaseDefinition], onFailure: FailurePolicy)
    /// Each device at its next contact, until the update expires (from its start); nil: never.
    case onConnect(expires: Duration?)

    /// The strategy's one word.
    public var name: String {
        switch self {
        case .immediate: "immediate"
        case .scheduled: "scheduled"
        case .progressive: "progressive"
        case .onConnect: "on-connect"
        }
    }
}

/// The order to bring the devices a selector names to one release: the content of one file of `updates/`.
public struct UpdateDefinition: Hashable, Sendable {
    /// Unique in the fleet; 1 to 64 characters of `a-z A-Z 0-9 . _ -`. What an operator types to confirm.
    public var id: String
    /// One line for people.
    public var title: String
    /// The release to bring devices to.
    public var release: Version
    /// Which devices.
    public var selector: Selector
    /// How.
    public var strategy: Strategy
    /// When devices may start; nil: at any time. A scheduled update always has one.
    public var window: WindowSchedule?
    /// If true, devices on a newer release are taken down to this one.
    public var allowsDowngrade: Bool = false
    /// If true, an operator must approve before anything starts.
    public var requiresApproval: Bool = false
    /// Devices of this update in progress at once; nil: only the fleet's limits bind.
    public var inFlight: Int?
    /// Starts in any minute of this update; nil: the fleet's limit.
    public var startsPerMinute: Int?
    /// The reason why freezes do not hold this update; nil: they do.
    public var freezeOverride: String?
    /// Draws the order of devices; nil: the stable hash of the id.
    public var seed: UInt64?

    /// An update of this id, release, selector and strategy.
    public init(
        id: String, title: String = "", release: Version, selector: Selector, strategy: Strategy,
        window: WindowSchedule? = nil
    ) {
        self.id = id
        self.title = title
        self.release = release
        self.selector = selector
        self.strategy = strategy
        self.window = window
    }
}
