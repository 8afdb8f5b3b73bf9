/// How simulated terminals behave: the content of `simulation.yaml`. A value like the others, so that the reader of
/// files and the simulator share it without knowing each other.
public struct SimulationProfile: Hashable, Sendable {
    /// Draws everything that is left to chance; the same seed gives the same world.
    public var seed: UInt64 = 1
    /// The moment at which a simulation begins; nil: now.
    public var start: Timestamp?
    /// How long a terminal takes to act on an order it was given while connected.
    public var answer: ClosedRange<Duration> = .seconds(1)...(.seconds(20))
    /// Bytes a second of a terminal's link.
    public var bytesPerSecond: ClosedRange<Int64> = 20_000...200_000
    /// How long an installation takes.
    public var install: ClosedRange<Duration> = .minutes(3)...(.minutes(8))
    /// How long a restart takes, until the first contact after it.
    public var restart: ClosedRange<Duration> = .seconds(30)...(.minutes(2))
    /// When terminals that are away at the start come back. Terminals away at the start and not listed stay away.
    public var returns: [SimulatedReturn] = []
    /// What goes wrong. For each device and release the first rule that names both decides.
    public var failures: [SimulatedFailureRule] = []

    /// Terminals that behave well.
    public init() {}
}

/// A terminal that is away when the simulation begins, and comes back.
public struct SimulatedReturn: Hashable, Sendable {
    /// Its id.
    public var device: String
    /// From the start of the simulation until it is back.
    public var after: Duration
    /// How long it then stays; nil: for good.
    public var stays: Duration?

    /// A terminal that comes back after a while.
    public init(device: String, after: Duration, stays: Duration? = nil) {
        self.device = device
        self.after = after
        self.stays = stays
    }
}

/// How often, and how, an installation goes wrong.
public struct SimulatedFailureRule: Hashable, Sendable {
    /// The release it is about; nil: every one.
    public var release: Version?
    /// The devices it is about.
    public var devices: Selector = .all
    /// Of the attempts, in basis points: 200 is 2%. 0...10000.
    public var rate: Int
    /// What happens when it happens, drawn by weight; at least one.
    public var kinds: [WeightedFailure]

    /// A rule for one release, or for every one.
    public init(release: Version? = nil, devices: Selector = .all, rate: Int, kinds: [WeightedFailure]) {
        self.release = release
        self.devices = devices
        self.rate = rate
        self.kinds = kinds
    }
}

/// A way to go wrong and its share.
public struct WeightedFailure: Hashable, Sendable {
    /// What happens.
    public var kind: SimulatedFailure
    /// Its share among the rule's kinds, at least 1.
    public var weight: Int

    /// A way to go wrong with this weight.
    public init(_ kind: SimulatedFailure, weight: Int = 1) {
        self.kind = kind
        self.weight = weight
    }
}

/// A way in which an installation goes wrong.
public enum SimulatedFailure: Hashable, Sendable {
    /// The terminal says what is wrong, during this step, and stays on the release it had.
    case givesUp(FailureCause, at: AttemptStep)
    /// It says that it is done, restarts, and still reports the release it had.
    case keepsOldRelease
    /// It restarts and is not heard of for so long; nil: for good.
    case fallsSilent(Duration?)
}
