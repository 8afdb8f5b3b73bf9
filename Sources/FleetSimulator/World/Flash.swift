import FleetCore

/// What a terminal keeps over a power cut: its slots, and how far it has come with an order.
public struct Flash: Hashable, Sendable {
    /// The release in the slot it runs from.
    public var running: Version
    /// The release in its other slot, whole and ready; nil: none, or one that is being written.
    public var otherSlot: Version?
    /// What was fetched of a release that is not whole yet.
    public var download: Download?
    /// The order it carries out, from its first byte until it runs again.
    public var job: Job?
    /// The last order that did not bring it to its release.
    public var ended: EndedOrder?
    /// The release it was last told to run, and how often it has tried.
    public var tried: Tries?
    /// Installations begun, returns to the other slot included.
    public var installations = 0
    /// It is broken and says nothing until this moment; nil: it works.
    public var silentUntil: Timestamp?

    /// A terminal that runs this release and has done nothing else.
    public init(running: Version) {
        self.running = running
    }

    /// A release that is not whole yet.
    public struct Download: Hashable, Sendable {
        /// What is fetched.
        public var release: Version
        /// Bytes that are there.
        public var bytes: Int64
    }

    /// An order in progress.
    public struct Job: Hashable, Sendable {
        /// What the terminal was told.
        public var order: Order
        /// How far it has come: downloading, installing or confirming (it restarts).
        public var step: AttemptStep
        /// When that step began.
        public var since: Timestamp
        /// The number of its try, by the terminal's own count.
        public var attempt: Int
    }

    /// An order that came to an end without success.
    public struct EndedOrder: Hashable, Sendable {
        /// Which order.
        public var generation: UInt32
        /// What the terminal says of it.
        public var outcome: Outcome
        /// Whether it could say so.
        public var isReported: Bool

        /// What a terminal can say of such an order.
        public enum Outcome: Hashable, Sendable {
            /// It is done; and yet it runs what it ran before.
            case done
            /// It gave up.
            case gaveUp(FailureCause)
            /// It dropped the order, which was withdrawn.
            case dropped
        }
    }

    /// Tries of one release.
    public struct Tries: Hashable, Sendable {
        /// Which release.
        public var release: Version
        /// The order of the last try.
        public var generation: UInt32
        /// How many.
        public var count: Int
    }
}

/// The flash of one terminal, by its id.
public struct FlashRecord: Hashable, Sendable {
    /// Whose flash it is.
    public var device: String
    /// What is in it.
    public var flash: Flash

    /// The flash of this terminal.
    public init(device: String, flash: Flash) {
        self.device = device
        self.flash = flash
    }
}
