/// What kind of event a fact records: the first byte of its encoding. A number is never used for anything else, not
/// even once its kind has gone, so that an old journal keeps its meaning.
public enum EventKind: UInt8, CaseIterable, Sendable {
    case engineStarted = 1
    case commandAccepted = 2
    case commandRefused = 3
    case clockStepped = 4
    case ordersRenumbered = 8

    case fleetConfigured = 16
    case releaseAdded = 17
    case deviceRegistered = 18
    case deviceRevised = 19
    case deviceStatusChanged = 20
    case devicesSeen = 21
    case firmwareReported = 22

    case updateDrafted = 32
    case updateRevised = 33
    case updateStarted = 34
    case updateApproved = 35
    case updatePaused = 36
    case updateResumed = 37
    case startsEnded = 38
    case updateEnded = 39
    case rollbackStarted = 40
    case retryStarted = 41
    case secondPersonAwaited = 42
    case proposalWithdrawn = 43

    case phaseOpened = 64
    case gateDecided = 65
    case phaseApproved = 66
    case phaseClosed = 67

    case attemptStarted = 80
    case stepReached = 81
    case attemptFailed = 82
    case assignmentCompleted = 83
    case assignmentCancelled = 84
    case assignmentSkipped = 85
    case outcomeTurnedBad = 86

    case deviceIntroduced = 96
    case deviceAccepted = 97
    case deviceRefused = 98
    case deviceHeld = 99
    case deviceDescribed = 100

    /// The format in which this build writes the kind: the second byte of its encoding. Raised when what the kind
    /// carries changes, down to the values inside it; the reader then keeps the older format beside the new one.
    public var formatVersion: UInt8 {
        switch self {
        // 2: the origin of a command has user, role, key and basis; settings have `access` and `fourEyes`.
        case .commandAccepted, .commandRefused, .fleetConfigured: 2
        // 2: the reason may be that a former release cannot be sent.
        case .assignmentSkipped: 2
        default: 1
        }
    }
}

extension Event {
    /// What kind of event this is.
    public var kind: EventKind {
        switch self {
        case .engineStarted: .engineStarted
        case .commandAccepted: .commandAccepted
        case .commandRefused: .commandRefused
        case .clockStepped: .clockStepped
        case .ordersRenumbered: .ordersRenumbered
        case .fleetConfigured: .fleetConfigured
        case .releaseAdded: .releaseAdded
        case .deviceRegistered: .deviceRegistered
        case .deviceRevised: .deviceRevised
        case .deviceStatusChanged: .deviceStatusChanged
        case .devicesSeen: .devicesSeen
        case .firmwareReported: .firmwareReported
        case .updateDrafted: .updateDrafted
        case .updateRevised: .updateRevised
        case .updateStarted: .updateStarted
        case .updateApproved: .updateApproved
        case .updatePaused: .updatePaused
        case .updateResumed: .updateResumed
        case .startsEnded: .startsEnded
        case .updateEnded: .updateEnded
        case .rollbackStarted: .rollbackStarted
        case .retryStarted: .retryStarted
        case .secondPersonAwaited: .secondPersonAwaited
        case .proposalWithdrawn: .proposalWithdrawn
        case .phaseOpened: .phaseOpened
        case .gateDecided: .gateDecided
        case .phaseApproved: .phaseApproved
        case .phaseClosed: .phaseClosed
        case .attemptStarted: .attemptStarted
        case .stepReached: .stepReached
        case .attemptFailed: .attemptFailed
        case .assignmentCompleted: .assignmentCompleted
        case .assignmentCancelled: .assignmentCancelled
        case .assignmentSkipped: .assignmentSkipped
        case .outcomeTurnedBad: .outcomeTurnedBad
        case .deviceIntroduced: .deviceIntroduced
        case .deviceAccepted: .deviceAccepted
        case .deviceRefused: .deviceRefused
        case .deviceHeld: .deviceHeld
        case .deviceDescribed: .deviceDescribed
        }
    }
}
