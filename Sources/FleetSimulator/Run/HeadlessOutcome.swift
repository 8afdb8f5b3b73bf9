import FleetCore

/// What became of a headless run.
public struct HeadlessOutcome: Hashable, Sendable {
    /// Why it stopped.
    public var ending: HeadlessRun.Ending
    /// What its chance was drawn from.
    public var seed: UInt64
    /// When it began and when it stopped, in virtual time.
    public var startedAt: Timestamp, endedAt: Timestamp
    /// The updates that were started, rollbacks and retries included, in the order in which they were drafted.
    public var updates: [UpdateOutcome]
    /// Commands that were refused on the way.
    public var refusals: [Refusal]
    /// The hash of all facts, 16 hexadecimal digits.
    public var traceHash: String
    /// How many facts there were.
    public var facts: Int
    /// How many instants were run.
    public var steps: Int

    /// The virtual time that passed.
    public var duration: Duration { endedAt - startedAt }

    /// The update of this id.
    public func update(_ id: String) -> UpdateOutcome? { updates.first { $0.id == id } }
}

/// What became of one update.
public struct UpdateOutcome: Hashable, Sendable {
    /// Its id; a rollback's is its update's with `/rollback` behind it.
    public var id: String
    /// The id of the update it rolls back or tries again; nil: it is one of its own.
    public var parent: String?
    /// Whether it sends devices back.
    public var isRollback: Bool
    /// What it was to bring.
    public var release: Version
    /// Where it stood in the end.
    public var status: UpdateStatus
    /// When its target list was frozen.
    public var startedAt: Timestamp?
    /// When it ended; nil: it has not.
    public var endedAt: Timestamp?
    /// Devices the selector named.
    public var selected: Int
    /// How many assignments stand where.
    public var tally: Tally
    /// Its phases; one named `all` for strategies that have none.
    public var phases: [PhaseOutcome]
    /// Its devices in the order of its targets, then the skipped.
    public var devices: [DeviceOutcome]
}

/// What became of a phase.
public struct PhaseOutcome: Hashable, Sendable {
    /// What people call it.
    public var name: String
    /// Devices in it; cumulative: those of the phases before it included.
    public var size: Int
    /// Successes that held, cumulative.
    public var completed: Int
    /// Failures, cumulative.
    public var failed: Int
    /// What its gate said last; nil: it has none.
    public var verdict: GateVerdict?
    /// When it opened; nil: never.
    public var openedAt: Timestamp?
    /// When its gate decided.
    public var decidedAt: Timestamp?
    /// When it was left behind.
    public var closedAt: Timestamp?
    /// When nothing began in it any more: left behind, or its gate failed.
    public var endedAt: Timestamp? { closedAt ?? (verdict == .failed ? decidedAt : nil) }
}

/// What became of a device in an update.
public struct DeviceOutcome: Hashable, Sendable {
    /// Its id.
    public var id: String
    /// Its store and region.
    public var site: String, region: String
    /// Where it stood in the end.
    public var state: AssignmentState
    /// Whether it had completed and was later seen on another version.
    public var hasTurnedBad: Bool
    /// Why it ended as it did, or why the last attempt failed.
    public var reason: EndReason?
    /// Why it does not move; nil: it has ended or is under way.
    public var waits: WaitReason?
    /// Attempts begun.
    public var attempts: Int
    /// What it ran before the first attempt; nil: none has begun.
    public var previous: Version?
    /// What the update was to bring it to.
    public var target: Version
    /// What it runs in the end, as far as it has said.
    public var firmware: Version
    /// When its first attempt began.
    public var startedAt: Timestamp?
    /// When it ended.
    public var endedAt: Timestamp?
}

extension UpdateOutcome {
    init(_ record: UpdateRecord, _ state: FleetState, presence: Presence, now: Timestamp) {
        id = record.id
        switch record.kind {
        case .ordinary: parent = nil
        case .rollback(let update), .retry(let update): parent = state.update(update).id
        }
        isRollback = record.isRollback
        release = record.definition.release
        status = record.status
        startedAt = record.startedAt
        endedAt = record.endedAt
        selected = record.assignments.count
        tally = record.tally
        phases = record.phases.indices.map { PhaseOutcome(record, phase: $0) }
        devices = (0..<record.assignments.count).map {
            DeviceOutcome(record, $0, state, presence: presence, now: now)
        }
    }
}

extension PhaseOutcome {
    init(_ record: UpdateRecord, phase: Int) {
        let reading = record.phases[phase], tally = record.cumulativeTally(through: phase)
        name = reading.definition.name
        size = reading.size
        completed = tally.succeeded
        failed = tally.failures
        verdict = record.definition.hasGates ? reading.verdict : nil
        openedAt = reading.openedAt
        decidedAt = reading.decidedAt
        closedAt = reading.closedAt
    }
}

extension DeviceOutcome {
    init(_ record: UpdateRecord, _ position: Position, _ state: FleetState, presence: Presence, now: Timestamp) {
        let assignments = record.assignments, device = assignments.device(position)
        id = state.devices.id(device)
        site = state.devices.site(device)
        region = state.devices.region(device)
        self.state = assignments.state(position)
        hasTurnedBad = assignments.hasTurnedBad(position)
        reason = assignments.reason(position)
        waits = record.status.isFinal ? nil : state.waitReason(record.index, position, presence: presence, now: now)
        attempts = assignments.attempt(position)
        previous = state.previousVersion(record.index, position)
        target = state.targetVersion(record.index, position)
        firmware = state.devices.firmware(device)
        startedAt = assignments.startedAt(position)
        endedAt = assignments.endedAt(position)
    }
}
