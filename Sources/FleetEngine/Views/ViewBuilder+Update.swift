import FleetCore

extension ViewBuilder {
    func updateView(_ update: UpdateIndex) -> UpdateView {
        let record = state.updates[update.offset]
        var view = UpdateView(
            summary: summary(record), currentPhase: record.definition.hasGates ? record.currentPhase : nil,
            phases: phases(record), gate: gate(record), causes: causes(record),
            previousVersions: state.previousVersions(update, first: 10_000),
            selector: record.definition.selector.source,
            rollback: rollback(record),
            waiting: waitGroups(record.rollback ?? update),
            expectedEnd: nil, success: success(record))
        let completed = counted.wayBack[update]?.completed ?? state.completedCount(of: update)
        (view.back, view.lost) = (completed.back, completed.lost)
        return view
    }

    /// The latest rollback, with the devices of all: those that are back as the completed, whatever has brought them there.
    private func rollback(_ record: UpdateRecord) -> UpdateSummary? {
        guard let latest = record.rollback else { return nil }
        var summary = summary(state.updates[latest.offset])
        let regions = counted.wayBack[record.index]?.regions ?? state.returnTallies(of: record.index).regions
        summary.tally = regions.reduce(Tally(), +)
        return summary
    }

    private func success(_ record: UpdateRecord) -> SuccessView? {
        let completed = record.tally.succeeded
        let failed = record.tally.failures
        return WilsonInterval.of(successes: completed, sample: completed + failed).map {
            SuccessView(completed: completed, failed: failed, interval: $0)
        }
    }

    private func phases(_ record: UpdateRecord) -> [PhaseRow] {
        guard record.definition.hasGates else { return [] }
        var sum = Tally()
        return record.phases.map { phase in
            sum = sum + phase.tally
            return PhaseRow(
                name: phase.definition.name, percent: phase.definition.percent, tally: sum, verdict: phase.verdict,
                openedAt: phase.openedAt, closedAt: phase.closedAt)
        }
    }

    private func gate(_ record: UpdateRecord) -> GateView? {
        guard record.definition.hasGates, let current = record.currentPhase else { return nil }
        let phase = record.phases[current]
        let gate = phase.definition.gate
        var sample = state.gateSample(record, phase: current, now: now)
        // What was cancelled because the gate failed was in its phase when it did.
        if record.startsEnded != nil { sample.size += record.cumulativeTally(through: current)[.cancelled] }
        let soakEnd = phase.closedAt == nil ? phase.soakFrom.map { $0 + phase.definition.wait } : nil
        let soaks = record.startsEnded == nil && soakEnd.map { $0 > now } ?? false
        let mayGoOn = record.startsEnded == nil && !record.status.isFinal
        return GateView(
            phase: phase.definition.name, verdict: phase.verdict, threshold: gate.threshold,
            completed: sample.succeeded, failed: sample.failed, size: sample.size,
            minimumSample: gate.sampleNeeded(size: sample.size), demandsConfidence: gate.demandsConfidence,
            requiresApproval: gate.requiresApproval, rate: sample.rate, interval: sample.interval,
            successesToPass: gate.successesToPass(sample), failuresToFail: gate.failuresToFail(sample),
            soakEndsAt: soaks ? soakEnd : nil, soakLength: phase.definition.wait,
            timeoutAt: phase.verdict == .unproven ? phase.timeoutFrom.map { $0 + gate.timeout } : nil,
            awaitsApproval: phase.verdict == .passed && phase.closedAt == nil && !soaks && gate.requiresApproval
                && !phase.isApproved && mayGoOn)
    }

    private func causes(_ record: UpdateRecord) -> [CauseRow] {
        var rows: [CauseRow] = []
        for (key, count) in record.causes {
            let region = RegionCount(region: state.devices.regions[key.region], count: count)
            if let index = rows.firstIndex(where: { $0.cause == key.code }) {
                rows[index].count += count
                rows[index].regions.append(region)
            } else {
                rows.append(CauseRow(cause: key.code, count: count, regions: [region]))
            }
        }
        for index in rows.indices { rows[index].regions.sort { ($1.count, $0.region) < ($0.count, $1.region) } }
        return rows.sorted { ($1.count, $0.cause) < ($0.count, $1.cause) }
    }

    /// Devices that wait, by reason, most first.
    private func waitGroups(_ update: UpdateIndex) -> [WaitGroup] {
        var reader = state.waitReader(update, presence: presence, now: now)
        let groups = reader.groups().map { WaitGroup(reason: $0.reason, count: $0.count) }
        return Array(groups.sorted { $0.count > $1.count }.prefix(8))
    }

