import FleetCore
import FleetSimulator

/// What became of a headless run, for JSON and for people.
struct SimulationReport: Encodable {
    /// One phase; its counts are cumulative, as the phase is.
    struct Phase: Encodable {
        var name: String
        var size: Int
        var completed: Int
        var failed: Int
        var verdict: String?
        var openedAt: String?
        var closedAt: String?
    }

    /// One device in one update.
    struct Device: Encodable {
        var id: String
        var region: String
        var site: String
        var state: String
        var reason: String?
        var waitsFor: String?
        var attempts: Int
        var from: String?
        var to: String
        var firmware: String
        var startedAt: String?
        var endedAt: String?
    }

    /// One update.
    struct Update: Encodable {
        var id: String
        var parent: String?
        var release: String
        var status: String
        var startedAt: String?
        var endedAt: String?
        var selected: Int
        var counts: [String: Int]
        var phases: [Phase]
        var devices: [Device]
    }

    var ending: String
    var seed: UInt64
    var startedAt: String
    var endedAt: String
    var virtualSeconds: Double
    var facts: Int
    var steps: Int
    var traceHash: String
    var updates: [Update]

    init(_ outcome: HeadlessOutcome) {
        switch outcome.ending {
        case .ended: ending = "ended"
        case .held: ending = "held"
        case .timeBound: ending = "virtual time ran out"
        case .stepBound: ending = "too many steps"
        case .stopped(let why): ending = "stopped: \(why)"
        }
        seed = outcome.seed
        startedAt = outcome.startedAt.iso
        endedAt = outcome.endedAt.iso
        virtualSeconds = Double(outcome.duration.milliseconds) / 1000
        facts = outcome.facts
        steps = outcome.steps
        traceHash = outcome.traceHash
        updates = outcome.updates.map(Self.update)
    }

    private static func update(_ update: UpdateOutcome) -> Update {
        var counts: [String: Int] = [:]
        for state in AssignmentState.allCases { counts[state.description] = update.tally[state] }
        return Update(
            id: update.id, parent: update.parent, release: update.release.description,
            status: update.status.description, startedAt: update.startedAt?.iso, endedAt: update.endedAt?.iso,
            selected: update.selected, counts: counts,
            phases: update.phases.filter { $0.verdict != nil }.map { phase in
                Phase(
                    name: phase.name, size: phase.size, completed: phase.completed, failed: phase.failed,
                    verdict: phase.verdict?.description, openedAt: phase.openedAt?.iso,
                    closedAt: phase.closedAt?.iso)
            },
            devices: update.devices.map(device))
    }

    private static func device(_ device: DeviceOutcome) -> Device {
        Device(
            id: device.id, region: device.region, site: device.site,
            state: device.hasTurnedBad ? "completed, then turned bad" : device.state.description,
            reason: device.reason?.description, waitsFor: device.waits?.description, attempts: device.attempts,
            from: device.previous?.description, to: device.target.description,
            firmware: device.firmware.description, startedAt: device.startedAt?.iso, endedAt: device.endedAt?.iso)
    }

    /// The report for people.
    var lines: [String] {
        var lines = ["seed \(seed), \(startedAt) to \(endedAt), \(ending)"]
        for update in updates {
            lines += ["", "\(update.id) to \(update.release): \(update.status), \(update.selected) selected"]
            lines += update.phases.map { phase in
                let times = [phase.openedAt, phase.closedAt].map { $0 ?? "-" }.joined(separator: " to ")
                return "  phase \(phase.name): \(phase.size) devices, \(phase.completed) completed, "
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
        return lines + ["", "\(facts) facts in \(steps) steps, trace hash \(traceHash)"]
    }
}
