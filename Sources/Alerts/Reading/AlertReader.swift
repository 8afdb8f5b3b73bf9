import FleetCore

/// Which alerts follow from a fact. Pure: the same facts give the same alerts, with the same ids, in every life of the
/// engine, so that one that is told again can be known again.
struct AlertReader {
    /// The fleet's name.
    let fleet: String

    /// The alert that a durable fact calls for; nil: none.
    /// - Parameters:
    ///   - number: The fact's number in the journal.
    ///   - state: The state behind the fact.
    func alert(_ fact: Fact, number: UInt64, in state: FleetState) -> Alert? {
        switch fact.event {
        case .gateDecided(let update, let phase, .failed, let completed, let failed):
            return gate(.gateFailed, state, update, phase, (completed, failed), (number, fact.at))
        case .gateDecided(let update, let phase, .inconclusive, let completed, let failed):
            return gate(.inconclusive, state, update, phase, (completed, failed), (number, fact.at))
        case .updateEnded(let update, .completed): return completed(state.update(update), (number, fact.at))
        case .updateEnded(let update, .rolledBack): return rolledBack(state, state.update(update), (number, fact.at))
        case .updateEnded(let update, .halted) where state.update(update).rollback != nil:
            return partlyBack(state, state.update(update), (number, fact.at))
        case .updateEnded(let update, let status): return halted(state.update(update), status, (number, fact.at))
        case .attemptFailed(let update, let device, .silentAfterInstall, _):
            return failed(.silent, state, update, device, .silentAfterInstall, (number, fact.at))
        case .outcomeTurnedBad(let update, let device, let cause):
            return failed(.turnedBad, state, update, device, cause, (number, fact.at))
        default: return nil
        }
    }

    private typealias Origin = (number: UInt64, at: Timestamp)

    private func alert(
        _ kind: AlertKind, _ severity: Alert.Severity, _ record: UpdateRecord, _ message: String, cause: String,
        _ origin: Origin
    ) -> Alert {
        var alert = Alert(
            kind.rawValue, severity, fleet: fleet, message: message, cause: cause, fact: origin.number, at: origin.at)
        alert.update = record.id
        // A rollback brings each device to a release of its own.
        alert.release = record.goesBack ? nil : "\(record.definition.release)"
        alert.outcome = Alert.Outcome(record.tally)
        return alert
    }

    private func gate(
        _ kind: AlertKind, _ state: FleetState, _ update: UpdateIndex, _ phase: Int,
        _ sample: (completed: Int, failed: Int), _ origin: Origin
    ) -> Alert {
        let record = state.update(update)
        let name = phase < record.phases.count ? record.phases[phase].definition.name : "\(phase + 1)"
        let hasFailed = kind == .gateFailed
        let cause = "gate of \(name) \(hasFailed ? "failed" : "is inconclusive")"
        let ended = sample.completed + sample.failed
        let message = "\(record.id): \(cause), \(sample.completed) of \(ended) succeeded; \(next(record, hasFailed))"
        var alert = alert(kind, hasFailed ? .critical : .warning, record, message, cause: cause, origin)
        alert.phase = name
        return alert
    }

    /// What the update does about its gate.
    private func next(_ record: UpdateRecord, _ hasFailed: Bool) -> String {
        guard hasFailed else { return "it is paused and waits for a person" }
        if case .progressive(_, .pause) = record.definition.strategy { return "it is paused and waits for a person" }
        return "it is stopped, and what it changed is sent back"
    }

    /// That an update is through must not read like a success where it is none.
    private func completed(_ record: UpdateRecord, _ origin: Origin) -> Alert {
        let tally = record.tally
        let counts = "\(tally.succeeded) updated, \(tally.failures) failed, \(tally[.skipped]) skipped"
        if tally.hasOnlyFailed {
            let message = "\(record.id) ended, and EVERY device that was tried FAILED: \(counts)"
            return alert(.completed, .critical, record, message, cause: "every device failed", origin)
        }
        if tally.succeeded == 0 {
            let message = "\(record.id) ended and updated NO device: \(counts)"
            return alert(.completed, .warning, record, message, cause: "no device was updated", origin)
        }
        guard tally.failures > 0 else {
            return alert(.completed, .info, record, "\(record.id) completed: \(counts)", cause: "completed", origin)
        }
        let message = "\(record.id) ended with failures: \(counts)"
        return alert(.completed, .warning, record, message, cause: "completed with failures", origin)
    }