    /// The most severe first, then what most devices failed by, then the latest.
    func alerts() -> [Alert] {
        var alerts = registryAlerts()
        for record in state.updates where record.startedAt != nil && isRecent(record) {
            alerts += gateAlerts(record).map { ($0, .max) } + causeAlerts(record)
            // Nobody can approve a start that is paused: whoever resumes it is told that it waits again.
            if let proposal = state.presentProposal(record), proposal.deed != .start || record.status != .paused {
                let alert = Alert(
                    id: "second-person/\(record.id)/\(proposal.deed)", severity: .caution,
                    text: "\(record.id): a second person must approve: \(proposal)", since: record.proposedAt ?? now)
                alerts.append((alert, .max))
            } else if record.status == .awaitingApproval {
                let alert = Alert(
                    id: "approval/\(record.id)", severity: .caution, text: "\(record.id) waits for approval",
                    since: record.startedAt ?? now)
                alerts.append((alert, .max))
            }
        }
        return alerts.sorted {
            ($1.alert.severity.rawValue, $1.devices, $1.alert.since, $0.alert.id)
                < ($0.alert.severity.rawValue, $0.devices, $0.alert.since, $1.alert.id)
        }.map(\.alert)
    }

    /// Updates under way, and those that ended within a day.
    private func isRecent(_ record: UpdateRecord) -> Bool {
        !record.status.isFinal || record.endedAt.map { now - $0 < .hours(24) } ?? false
    }

    private func gateAlerts(_ record: UpdateRecord) -> [Alert] {
        guard record.definition.hasGates, let current = record.currentPhase else { return [] }
        let phase = record.phases[current]
        let name = "\(record.id): gate of \(phase.definition.name)"
        let since = phase.decidedAt ?? now
        let id = "gate/\(record.id)/\(current)/\(phase.verdict)"
        switch phase.verdict {
        case .failed: return [Alert(id: id, severity: .warning, text: "\(name) FAILED", since: since)]
        case .inconclusive where record.status == .paused:
            let why = record.untriedPhase == nil ? "" : "no device was tried, "
            return [Alert(id: id, severity: .caution, text: "\(name) is inconclusive, \(why)paused", since: since)]
        case .passed
        where phase.closedAt == nil && phase.definition.gate.requiresApproval && !phase.isApproved
            && record.startsEnded == nil && !record.status.isFinal:
            return [Alert(id: id, severity: .caution, text: "\(name) passed, waits for approval", since: since)]
        default: return []
        }
    }

    /// Causes of one update that have an alert each.
    private static let mostCauseAlerts = 3

    private func causeAlerts(_ record: UpdateRecord) -> [(alert: Alert, devices: Int)] {
        let causes = causes(record), rest = causes.dropFirst(Self.mostCauseAlerts)
        let named = causes.prefix(Self.mostCauseAlerts).map { cause in
            let alert = Alert(
                id: "cause/\(record.id)/\(cause.cause)", severity: .caution,
                text: "\(record.id): \(failed(cause, record)), \(cause.cause)",
                since: record.causesSince[cause.cause] ?? now)
            return (alert, cause.count)
        }
        guard let first = rest.first else { return named }
        let more = rest.count == 1 ? "1 more cause" : "\(rest.count) more causes"
        let failures = rest.reduce(0) { $0 + $1.count }
        let alert = Alert(
            id: "more-causes/\(record.id)", severity: .caution,
            text: "\(record.id): and \(more), \(failures) of \(ended(record.tally)) failed",
            since: rest.compactMap { record.causesSince[$0.cause] }.min() ?? now)
        // Behind those that are named: none of the rest has more failures than they have.
        return named + [(alert, first.count)]
    }

    private func ended(_ tally: Tally) -> Int { tally[.completed] + tally[.failed] }

    /// `13 of 16 failed in west` where it is one region's trouble, else `13 of 355 failed`: of those attempted to an end.
    private func failed(_ cause: CauseRow, _ record: UpdateRecord) -> String {
        var tally = record.tally, place = ""
        if cause.count > 1, cause.regions.count == 1, let region = cause.regions.first?.region,
            let number = state.devices.regions.number(of: region), number < record.regionTallies.count
        {
            (tally, place) = (record.regionTallies[number], " in \(region)")
        }
        return "\(cause.count) of \(ended(tally)) failed\(place)"
    }
}
