import Console
import FleetCore
import FleetSimulator

/// What became of a headless run, for JSON and for people.
struct SimulationReport {
    /// One phase; its counts are cumulative, as the phase is.
    struct Phase: Encodable {
        var name: String
        var size: Int
        var completed: Int
        var failed: Int
        @OrNull var verdict: String?
        @OrNull var openedAt: String?
        @OrNull var closedAt: String?
    }

    /// One device in one update.
    struct Device: Encodable {
        var id: String
        var region: String
        var site: String
        var state: String
        @OrNull var reason: String?
        @OrNull var waitsFor: String?
        var attempts: Int
        @OrNull var from: String?
        var to: String
        var firmware: String
        @OrNull var startedAt: String?
        @OrNull var endedAt: String?
    }

    /// How many assignments ended how. Those that have not ended are pending, whatever they wait for.
    struct Assignments: Encodable {
        var completed: Int
        var failed: Int
        var skipped: Int
        var cancelled: Int
        var pending: Int
    }

    /// One update.
    struct Update: Encodable {
        var update: String
        @OrNull var parent: String?
        var release: String
        var state: String
        @OrNull var startedAt: String?
        @OrNull var endedAt: String?
        var selected: Int
        var assignments: Assignments
        var phases: [Phase]
        var devices: [Device]
    }

    /// The run as a whole: the update that was asked for first, and how it was run.
    struct Whole: Encodable {
        var update: String
        var release: String
        var state: String
        var selected: Int
        var assignments: Assignments
        var phases: [Phase]
        var devices: [Device]
        /// Further updates that were asked for, rollbacks and retries.
        var also: [Update]
        var ending: String
        var seed: UInt64
        var startedAt: String
        var endedAt: String
        var virtualSeconds: Double
        var facts: Int
        var steps: Int
        var traceHash: String
    }

    private let ending: String
    private let outcome: HeadlessOutcome
    private let updates: [Update]

    init(_ outcome: HeadlessOutcome) {
        switch outcome.ending {
        case .ended: ending = "ended"
        case .held: ending = "held"
        case .timeBound: ending = "virtual time ran out"
        case .stepBound: ending = "too many steps"
        case .stopped(let why): ending = "stopped: \(why)"
        }
        self.outcome = outcome
        updates = outcome.updates.map(Self.update)
    }

    /// The report for JSON; nil: no update was asked for.
    var whole: Whole? {
        guard let first = updates.first else { return nil }
        return Whole(
            update: first.update, release: first.release, state: first.state, selected: first.selected,
            assignments: first.assignments, phases: first.phases, devices: first.devices,
            also: Array(updates.dropFirst()), ending: ending, seed: outcome.seed, startedAt: outcome.startedAt.iso,
            endedAt: outcome.endedAt.iso, virtualSeconds: Double(outcome.duration.milliseconds) / 1000,
            facts: outcome.facts, steps: outcome.steps, traceHash: outcome.traceHash)
    }

    private static func update(_ update: UpdateOutcome) -> Update {
        let tally = update.tally
        let pending = AssignmentState.allCases.filter { !$0.isFinal }.reduce(0) { $0 + tally[$1] }
        return Update(
            update: update.id, parent: update.parent, release: update.release.description,
            state: update.status.description, startedAt: update.startedAt?.iso, endedAt: update.endedAt?.iso,
            selected: update.selected,
            assignments: Assignments(
                completed: tally[.completed], failed: tally[.failed], skipped: tally[.skipped],
                cancelled: tally[.cancelled], pending: pending),
            phases: update.phases.filter { $0.verdict != nil }.map { phase in
                Phase(
                    name: phase.name, size: phase.size, completed: phase.completed, failed: phase.failed,
                    verdict: phase.verdict?.description, openedAt: phase.openedAt?.iso,
                    closedAt: phase.endedAt?.iso)
            },
            devices: update.devices.map { device($0, of: update) })
    }

    /// One that was skipped when the update started ended at that moment.
    private static func device(_ device: DeviceOutcome, of update: UpdateOutcome) -> Device {
        let endedAt = device.endedAt ?? (device.state == .skipped ? update.startedAt : nil)
        return Device(
            id: device.id, region: device.region, site: device.site,
            state: device.hasTurnedBad ? "completed, then turned bad" : device.state.description,
            reason: device.reason?.description, waitsFor: device.waits?.description, attempts: device.attempts,
            from: device.previous?.description, to: device.target.description,
            firmware: device.firmware.description, startedAt: device.startedAt?.iso, endedAt: endedAt?.iso)
    }

    /// The report for people.
    var lines: [String] {
        var lines = ["seed \(outcome.seed), \(outcome.startedAt.iso) to \(outcome.endedAt.iso), \(ending)"]
        for update in updates {
            lines += ["", "\(heading(of: update)): \(update.state), \(update.selected) selected"]
            lines += update.phases.map { phase in
                let times = [phase.openedAt, phase.closedAt].map { $0 ?? "-" }.joined(separator: " to ")
                let devices = NumberText.count(phase.size, "device")
                return "  phase \(phase.name): \(devices), \(phase.completed) completed, "
                    + "\(phase.failed) failed, \(phase.verdict ?? "no gate"), \(times)"
            }
            var table = Table(["device", "region", "from", "to", "state", "reason", "#tries", "ended"])
            table.rows = update.devices.map { device in
                [
                    device.id, device.region, device.from ?? "-", device.to, device.state,
                    device.reason ?? device.waitsFor ?? "", "\(device.attempts)", device.endedAt ?? "-",
                ]
            }
            lines += table.lines.map { "  \($0)" }
        }
        let steps = NumberText.count(outcome.steps, "step")
        return lines + ["", "\(NumberText.count(outcome.facts, "fact")) in \(steps), trace hash \(outcome.traceHash)"]
    }

    /// A rollback brings each device to a release of its own.
    private func heading(of update: Update) -> String {
        let isRollback = outcome.updates.contains { $0.id == update.update && $0.isRollback }
        return isRollback ? "\(update.update) to what each ran before" : "\(update.update) to \(update.release)"
    }
}
