import FleetCore

/// An update in one line.
public struct UpdateSummary: Hashable, Sendable {
    public var id: String
    public var title: String
    public var release: Version
    /// `immediate`, `scheduled`, `progressive`, `on-connect`, `rollback`, `retry`.
    public var strategy: String
    public var status: UpdateStatus
    /// Why it is held or how it ended, or how many devices did not come back; empty where the status says it all.
    public var statusText: String
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    public var tally: Tally
    /// The update that this one rolls back or retries.
    public var parent: String?
    /// Whether it sends devices back to what they had: a rollback, or the retry of one.
    public var goesBack: Bool
    /// Paused for a gate that has failed: it cannot be resumed.
    public var hasLostGate = false
    /// Called off by somebody, with devices still under way: those that were told to drop it, and those that finish.
    public var isCancelling = false
    /// What somebody asked for and a second person must approve, as it would be done now; nil: nothing.
    public var proposal: Proposal?
    /// The revision of the set that an approval would send back; nil: nobody asks for a rollback.
    public var proposedSet: UInt64?

    /// Devices that did not come back: since the fleet lacks the files, that was called off, or they failed to.
    public var unsent = 0
    /// Devices that a retry would send once more, of an update that has ended: of those that failed, the ones that have not
    /// come where they were to be since; of one that goes back also those for which it lacked files that it has now. Nil:
    /// nothing has failed, or nobody has asked: as many as failed, at most.
    public var retriable: Int?
    /// Whether it has tried no device, so that there is nothing to send back.
    public var isUntouched = false
    /// Devices that are back, of one that is over and was rolled back, or goes back itself; nil: it is no such.
    public var back: Int?

    /// The line of one update.
    public init(
        id: String, title: String, release: Version, strategy: String, status: UpdateStatus, statusText: String,
        startedAt: Timestamp?, endedAt: Timestamp?, tally: Tally, parent: String?
    ) {
        self.id = id
        self.title = title
        self.release = release
        self.strategy = strategy
        self.status = status
        self.statusText = statusText
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.tally = tally
        self.parent = parent
        goesBack = strategy == "rollback"
    }

    /// The word for where it stands: its status, that it is about to be cancelled, or how it ended where its status sounds
    /// better than that.
    public var standing: String {
        if isCancelling { return "cancelling" }
        if status == .completed, tally.hasOnlyFailed { return Self.allFailed }
        return unsent > 0 && status.isFinal ? Self.partlyBack : status.description
    }

    private static let allFailed = "all failed", partlyBack = "partly back"
    /// The words that stand in the place of the status of one that has ended.
    static let wordsOfEnds = [allFailed, partlyBack]
}

/// The update in focus.
public struct UpdateView: Hashable, Sendable {
    public var summary: UpdateSummary
    /// Where the current phase stands in `phases`; nil without phases or before the first.
    public var currentPhase: Int?
    /// Empty for strategies without phases.
    public var phases: [PhaseRow]
    /// The gate that decides next; nil where there is none.
    public var gate: GateView?
    /// Failures by cause, most frequent first.
    public var causes: [CauseRow]
    /// What the update runs on, by device firmware before it: `2.1.0>3.0.0` needs both ends.
    public var previousVersions: [Version]
    public var selector: String
    /// Its rollback, once there is one.
    public var rollback: UpdateSummary?
    /// Devices that wait, by reason, most frequent first, at most 8 groups.
    public var waiting: [WaitGroup]
    /// When the last device will be done at the present pace; nil while that is not known.
    public var expectedEnd: Timestamp?
    /// The success rate over all devices attempted to an end; nil while nothing has ended.
    public var success: SuccessView?
    /// Of the completed, those that are back from its release, and those that a rollback has left on something else.
    public var back = 0, lost = 0

    /// The view of one update.
    public init(
        summary: UpdateSummary, currentPhase: Int?, phases: [PhaseRow], gate: GateView?, causes: [CauseRow],
        previousVersions: [Version], selector: String, rollback: UpdateSummary?, waiting: [WaitGroup],
        expectedEnd: Timestamp?, success: SuccessView? = nil
    ) {
        self.summary = summary
        self.currentPhase = currentPhase
        self.phases = phases
        self.gate = gate
        self.causes = causes
        self.previousVersions = previousVersions
        self.selector = selector
        self.rollback = rollback
        self.waiting = waiting
        self.expectedEnd = expectedEnd
        self.success = success
    }
}

