/// The core as one machine that is handed its time: inputs go in, facts come out. It decides one thing, applies it, and
/// decides the next, so that each decision knows the ones before it and no limit is passed inside one step.
///
/// Nothing it has decided may be acknowledged, sent or shown before its facts are durable: that is the loop's part.
public struct FleetMachine: Sendable {
    /// The fold of all facts, those not yet taken included.
    public private(set) var state = FleetState()
    /// What is known between two commits.
    public private(set) var presence = Presence(DeviceTable())
    /// When time alone will change something; nil: nothing is due.
    public private(set) var nextWake: Timestamp?
    /// The same without the silences of devices: when time alone will decide something about an update.
    public private(set) var nextDecision: Timestamp?
    /// Whether a device waits for its next contact only, so that a plain sighting is worth a tick.
    public internal(set) var awaitsContacts = false
    private var facts: [Fact] = []
    private var refusals = RefusalQuota()
    private var silenceDue = Timestamp.distantPast
    /// Whether a device is online, in service or not, and so may fall silent.
    private var awaitsSilence = true
    private var deadlines = DeadlineQueue()

    /// More rounds than this in one tick mean that two decisions undo each other.
    private static let maximumRounds = 1_000

    /// A machine that knows nothing.
    public init() {}

    /// Begins from the fold of facts that are durable already, in place of their replay.
    public mutating func begin(from state: FleetState) {
        self.state = state
        deadlines.invalidate()
    }

    /// Takes in facts that are durable already.
    public mutating func replay(_ facts: [Fact]) {
        for fact in facts { state.apply(fact) }
        deadlines.invalidate()
    }

    /// Ends the replay: an engine takes up the journal now.
    /// - Parameter ordersAreFetched: Whether devices hear of an order only by calling in: the word of one that has not since an order
    ///   that is taken back was made is not waited for.
    public mutating func takeUp(now: Timestamp, ordersAreFetched: Bool = false) {
        presence = Presence(state.devices)
        presence.ordersAreFetched = ordersAreFetched
        record(.engineStarted, now)
    }

    /// Ends the replay of a machine that is only asked: nothing is decided.
    public mutating func beginReading() {
        presence = Presence(state.devices)
    }

    /// Takes in that the machine's clock was set by so much; `now` is told by the new setting.
    public mutating func stepClock(by step: Duration, now: Timestamp) {
        record(.clockStepped(by: step), now)
        presence.moveAll(by: step)
        silenceDue = .distantPast
        deadlines.invalidate()
    }

    /// Takes over a journal that came from a backup, on behalf of an operator: see `FleetState.decideRestore`. Nothing may
    /// have been taken up or decided before. Throws if too many orders were given in the life of this fleet.
    public mutating func restore(_ origin: Origin, now: Timestamp) throws(Refusal) {
        let events = try state.decideRestore(by: origin.operatorName, now: now)
        record(.commandAccepted(CommandRecord(verb: "restore", object: state.settings.name, origin: origin)), now)
        for event in events { record(event, now) }
    }

    /// Facts decided since the last call; they are the caller's to make durable.
    public mutating func takeFacts() -> [Fact] {
        defer { facts = [] }
        return facts
    }

    /// Whether facts wait to be made durable.
    public var hasFacts: Bool { !facts.isEmpty }

    /// Carries out a command, or says why not; both leave a fact. One that was given before is answered as it was then, and
    /// leaves none; nor does one that somebody has no role for and was refused for just before.
    /// - Parameter objection: What stands against a command that could be carried out, by what only others know; nil: nothing.
    public mutating func handle(
        _ command: Command, _ origin: Origin, now: Timestamp, objection: (FleetState) -> Refusal? = { _ in nil }
    ) -> Refusal? {
        let trace = CommandRecord(verb: command.verb, object: command.object, origin: origin)
        if let earlier = state.earlierAnswer(command, origin) { return earlier }
        do {
            try state.permit(command, origin)
        } catch {
            if refusals.mayRecord(trace, at: now) { record(.commandRefused(trace, error), now) }
            return error
        }
        do throws(Refusal) {
            try state.expectFresh(command, origin)
            let events = try state.decide(command, origin, presence: presence, now: now)
            if !events.isEmpty, let refusal = objection(state) { throw refusal }
            guard !events.isEmpty || command.isWrittenDownAlone || origin.key != nil else { return nil }
            record(.commandAccepted(trace), now)
            for event in events { record(event, now) }
            presence.follow(state.devices)
            return nil
        } catch {
            record(.commandRefused(trace, error), now)
            return error
        }
    }

