/// What a device says, in the past tense.
public struct Report: Hashable, Sendable {
    /// Who says it.
    public var device: DeviceIndex
    /// The generation of the order it speaks of; nil for a heartbeat. A stale generation does no harm.
    public var generation: UInt32?
    /// What it says.
    public var body: Body

    /// What a device can say.
    public enum Body: Hashable, Sendable {
        /// It is there, and runs this version (nil: a client that reports none).
        case contacted(firmware: Version?)
        /// It is there, and says that it runs this version, of which it was sent so many bytes by whoever carries its
        /// orders: a version whose bytes were not all sent proves no success. 0 only if it was sent none of it, and has
        /// never said that it was done without them.
        case claimed(firmware: Version, sent: Int64)
        /// It is there, and what it says of the release that it runs is no version: so it is none that was asked for.
        case unreadable(firmware: String)
        /// It has begun this step of the order.
        case reached(AttemptStep)
        /// It has received so many bytes of the release. Kept in memory; not a fact.
        case received(bytes: Int64)
        /// It has the order, and does not begin with it or go on with it yet, since it is in use; why, in its own words, cut to
        /// `Presence.mostDeferralText`. Kept in memory; not a fact.
        case deferred(why: String)
        /// It says that it is done and restarts; what it runs is known at its next contact.
        case restarted
        /// It gives up this attempt.
        case gaveUp(FailureCause)
        /// It has dropped the order before anything was changed on it, as a withdrawn order asks.
        case dropped
        /// What it says of itself, in place of what it said before; taken in within the bounds of `DeviceAttributes`.
        case described([Tag])
        /// Two terminals call by this id; what differed between them, such as two addresses. Said by whoever listens to
        /// them, cut to `HoldReason.mostEvidence`.
        case twoUnderOneID(evidence: String)
        /// Whoever carries its orders to it did not get through, and why. Said of it and not by it: it proves no presence.
        case unreached(FailureCause)
    }

    /// Whether the device itself was there to say it.
    public var provesPresence: Bool { if case .unreached = body { false } else { true } }

    /// Under which name a device says of itself why it is not reached.
    public static let unreachedTag = "not reached"

    /// A report of a device.
    public init(device: DeviceIndex, generation: UInt32? = nil, body: Body) {
        self.device = device
        self.generation = generation
        self.body = body
    }
}

/// What a device is told to do now. Recomputed from state, so that a crash cannot lose it.
public struct Order: Hashable, Sendable {
    /// Who is told.
    public var device: DeviceIndex
    /// On behalf of which update.
    public var update: UpdateIndex
    /// Which attempt, from 1.
    public var attempt: Int
    /// Names this order; larger for every later attempt of the fleet.
    public var generation: UInt32
    /// What to run.
    public var release: Version
    /// Bytes of the release's artifacts. A device that goes back may still have them in its other slot.
    public var size: Int64
    /// Whether the device goes back to what it ran before.
    public var isRollback: Bool
    /// Whether the order is taken back: a device that does not install yet drops it and says so. It names the order by
    /// the generation under which it was given.
    public var isWithdrawn: Bool

    /// An order of these parts.
    public init(
        device: DeviceIndex, update: UpdateIndex, attempt: Int, generation: UInt32, release: Version, size: Int64,
        isRollback: Bool, isWithdrawn: Bool = false
    ) {
        self.device = device
        self.update = update
        self.attempt = attempt
        self.generation = generation
        self.release = release
        self.size = size
        self.isRollback = isRollback
        self.isWithdrawn = isWithdrawn
    }
}
