import FleetCore

extension EngineLoop {
    /// How the fleet stands at a moment, as far as the state says it: who runs the engine is not in it.
    public func status(now wallTime: Timestamp) -> FleetStatus {
        let now = max(wallTime, state.lastFactAt)
        let builder = ViewBuilder(machine: machine, feed: feed, query: ViewQuery(), focus: nil, now: now)
        let shown = state.updates.filter { isWorthALook($0, now) }.suffix(FleetStatus.mostUpdates)
        let views = shown.map { builder.updateView($0.index) }
        var status = FleetStatus(
            fleet: state.settings.name, at: now.iso, head: state.revision, isSimulated: false,
            engine: FleetStatus.Engine(), troubles: [],
            updates: zip(shown, views).map { FleetStatus.Update($1, of: $0, in: state) },
            devices: FleetStatus.Devices(state.devices),
            alerts: (fileAlerts + builder.alerts()).prefix(FleetStatus.mostAlerts).map(FleetStatus.AlertLine.init))
        status.engine.since = state.listeningSince > .distantPast ? state.listeningSince.iso : nil
        status.troubles = zip(shown, views).compactMap { $1.trouble($0) ?? state.troubleOfReturn($0, $1.summary) }
        status.troubles.insert(contentsOf: deliveryFaults?.troubles ?? [], at: 0)
        if !options.filesLeftOut.isEmpty {
            status.troubles.insert(
                "files of the fleet were not taken in, as the alerts say: mend them, and start the engine again", at: 0)
        }
        if status.devices.held > 0 {
            status.troubles.append("\(Self.devices(status.devices.held)) held: accept or refuse each")
        }
        status.troubles = Array(status.troubles.prefix(FleetStatus.mostTroubles))
        return status
    }

    private static func devices(_ count: Int) -> String { count == 1 ? "1 device is" : "\(count) devices are" }

    private func isWorthALook(_ record: UpdateRecord, _ now: Timestamp) -> Bool {
        guard record.status != .draft else { return false }
        return !record.status.isFinal || record.endedAt.map { now - $0 < .hours(24) } ?? false
    }
}

extension FleetStatus {
    /// Says who runs the engine; without one, updates that are under way are a trouble.
    public mutating func tell(_ identity: EngineIdentity?, failure: String?) {
        engine.isRunning = identity != nil && failure == nil
        engine.failure = failure
        engine.user = identity?.user
        engine.process = identity?.process
        engine.addresses = identity?.addresses ?? []
        if let failure {
            troubles.insert("the engine has failed: \(failure)", at: 0)
        } else if identity == nil, hasLiveUpdates {
            troubles.insert("no engine runs, and updates are under way: start one", at: 0)
        }
    }

    /// Whether an update would move if an engine ran.
    private var hasLiveUpdates: Bool {
        let still = UpdateStatus.allCases.filter { $0.isFinal || $0 == .paused || $0 == .awaitingApproval }
        let words = still.map(\.description) + UpdateSummary.wordsOfEnds
        return updates.contains { !words.contains($0.status) }
    }
}

/// Who runs an engine, and where it listens.
public struct EngineIdentity: Codable, Hashable, Sendable {
    /// The system's user.
    public var user: String
    /// The process.
    public var process: Int
    /// Where it listens, as URLs.
    public var addresses: [String]

    /// An engine of this user in this process.
    public init(user: String, process: Int, addresses: [String] = []) {
        self.user = user
        self.process = process
        self.addresses = addresses
    }
}

extension UpdateView {
    /// What of it waits for a person; nil: nothing. One that a person holds waits for nobody else.
    fileprivate func trouble(_ record: UpdateRecord) -> String? {
        if let proposal = summary.proposal, proposal.deed != .start || record.status != .paused {
            let devices = proposal.devices == 1 ? "1 device" : "\(proposal.devices) devices"
            let part = "the \(proposal.deed) of \(record.id), \(devices), for which \(proposal.name) asked"
            return "\(part), waits for a second person"
        }
        return switch (record.status, record.pauseReason) {
        case (.awaitingApproval, _): "\(record.id) waits for approval"
        case (.paused, .operatorPaused): nil
        case (.paused, _): "\(record.id) is paused: \(summary.statusText)"
        case (.halted, _) where record.rollback != nil && summary.unsent == 0: nil
        case (.halted, _) where record.rollback != nil:
            "\(record.id) is partly back, \(summary.statusText): `muster update rollback` sends back the rest"
        case (.halted, _): "\(record.id) is halted: \(summary.statusText)"
        default: gate?.awaitsApproval == true ? "phase \(gate?.phase ?? "") of \(record.id) waits for approval" : nil
        }
    }
}

extension FleetState {
    /// What a person has to do about devices that an update's rollback has left; nil: nothing. That of a device which is
    /// tried again is not known yet.
    fileprivate func troubleOfReturn(_ record: UpdateRecord, _ summary: UpdateSummary) -> String? {
        guard record.status == .rolledBack, !returnCount(of: record.index).left.isEmpty else { return nil }
        return "\(record.id) is partly back, \(summary.statusText): `muster update rollback` sends back the rest"
    }
}

extension FleetStatus.Update {
    /// The line of one update. What was sent back is not done any more, and no success.
    public init(_ view: UpdateView, of record: UpdateRecord, in state: FleetState) {
        let summary = view.summary
        let causes = view.causes.prefix(FleetStatus.mostCauses), counts = state.shownCounts(of: record)
        // The devices of a retry are sent back by the rollback of what it tries again: it has none of its own then.
        let isTakenBack = record.rollback != nil || counts.back > 0 || counts.failed > record.tally.failures
        self.init(
            id: summary.id, title: summary.title, release: summary.release.description, strategy: summary.strategy,
            status: summary.standing, reason: state.shownReason(summary, of: record),
            phase: view.currentPhase.map { view.phases[$0].name }, counts: counts,
            success: isTakenBack ? nil : view.success.map(SuccessRate.init),
            causes: causes.map { FleetStatus.Cause(reason: $0.cause, count: $0.count) },
            moreCauses: view.causes.count - causes.count, gate: view.gate.map(GateState.init), parent: summary.parent)
    }
}

extension SuccessRate {
    /// The rate of a view.
    public init(_ view: SuccessView) {
        let ended = view.completed + view.failed
        self.init(
            rate: Double(view.completed) / Double(max(1, ended)), low: view.interval.lowerBound,
            high: view.interval.upperBound, ended: ended)
    }
}

extension GateState {
    /// The gate of a view.
    public init(_ view: GateView) {
        self.init(
            phase: view.phase, verdict: view.verdict.description, threshold: Double(view.threshold) / 10_000,
            size: view.size, minimumSample: view.minimumSample, completed: view.completed, failed: view.failed,
            awaitsApproval: view.awaitsApproval, soakEndsAt: view.soakEndsAt?.iso)
    }
}

extension FleetStatus.Devices {
    init(_ devices: DeviceTable) {
        let statuses = devices.fleetCount.statuses
        self.init(
            total: devices.count, online: statuses[.online], offline: statuses[.offline],
            unknown: statuses[.unknown], held: devices.heldDevices.count,
            awaitingAcceptance: devices.introducedCount, decommissioned: devices.decommissionedCount)
    }
}

extension FleetStatus.AlertLine {
    init(_ alert: Alert) {
        self.init(severity: "\(alert.severity)", text: alert.text, since: alert.since.iso)
    }
}