    /// Takes in a report.
    public mutating func handle(_ report: Report, now: Timestamp) {
        guard report.device.offset < state.devices.count else { return }
        let events = state.decide(report, now: now)
        if report.provesPresence { presence.saw(report.device, at: now) }
        if let generation = report.generation, state.devices.liveUpdate(report.device) != nil,
            state.devices.hold(report.device) == nil
        {
            switch report.body {
            case .received(let bytes): presence.received(bytes, report.device, generation: generation, at: now)
            case .deferred(let why): presence.deferred(why, report.device, generation: generation, at: now)
            case .reached: presence.goesOn(report.device)
            default: break
            }
        }
        for event in events { record(event, now) }
    }

    /// Takes in that a device has called which the registry does not know: it waits for acceptance from now on. Gives
    /// why it is not taken in, which leaves no fact; nil: it is known now, or was before.
    public mutating func handle(_ introduction: Introduction, now: Timestamp) -> Refusal? {
        do {
            for event in try state.decide(introduction) { record(event, now) }
            presence.follow(state.devices)
            return nil
        } catch {
            return error
        }
    }

    /// Writes down the contacts that are known in memory only.
    public mutating func saveSightings(now: Timestamp) {
        let sightings = presence.takeUnsaved()
        // Bounded, so that one fact stays small enough for any reader.
        for start in stride(from: 0, to: sightings.count, by: 10_000) {
            record(.devicesSeen(Array(sightings[start..<min(start + 10_000, sightings.count)])), now)
        }
    }

    /// Does everything that is due: ends what is overdue, decides gates, opens phases, starts what may start.
    public mutating func tick(now: Timestamp) {
        for _ in 0..<Self.maximumRounds {
            nextWake = nil
            nextDecision = nil
            awaitsContacts = false
            let before = state.revision
            endSilences(now)
            endOverdue(now)
            for update in state.openUpdates { settle(update, now) }
            for update in state.openUpdates { admit(update, now) }
            if state.revision == before { return }
        }
        preconditionFailure("two decisions undo each other at \(now.milliseconds)")
    }

    mutating func record(_ event: Event, _ now: Timestamp) {
        let fact = Fact(at: now, event)
        state.apply(fact)
        facts.append(fact)
        switch event {
        case .assignmentCompleted(_, let device), .attemptFailed(_, let device, _, _),
            .assignmentSkipped(_, let device, .alreadyOn):
            presence.forgetDownload(device)
        // What waits may be called off while its device downloads for another update.
        case .assignmentCancelled(_, let device, _) where state.devices.liveUpdate(device) == nil,
            .assignmentSkipped(_, let device, .decommissioned) where state.devices.liveUpdate(device) == nil:
            presence.forgetDownload(device)
        case .attemptStarted(let update, let device, _), .stepReached(let update, let device, _):
            deadlines.note(update, device, in: state, presence: presence)
        case .engineStarted, .fleetConfigured:
            deadlines.invalidate()
            silenceDue = .distantPast
        case .deviceRegistered, .deviceIntroduced: silenceDue = .distantPast
        case .deviceStatusChanged(_, .online): awaitsSilence = true
        default: break
        }
    }

    mutating func wake(at time: Timestamp?) {
        guard let time else { return }
        nextWake = nextWake.map { min($0, time) } ?? time
        nextDecision = nextDecision.map { min($0, time) } ?? time
    }
}

// MARK: - Time

extension FleetMachine {
    private mutating func endSilences(_ now: Timestamp) {
        if now >= silenceDue {
            for device in state.silentDevices(presence: presence, now: now) {
                record(.deviceStatusChanged(device, .offline), now)
            }
            // One millisecond more: a device is late only after its allowance.
            let heard = presence.earliestSighting(state.devices, notBefore: state.listeningSince)
            silenceDue = heard.map { $0 + state.silenceAllowed + .milliseconds(1) } ?? now + state.silenceAllowed
            awaitsSilence = heard != nil
        }
        if awaitsSilence {
            nextWake = nextWake.map { min($0, silenceDue) } ?? silenceDue
        }
    }