/// How many of the devices attempted to an end succeeded, with what that proves.
public struct SuccessView: Hashable, Sendable {
    public var completed: Int
    public var failed: Int
    /// The 95% Wilson interval of the rate, 0...1.
    public var interval: ClosedRange<Double>

    /// A rate with its interval.
    public init(completed: Int, failed: Int, interval: ClosedRange<Double>) {
        self.completed = completed
        self.failed = failed
        self.interval = interval
    }
}

/// Devices that wait for the same thing.
public struct WaitGroup: Hashable, Sendable {
    public var reason: WaitReason
    public var count: Int

    /// So many devices wait for this.
    public init(reason: WaitReason, count: Int) {
        self.reason = reason
        self.count = count
    }
}

/// One phase. Its numbers are cumulative, as the phase is: a phase of 50% holds the canary too.
public struct PhaseRow: Hashable, Sendable {
    public var name: String
    public var percent: Int
    /// Devices in it, those of the phases before included.
    public var tally: Tally
    public var verdict: GateVerdict
    public var openedAt: Timestamp?
    public var closedAt: Timestamp?

    /// The row of one phase.
    public init(
        name: String, percent: Int, tally: Tally, verdict: GateVerdict, openedAt: Timestamp?, closedAt: Timestamp?
    ) {
        self.name = name
        self.percent = percent
        self.tally = tally
        self.verdict = verdict
        self.openedAt = openedAt
        self.closedAt = closedAt
    }
}

/// The gate that decides next, with its odds.
public struct GateView: Hashable, Sendable {
    public var phase: String
    public var verdict: GateVerdict
    /// In basis points: 9500 is 95%.
    public var threshold: Int
    public var completed: Int
    public var failed: Int
    /// Devices of the phase.
    public var size: Int
    public var minimumSample: Int
    public var demandsConfidence: Bool
    public var requiresApproval: Bool
    /// 0...1; nil while nothing has ended.
    public var rate: Double?
    /// The 95% Wilson interval of the rate, 0...1; nil while nothing has ended.
    public var interval: ClosedRange<Double>?
    /// How many more successes in a row would let it pass; 0: it passes as it is; nil: it cannot any more.
    public var successesToPass: Int?
    /// How many more failures make it fail; 0: it has failed.
    public var failuresToFail: Int
    /// The moment the soak ends, while it lasts, and how long it is in all.
    public var soakEndsAt: Timestamp?
    public var soakLength: Duration
    /// When a missing sample makes it inconclusive.
    public var timeoutAt: Timestamp?
    /// Whether it waits for an operator's approval only.
    public var awaitsApproval: Bool

    /// The gate of one phase.
    public init(
        phase: String, verdict: GateVerdict, threshold: Int, completed: Int, failed: Int, size: Int,
        minimumSample: Int, demandsConfidence: Bool, requiresApproval: Bool, rate: Double?,
        interval: ClosedRange<Double>?, successesToPass: Int?, failuresToFail: Int, soakEndsAt: Timestamp?,
        soakLength: Duration, timeoutAt: Timestamp?, awaitsApproval: Bool
    ) {
        self.phase = phase
        self.verdict = verdict
        self.threshold = threshold
        self.completed = completed
        self.failed = failed
        self.size = size
        self.minimumSample = minimumSample
        self.demandsConfidence = demandsConfidence
        self.requiresApproval = requiresApproval
        self.rate = rate
        self.interval = interval
        self.successesToPass = successesToPass
        self.failuresToFail = failuresToFail
        self.soakEndsAt = soakEndsAt
        self.soakLength = soakLength
        self.timeoutAt = timeoutAt
        self.awaitsApproval = awaitsApproval
    }
}

/// Failures of one cause, and where they cluster.
public struct CauseRow: Hashable, Sendable {
    public var cause: String
    public var count: Int
    /// Regions by count, most first.
    public var regions: [RegionCount]

    /// A cause with its count.
    public init(cause: String, count: Int, regions: [RegionCount]) {
        self.cause = cause
        self.count = count
        self.regions = regions
    }
}

/// How many in one region.
public struct RegionCount: Hashable, Sendable {
    public var region: String
    public var count: Int

    /// So many in this region.
    public init(region: String, count: Int) {
        self.region = region
        self.count = count
    }
}
