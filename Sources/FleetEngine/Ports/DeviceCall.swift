import FleetCore

/// A device that calls in by its id, with what it has to say.
public struct DeviceCall: Hashable, Sendable {
    /// Who calls.
    public var device: String
    /// What it says, in order. The first is that it is there.
    public var reports: [Body]
    /// Whether it may introduce itself where the registry does not know it: it has proven that it belongs to the fleet.
    public var mayJoin: Bool
    /// The generation of an order of which it is asked whether the device has it, or had it; nil: of none.
    public var action: UInt32?

    /// A report that names no device yet.
    public struct Body: Hashable, Sendable {
        /// The generation of the order it speaks of; nil for a heartbeat.
        public var generation: UInt32?
        /// What it says.
        public var body: Report.Body

        /// A report of this order.
        public init(generation: UInt32? = nil, _ body: Report.Body) {
            self.generation = generation
            self.body = body
        }
    }

    /// A call of a device.
    public init(device: String, reports: [Body], mayJoin: Bool = false) {
        self.device = device
        self.reports = reports
        self.mayJoin = mayJoin
    }
}

/// What a device that called in is told.
public struct DeviceAnswer: Hashable, Sendable {
    /// How the registry knows the device.
    public enum Standing: Hashable, Sendable {
        /// It does not.
        case unknown
        /// It does not, and does not take it in, though it may join; why.
        case turnedAway(Refusal)
        /// It has introduced itself and waits for an operator's word.
        case waiting
        /// It is out of service, or held.
        case notInService
        case active
    }

    /// An order, and how far the device has come with it.
    public struct Work: Hashable, Sendable {
        /// What it is to do.
        public var order: Order
        /// How far its attempt has come, as it is known.
        public var step: AttemptStep
        /// The id of the order's update.
        public var update: String
        /// The files of the order's release, in the order in which they are delivered.
        public var artifacts: [Artifact]

        /// Bytes of all files together.
        public var size: Int64 { artifacts.reduce(0) { $0 + $1.size } }
        /// Whether the device is to drop the order.
        public var isWithdrawn: Bool { order.isWithdrawn }

        /// An order with its files.
        public init(
            order: Order, step: AttemptStep, update: String, artifacts: [Artifact]
        ) {
            self.order = order
            self.step = step
            self.update = update
            self.artifacts = artifacts
        }
    }

    /// How the registry knows it.
    public var standing: Standing
    /// Its place in the registry; nil: it has none.
    public var device: DeviceIndex?
    /// What it is to do now; nil: nothing.
    public var work: Work?
    /// What it said of itself last; nil: it never has.
    public var described: [Tag]?
    /// Whether what it runs is not known any more, so that it is to say it.
    public var isVersionUntold = false
    /// The region of its site.
    public var region: String
    /// Bytes of artifacts a second that the region's links are to carry at most; nil: that is not limited.
    public var bytesPerSecondPerRegion: Int64?
    /// Whether the order that the call asks about is or was this device's own.
    public var isActionOwn = false

    /// An answer of these parts.
    public init(
        standing: Standing, device: DeviceIndex? = nil, work: Work? = nil, described: [Tag]? = nil, region: String = "",
        bytesPerSecondPerRegion: Int64? = nil
    ) {
        self.standing = standing
        self.device = device
        self.work = work
        self.described = described
        self.region = region
        self.bytesPerSecondPerRegion = bytesPerSecondPerRegion
    }

    /// Whether a poll is answered at once: the device has something to do, or will not get anything.
    public var isAnsweredAtOnce: Bool { standing != .active || work != nil }
}