    /// What had been updated is not any more: the counts are those of the rollback.
    private func rolledBack(_ state: FleetState, _ record: UpdateRecord, _ origin: Origin) -> Alert {
        let back = record.rollback.map { state.update($0).tally } ?? Tally()
        let cause = record.startsEnded?.description ?? "rolled back"
        let counts = "\(back.succeeded) sent back, \(back.failures) failed to go back"
        let severity: Alert.Severity = back.failures > 0 ? .critical : .warning
        var alert = alert(
            .halted, severity, record, "\(record.id) was rolled back (\(cause)): \(counts)", cause: cause, origin)
        alert.outcome = nil
        return alert
    }

    /// Devices are left on the release that was to be taken from them.
    private func partlyBack(_ state: FleetState, _ record: UpdateRecord, _ origin: Origin) -> Alert {
        let count = state.returnCount(of: record.index), cause = "rollback cancelled"
        let message = "\(record.id) is only partly back (\(cause)): \(count.back) of \(count.of) sent back"
        var alert = alert(.halted, .critical, record, message, cause: cause, origin)
        alert.outcome = nil
        return alert
    }

    /// Every other end.
    private func halted(_ record: UpdateRecord, _ status: UpdateStatus, _ origin: Origin) -> Alert {
        let cause = record.startsEnded?.description ?? status.description
        let counts = "\(record.tally.succeeded) updated, \(record.tally.failures) failed"
        let message = "\(record.id) \(status) before it was through (\(cause)): \(counts)"
        let severity: Alert.Severity = status == .halted ? .critical : .warning
        return alert(.halted, severity, record, message, cause: cause, origin)
    }

    private func failed(
        _ kind: AlertKind, _ state: FleetState, _ update: UpdateIndex, _ device: DeviceIndex, _ cause: FailureCause,
        _ origin: Origin
    ) -> Alert {
        let code = kind == .silent ? cause.code : "after it had completed: \(cause.code)"
        let record = state.update(update)
        var alert = alert(kind, .warning, record, "\(record.id): a device failed, \(code)", cause: code, origin)
        alert.devices = [state.devices.id(device)]
        return alert
    }
}

/// How an engine came to its end, for what it tells of it.
enum EngineEnd {
    /// It could not go on.
    case failed(String)
    /// Its process was killed, or the machine lost its power; found at the next start.
    case unclean
    /// It was ended in good order.
    case stopped
}

extension AlertReader {
    /// The alert of an end of the engine behind this state; nil: nobody needs to know.
    func alert(_ end: EngineEnd, behind state: FleetState, at: Timestamp) -> Alert? {
        switch end {
        case .failed(let why):
            return alert("the engine of \(fleet) has failed: \(why)", cause: "failed", .critical, state, at)
        case .unclean:
            let message = "the engine of \(fleet) was not ended in good order; last fact at \(state.lastFactAt.iso)"
            return alert(message, cause: "not ended in good order", .critical, state, at)
        case .stopped:
            guard !state.openUpdates.isEmpty else { return nil }
            let message = "the engine of \(fleet) was stopped while \(Self.live(state))"
            return alert(message, cause: "stopped while updates are live", .warning, state, at)
        }
    }

    private func alert(
        _ message: String, cause: String, _ severity: Alert.Severity, _ state: FleetState, _ at: Timestamp
    ) -> Alert {
        Alert(
            AlertKind.engineStopped.rawValue, severity, fleet: fleet, message: message, cause: cause,
            fact: state.revision, at: at)
    }

    private static func live(_ state: FleetState) -> String {
        let open = state.openUpdates, devices = open.reduce(0) { $0 + state.update($1).inFlight }
        let names = open.prefix(Alert.mostDevices).map { state.update($0).id }.joined(separator: ", ")
        let more = open.count > Alert.mostDevices ? " and more" : ""
        let count = open.count == 1 ? "1 update is live" : "\(open.count) updates are live"
        return "\(count): \(names)\(more); \(devices == 1 ? "1 device" : "\(devices) devices") under way"
    }
}