    private mutating func endOverdue(_ now: Timestamp) {
        guard let earliest = deadlines.earliest(in: state, presence: presence) else { return }
        guard now >= earliest else { return wake(at: earliest) }
        for update in state.openUpdates {
            for slot in state.updates[update.offset].assignments.live {
                let position = Position(slot)
                guard let deadline = state.deadline(update, position, presence: presence) else { continue }
                guard now >= deadline else {
                    wake(at: deadline)
                    continue
                }
                let step = state.updates[update.offset].assignments.step(position) ?? .offered
                let device = state.updates[update.offset].assignments.device(position)
                record(state.failure(update, position, state.overdueCause(step, device), now: now), now)
            }
        }
    }

    /// Gates, phases, expiry and the end of one update.
    private mutating func settle(_ update: UpdateIndex, _ now: Timestamp) {
        endExpired(update, now)
        endMissed(update, now)
        // A phase that opens has a gate of its own, which failures so far may have lost already.
        var events = state.decideGate(update, now: now), rounds = 0
        while !events.isEmpty {
            rounds += 1
            precondition(rounds < Self.maximumRounds, "two decisions of a gate undo each other")
            for event in events { record(event, now) }
            events = state.decideGate(update, now: now)
        }
        for event in state.decideEnd(update) { record(event, now) }
        wakeForGate(update, now)
    }

    private mutating func wakeForGate(_ update: UpdateIndex, _ now: Timestamp) {
        let updates = state.updates
        guard let current = updates[update.offset].currentPhase, updates[update.offset].definition.hasGates,
            updates[update.offset].startsEnded == nil
        else { return }
        let phase = updates[update.offset].phases[current]
        let isHeld = updates[update.offset].status == .paused
        if phase.verdict == .unproven, !isHeld, let from = phase.timeoutFrom {
            let timeout = from + phase.definition.gate.timeout
            if timeout > now { wake(at: timeout) }
        }
        if phase.closedAt == nil, let soakFrom = phase.soakFrom {
            let end = soakFrom + phase.definition.wait
            if end > now { wake(at: end) }
        }
    }

    private mutating func endExpired(_ update: UpdateIndex, _ now: Timestamp) {
        guard case .onConnect(let expires?) = state.updates[update.offset].definition.strategy,
            !state.updates[update.offset].isChild, let start = state.updates[update.offset].startedAt,
            state.updates[update.offset].tally.waiting > 0
        else { return }
        guard start + expires <= now else { return wake(at: start + expires) }
        for device in state.waitingDevices(update) { record(.assignmentCancelled(update, device, .expired), now) }
    }

    /// Devices whose window has passed for good, or whose update does not give them another.
    private mutating func endMissed(_ update: UpdateIndex, _ now: Timestamp) {
        let tally = state.updates[update.offset].tally
        guard state.updates[update.offset].definition.window != nil, tally.waiting + tally[.retrying] > 0
        else { return }
        let missed = state.updates[update.offset].missedPolicy
        var clock = SiteClock(state.update(update), state.settings, zones: state.devices.zones, now: now)
        var isOver = Array(repeating: false, count: state.devices.zones.count)
        for zone in isOver.indices {
            isOver[zone] = missed == .skip && clock.hasMissedWindow(zone) || missed != .onConnect && clock.isOver(zone)
            if missed != .nextWindow, let closing = clock.firstClosing(zone), closing > now { wake(at: closing) }
        }
        guard isOver.contains(true) else { return }
        for device in state.waitingDevices(update) where isOver[state.devices.zoneNumber(device)] {
            record(.assignmentSkipped(update, device, .missedWindow), now)
        }
        for slot in state.updates[update.offset].assignments.live {
            let device = state.updates[update.offset].assignments.device(Position(slot))
            guard isOver[state.devices.zoneNumber(device)], let cause = state.causeToRetry(update, Position(slot))
            else { continue }
            record(.attemptFailed(update, device, cause, retryAt: nil), now)
        }
    }
}
