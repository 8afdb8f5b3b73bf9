import Cells
import Console
import FleetEngine

/// A fleet's status for people.
struct StatusText {
    let status: FleetStatus

    init(_ status: FleetStatus) { self.status = status }

    /// What waits for a person stands last, where a terminal shows it.
    var lines: [String] {
        let clock = status.isSimulated ? ", by the clock of the simulated terminals" : ""
        return ["\(status.fleet) at \(status.at)\(clock), fact \(status.head)", engine, devices]
            + updates + alerts + troubles
    }

    private var engine: String {
        let engine = status.engine
        if let failure = engine.failure { return "engine: has failed: \(failure)" }
        guard engine.isRunning else {
            return "engine: none runs" + (engine.since.map { "; the last one began \($0)" } ?? "")
        }
        let parts = [
            engine.user.map { "by \($0)" }, engine.process.map { "process \($0)" }, engine.since.map { "since \($0)" },
            engine.addresses.isEmpty ? nil : engine.addresses.joined(separator: ", "),
        ]
        return "engine: runs \(parts.compactMap { $0 }.joined(separator: ", "))"
    }

    private var devices: String {
        let devices = status.devices
        var text =
            "\(NumberText.count(devices.total, "device")): \(devices.online) online, \(devices.offline) offline, "
            + "\(devices.unknown) unknown"
        if devices.held > 0 { text += "; \(devices.held) held" }
        if devices.awaitingAcceptance > 0 { text += "; \(devices.awaitingAcceptance) wait for acceptance" }
        if devices.decommissioned > 0 { text += "; \(devices.decommissioned) decommissioned" }
        return text
    }

    private var updates: [String] {
        guard !status.updates.isEmpty else { return ["no update is under way"] }
        var table = Table([
            "update", "status", "phase", "gate", "#done", "#back", "#failed", "#in flight", "#retrying", "#waiting",
            "#skipped", "success", "why",
        ])
        table.columns[12].limit = .max
        table.rows = status.updates.map { update in
            let counts = update.counts
            return [
                update.id, update.status, update.phase ?? "-", gate(update.gate), "\(counts.done)",
                "\(counts.back)", "\(counts.failed)", "\(counts.inFlight)", "\(counts.retrying)",
                "\(counts.waiting)", "\(counts.skipped)", success(update.success), update.reason,
            ]
        }
        return table.lines
    }

    private func gate(_ gate: GateState?) -> String { gate.map { "\($0.verdict), \(percent($0.threshold))" } ?? "-" }

    private func success(_ rate: SuccessRate?) -> String {
        rate.map { "\(percent($0.rate)) (\(percent($0.low))-\(percent($0.high))) of \($0.ended)" } ?? "-"
    }

    /// Cut and not rounded: 99.9% of a fleet is not all of it.
    private func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000 + 1e-6).rounded(.down))
        return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }

    private var alerts: [String] { status.alerts.map { "\($0.severity) since \($0.since): \($0.text)" } }
    private var troubles: [String] { status.troubles.map { "needs a person: \($0)" } }
}
