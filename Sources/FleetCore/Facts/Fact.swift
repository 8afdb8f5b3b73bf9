/// One durable record of what happened; the journal is the list of facts, and state is their fold.
public struct Fact: Hashable, Sendable {
    /// When it happened.
    public var at: Timestamp
    /// What happened.
    public var event: Event

    /// A fact of this moment.
    public init(at: Timestamp, _ event: Event) {
        self.at = at
        self.event = event
    }
}

/// A device's last contact.
public struct Sighting: Hashable, Sendable {
    public var device: DeviceIndex
    public var at: Timestamp

    /// A contact of this device at this moment.
    public init(device: DeviceIndex, at: Timestamp) {
        self.device = device
        self.at = at
    }
}

/// A device that an update leaves out from its start, and why.
public struct Skip: Hashable, Sendable {
    public var device: DeviceIndex
    public var reason: EndReason

    /// A device that is left out.
    public init(device: DeviceIndex, reason: EndReason) {
        self.device = device
        self.reason = reason
    }
}

/// What can happen. In the past tense; applied without choices.
public enum Event: Hashable, Sendable {
    // The engine.
    /// An engine took up this journal: silences and deadlines count from here at the earliest.
    case engineStarted
    /// The machine's clock was set by so much. Every moment that the state keeps moves along, so that what has run for
    /// an hour has still run for an hour, and nothing waits for a moment that the clock took back.
    case clockStepped(by: Duration)
    /// The journal came from a backup: what engine and devices did since is not in it. Orders are numbered behind this
    /// generation from here on, so that none has the number of one that was given after the backup.
    case ordersRenumbered(behind: UInt32)
    case commandAccepted(CommandRecord)
    case commandRefused(CommandRecord, Refusal)

    // The registry.
    case fleetConfigured(FleetSettings)
    case releaseAdded(Release)
    /// The device gets the next index.
    case deviceRegistered(DeviceRecord)
    /// Everything but status and firmware was replaced.
    case deviceRevised(DeviceIndex, DeviceRecord)
    case deviceStatusChanged(DeviceIndex, DeviceStatus)
    case devicesSeen([Sighting])
    case firmwareReported(DeviceIndex, Version)

    // Updates.
    /// The update gets the next index.
    case updateDrafted(UpdateDefinition)
    case updateRevised(UpdateIndex, UpdateDefinition)
    /// The target list was frozen in this order. `phaseSizes` are cumulative; one for strategies without phases.
    case updateStarted(UpdateIndex, targets: [DeviceIndex], skipped: [Skip], phaseSizes: [Int])
    case updateApproved(UpdateIndex)
    /// Somebody asked for what a second person must approve first. A start has frozen its targets already, and waits.
    case secondPersonAwaited(UpdateIndex, Proposal)
    /// What waited for a second person was called off.
    case proposalWithdrawn(UpdateIndex)
    case updatePaused(UpdateIndex, PauseReason)
    case updateResumed(UpdateIndex)
    /// Nothing starts in it any more: what had not begun was cancelled; what was to be tried again has failed. Orders
    /// under way are withdrawn until they install.
    case startsEnded(UpdateIndex, EndReason)
    case updateEnded(UpdateIndex, UpdateStatus)
    /// The next update index is a rollback of this one, with these devices.
    case rollbackStarted(of: UpdateIndex, id: String, targets: [DeviceIndex])
    /// The next update index tries these failed devices once more.
    case retryStarted(of: UpdateIndex, id: String, targets: [DeviceIndex])

    // Phases, by their place in the update.
    case phaseOpened(UpdateIndex, phase: Int)
    case gateDecided(UpdateIndex, phase: Int, GateVerdict, completed: Int, failed: Int)
    case phaseApproved(UpdateIndex, phase: Int)
    /// The gate passed, the wait is over, and an approval, where one is required, was given.
    case phaseClosed(UpdateIndex, phase: Int)

    // Assignments.
    case attemptStarted(UpdateIndex, DeviceIndex, attempt: Int)
    case stepReached(UpdateIndex, DeviceIndex, AttemptStep)
    /// `retryAt` nil: it was the last attempt.
    case attemptFailed(UpdateIndex, DeviceIndex, FailureCause, retryAt: Timestamp?)
    case assignmentCompleted(UpdateIndex, DeviceIndex)
    /// It had not begun, or the device dropped its withdrawn order.
    case assignmentCancelled(UpdateIndex, DeviceIndex, EndReason)
    case assignmentSkipped(UpdateIndex, DeviceIndex, EndReason)
    /// A completed device was later seen on another version: its outcome counts as a failure from now on. So
    /// does one that a rollback left out as already back, and that was later seen on the release that was rolled back: it
    /// counts as completed until then.
    case outcomeTurnedBad(UpdateIndex, DeviceIndex, FailureCause)

    // Devices that call in by themselves.
    /// The device gets the next index, and waits for acceptance; the tags are what it says of itself.
    case deviceIntroduced(DeviceRecord, [Tag])
    /// An operator took it into service.
    case deviceAccepted(DeviceIndex)
    /// An operator turned it away; it is decommissioned.
    case deviceRefused(DeviceIndex)
    /// It was taken out of service until an operator accepts it again.
    case deviceHeld(DeviceIndex, HoldReason)
    /// What it says of itself was replaced.
    case deviceDescribed(DeviceIndex, [Tag])
}
