/// Where one device stands in one update.
///
/// `pending -> scheduled -> inProgress -> completed`; `pending|scheduled -> cancelled|skipped`;
/// `inProgress -> failed`, or `inProgress -> retrying -> inProgress` until the attempts run out;
/// `inProgress -> cancelled` once the device has said that it dropped an order that was withdrawn;
/// `inProgress -> skipped` of one that turns out to be on the release already, or is taken out of service before it has
/// changed anything.
public enum AssignmentState: UInt8, CaseIterable, Sendable, CustomStringConvertible {
    /// Waits; why is asked of the plan.
    case pending = 0
    /// Has its turn in an open phase and a known time to start.
    case scheduled = 1
    /// An attempt is under way.
    case inProgress = 2
    /// An attempt has failed; another will follow.
    case retrying = 3
    /// The device confirmed the release. Final.
    case completed = 4
    /// The attempts ran out, or the cause is permanent. Final.
    case failed = 5
    /// Called off before anything was changed on the device. Final.
    case cancelled = 6
    /// Not for this device, with the reason. Final.
    case skipped = 7

    /// Whether the state is never left.
    public var isFinal: Bool { rawValue >= AssignmentState.completed.rawValue }
    /// Whether an attempt is under way or will be again: such a device takes part in no other update.
    public var isLive: Bool { self == .inProgress || self == .retrying }

    public var description: String {
        switch self {
        case .pending: "pending"
        case .scheduled: "scheduled"
        case .inProgress: "inProgress"
        case .retrying: "retrying"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .skipped: "skipped"
        }
    }
}

/// How far an attempt has come.
public enum AttemptStep: UInt8, CaseIterable, Comparable, Sendable, CustomStringConvertible {
    /// The order was given; the device has not answered.
    case offered = 0
    /// The device fetches the artifacts.
    case downloading = 1
    /// The device installs: past the point of no return.
    case installing = 2
    /// The device restarts; what it runs then is not known yet.
    case confirming = 3

    public static func < (left: AttemptStep, right: AttemptStep) -> Bool { left.rawValue < right.rawValue }

    public var description: String {
        switch self {
        case .offered: "offered"
        case .downloading: "downloading"
        case .installing: "installing"
        case .confirming: "confirming"
        }
    }
}

/// Where an update stands.
public enum UpdateStatus: UInt8, CaseIterable, Sendable, CustomStringConvertible {
    /// Known, not started.
    case draft = 0
    /// Started, waits for an operator's approval.
    case awaitingApproval = 1
    /// Started; nothing has begun because no window has opened yet.
    case scheduled = 2
    /// Under way.
    case running = 3
    /// No new starts until an operator resumes.
    case paused = 4
    /// Every assignment has ended.
    case completed = 5
    /// Stopped for good by a failed gate, without a rollback, or in a rollback that was called off before every device
    /// was back.
    case halted = 6
    /// Called off before anything was changed, or in between.
    case cancelled = 7
    /// Changed devices are being sent back.
    case rollingBack = 8
    /// Every changed device has been sent back or has an end.
    case rolledBack = 9

    /// Whether the status is never left, except that a completed, halted or cancelled update may be rolled back.
    public var isFinal: Bool {
        switch self {
        case .completed, .halted, .cancelled, .rolledBack: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .draft: "draft"
        case .awaitingApproval: "awaiting approval"
        case .scheduled: "scheduled"
        case .running: "running"
        case .paused: "paused"
        case .completed: "completed"
        case .halted: "halted"
        case .cancelled: "cancelled"
        case .rollingBack: "rolling back"
        case .rolledBack: "rolled back"
        }
    }
}

/// What a gate says.
public enum GateVerdict: UInt8, CaseIterable, Sendable, CustomStringConvertible {
    /// The phase has not opened.
    case waiting = 0
    /// Not decided: the sample is short, or devices are still moving.
    case unproven = 1
    /// The threshold was reached.
    case passed = 2
    /// The threshold was missed or can no longer be reached.
    case failed = 3
    /// The minimum sample was not there in time.
    case inconclusive = 4

    public var description: String {
        switch self {
        case .waiting: "waiting"
        case .unproven: "unproven"
        case .passed: "passed"
        case .failed: "failed"
        case .inconclusive: "inconclusive"
        }
    }
}
