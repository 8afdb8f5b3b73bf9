import OrderedCollections

/// One update: its definition, where it stands, and its assignments.
public struct UpdateRecord: Equatable, Sendable {
    /// Where it came from.
    public enum Kind: Hashable, Sendable {
        case ordinary
        /// Sends the devices of this update back.
        case rollback(of: UpdateIndex)
        /// Tries the failed devices of this update once more.
        case retry(of: UpdateIndex)
    }

    /// Its place.
    public let index: UpdateIndex
    /// What it is for.
    public internal(set) var kind: Kind
    /// As it was drafted.
    public internal(set) var definition: UpdateDefinition
    /// Where it stands.
    public internal(set) var status = UpdateStatus.draft
    /// Why it is paused; only while it is.
    public internal(set) var pauseReason: PauseReason?
    var statusBeforePause = UpdateStatus.running
    /// When it was drafted.
    public internal(set) var draftedAt: Timestamp
    /// When its target list was frozen.
    public internal(set) var startedAt: Timestamp?
    /// When it ended.
    public internal(set) var endedAt: Timestamp?
    /// Devices that had failed in it when it completed: later ones may turn bad, and what is told of that moment must not
    /// change with them. 0 before.
    public internal(set) var failuresAtCompletion = 0
    /// Why nothing starts in it any more.
    public internal(set) var startsEnded: EndReason?
    /// Its rollback, once there is one.
    public internal(set) var rollback: UpdateIndex?
    /// How often its failures were tried again.
    public internal(set) var retries = 0
    /// The fact in which a phase last opened or a gate was last decided; 0: none yet.
    var gateChangedIn: UInt64 = 0
    /// What somebody asked for and a second person must approve.
    public internal(set) var proposal: Proposal?
    /// When that was asked for.
    public internal(set) var proposedAt: Timestamp?
    /// Its assignments.
    public internal(set) var assignments = AssignmentTable(targets: [], skipped: [], state: .pending)
    /// Its phases; one without a gate for strategies that have none. Empty before the start.
    public internal(set) var phases: [PhaseRecord] = []
    /// The last phase that is open; nil before the first.
    public internal(set) var currentPhase: Int?
    /// All assignments.
    public internal(set) var tally = Tally()
    /// By region number.
    public internal(set) var regionTallies: [Tally] = []
    /// Failures by cause and region number.
    public internal(set) var causes: OrderedDictionary<CauseKey, Int> = [:]
    /// When each cause was first met, by its code.
    public internal(set) var causesSince: OrderedDictionary<String, Timestamp> = [:]
    /// Attempts under way.
    public internal(set) var inFlight = 0
    /// The earliest moment of the next start by the starts a minute.
    public internal(set) var nextStartAt = Timestamp.distantPast

    /// A cause in a region.
    public struct CauseKey: Hashable, Sendable {
        /// What went wrong.
        public var code: String
        /// Where, as a number of the registry's regions.
        public var region: Int
    }

    init(index: UpdateIndex, kind: Kind, definition: UpdateDefinition, draftedAt: Timestamp) {
        self.index = index
        self.kind = kind
        self.definition = definition
        self.draftedAt = draftedAt
    }

    /// Unique in the fleet.
    public var id: String { definition.id }
    /// Whether it sends devices back.
    public var isRollback: Bool {
        if case .rollback = kind { return true }
        return false
    }
    /// Whether it brings each device to a release of its own, the one the device had before: a rollback, or a retry of
    /// one.
    public var goesBack: Bool { isRollback || !assignments.targetVersions.isEmpty }
    /// Whether its engine still has to look after it: it has started, and has not ended or still has devices under way.
    public var isOpen: Bool { startedAt != nil && (!status.isFinal || !assignments.live.isEmpty) }
    /// Whether nothing of it has begun: somebody has to start it, or to approve it first.
    public var hasNotBegun: Bool { status == .draft || status == .awaitingApproval }
    /// Whether it has started and there is nobody to update: all that it selects is where it would bring it, or left out,
    /// from its start on or since.
    public var reachesNobody: Bool { startedAt != nil && tally.target == 0 }
    /// Whether that was so when it started.
    var reachedNobodyAtStart: Bool { phases.last.map { $0.size == 0 } ?? false }
    /// The phase for which the update is paused since no device of it was tried: nothing can prove it any more, and whoever
    /// resumes goes on without it. The last phase is never one.
    public var untriedPhase: Int? {
        guard status == .paused, case .inconclusive = pauseReason, let current = currentPhase, !reachesNobody,
            phases[current].verdict == .inconclusive, current + 1 < phases.count,
            cumulativeTally(through: current).hasNobody
        else { return nil }
        return current
    }
    /// Positions before this one belong to phases that are open.
    public var openEnd: Position { currentPhase.map { phases[$0].size } ?? 0 }
    /// The phase a position belongs to.
    public func phase(of position: Position) -> Int? { phases.firstIndex { position < $0.size } }

    /// All assignments of the first phases, up to and including this one.
    public func cumulativeTally(through phase: Int) -> Tally {
        phases[...phase].reduce(Tally()) { $0 + $1.tally }
    }
}

/// One phase as it went.
public struct PhaseRecord: Equatable, Sendable {
    /// As it was defined; the threshold of a strategy without phases is not looked at.
    public let definition: PhaseDefinition
    /// Cumulative: the phases before it are part of it.
    public let size: Int
    /// What the gate said last.
    public internal(set) var verdict = GateVerdict.waiting
    /// When the gate said it.
    public internal(set) var decidedAt: Timestamp?
    /// When it opened.
    public internal(set) var openedAt: Timestamp?
    /// From when the gate's time for a missing sample runs: its opening, or a later resume.
    public internal(set) var timeoutFrom: Timestamp?
    /// When the soak began: the gate passed, or an outcome turned bad after that and it still passes.
    public internal(set) var soakFrom: Timestamp?
    /// Whether an operator approved.
    public internal(set) var isApproved = false
    /// When it was left behind.
    public internal(set) var closedAt: Timestamp?
    /// Its own assignments, without those of the phases before.
    public internal(set) var tally = Tally()
}
