import FleetCore

/// What the oracle knows of an update.
struct UpdateAccount {
    /// As it was drafted; a child's as its parent's with what the child changes.
    var definition: UpdateDefinition
    /// Where it stands, and where it stood before it was paused.
    var status = UpdateStatus.draft, statusBeforePause = UpdateStatus.running
    /// The update it rolls back or tries again.
    var parent: Int?
    /// Whether it sends devices back.
    var goesBack = false
    /// When its targets were frozen, in elapsed milliseconds; nil: not yet.
    var startedAt: Int64?
    /// Its assignments, targets first.
    var assignments: [AssignmentAccount] = []
    /// Where a device stands in that list; -1: nowhere.
    private var positions: [Int32] = []
    /// Its phases; one without a gate where its strategy has none.
    var phases: [PhaseAccount] = []
    /// The last open phase.
    var phase: Int?
    /// Why it is paused.
    var pause: PauseReason?
    /// Why nothing starts in it any more, and the step in which that came about.
    var stopped: EndReason?
    /// See `stopped`.
    var stoppedAt = -1
    /// Its rollback.
    var rollback: Int?
    /// What waits for a second person, and whether its own start does.
    var proposal: Proposal?
    /// See `proposal`.
    var owesSecondPerson = false
    /// The number of the fact in which a phase last opened or a gate was last decided.
    var gateChangedIn: UInt64 = 0
    /// Attempts under way; those that have not begun; those under way or to be tried again.
    var inFlight = 0, waiting = 0, active = 0
    /// When attempts began during the last minute, in elapsed milliseconds.
    var starts: [Int64] = []
    /// When the last attempt began.
    var lastStartAt = Int64.min
    /// Facts have named it since it was last compared.
    var isChanged = true
    /// What an engine must show of it, as of the last comparison.
    var reading: UpdateReading?

    init(_ definition: UpdateDefinition) { self.definition = definition }

    /// Where a device stands; nil: it has no part in the update.
    func position(of device: Int) -> Int? {
        guard positions.indices.contains(device), positions[device] >= 0 else { return nil }
        return Int(positions[device])
    }

    /// Puts a device at the end of the list.
    mutating func add(_ assignment: AssignmentAccount) {
        while positions.count <= assignment.device { positions.append(-1) }
        positions[assignment.device] = Int32(assignments.count)
        assignments.append(assignment)
        if assignment.state.isWaiting { waiting += 1 }
    }

    /// Phases with gates lead through it.
    var hasGates: Bool {
        if case .progressive = definition.strategy { return true }
        return false
    }

    /// It has started, and has not ended or still has devices under way.
    var isOpen: Bool { startedAt != nil && (!status.isFinal || active > 0) }

    /// Positions before this one may start.
    var openEnd: Int { phase.map { phases.indices.contains($0) ? phases[$0].size : 0 } ?? 0 }

    /// Whether somebody, or a gate, takes back the order of an attempt: the device may still leave it undone.
    func isWithdrawn(_ position: Int) -> Bool {
        let assignment = assignments[position]
        guard assignment.state == .inProgress, assignment.step == .offered || assignment.step == .downloading else {
            return false
        }
        switch stopped {
        case .cancelled, .gateFailed, .rolledBack: return true
        default: return false
        }
    }

    /// What an assignment is to bring its device to.
    func goal(_ position: Int) -> Version { assignments[position].goal ?? definition.release }
}

/// What the oracle knows of an assignment.
struct AssignmentAccount {
    /// Whose.
    var device: Int
    /// Where it stands.
    var state: AssignmentState
    /// How far the attempt has come, and since when, in elapsed milliseconds.
    var step = AttemptStep.offered, stepSince = Int64.min
    /// The number of the last attempt in the fleet, and in the assignment.
    var generation: UInt32 = 0, attempts = 0
    /// From when it may be tried again, in elapsed milliseconds.
    var retryAt = Int64.min
    /// It completed, and the device was later seen on another version.
    var hasTurnedBad = false
    /// It was left out for running already what it was to be brought to.
    var isThere = false
    /// It could not be sent back when its turn came.
    var lacksFiles = false
    /// What the device ran before the first attempt.
    var before: Version?
    /// What to go back to; nil: the update's release.
    var goal: Version?
    /// The step at which the order of the present attempt was last sent.
    var sentAt = -1
    /// Since when nothing has kept it from starting; nil: something does.
    var startableSince: Int64?

    init(device: Int, state: AssignmentState, goal: Version? = nil) {
        self.device = device
        self.state = state
        self.goal = goal
    }
}

/// What the oracle knows of a phase.
struct PhaseAccount {
    /// As it was defined.
    var definition: PhaseDefinition
    /// Cumulative.
    var size: Int
    /// What the gate said last.
    var verdict = GateVerdict.waiting
    /// Since when the wait runs, in elapsed milliseconds; nil: the gate has not passed.
    var soakFrom: Int64?
    /// Since when the time for a missing sample runs.
    var timeoutFrom = Int64.min
    /// An operator approved; it was left behind.
    var isApproved = false, isClosed = false
}

extension AssignmentState {
    /// It has not begun.
    var isWaiting: Bool { self == .pending || self == .scheduled }
}
