import Cells
import FleetCore
import FleetEngine

/// The gate that decides next, with its odds in words; of an update without one what there is to say instead.
enum GatePane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        guard let update = scene.view.update else {
            box.drawRule("Update", scene, on: &frame)
            return box.drawEmpty("no update in focus: \(scene.key(.updates)) lists them", on: &frame)
        }
        box.drawRule(title(update), scene, on: &frame)
        if let line = box.line(0) { ProgressLine.draw(scene, in: line.inset(columns: 1, rows: 0), on: &frame) }
        if let line = box.line(1) { SuccessLine.draw(scene, in: line.inset(columns: 1, rows: 0), on: &frame) }
        for (index, sentence) in lines(update, width: max(1, box.rect.columns - 2), scene).enumerated() {
            guard let line = box.line(index + 2) else { return }
            let text = TextWidth.fitted(" " + sentence.text, to: line.columns)
            frame.put(text, column: line.column, row: line.row, role: sentence.role, in: line)
        }
    }

    private static func title(_ update: UpdateView) -> String {
        update.gate.map { "Gate of \($0.phase)" } ?? "Update: \(update.summary.strategy)"
    }

    /// What stands below the gauges: the rollback, the odds, the terms, whom it targets.
    private static func lines(_ update: UpdateView, width: Int, _ scene: Scene) -> [(text: String, role: Role)] {
        var lines: [(String, Role)] = []
        if let rollback = update.rollback {
            lines += TextFlow.lines([Self.rollback(rollback, scene)], width: width).map { ($0, .rolledBack) }
        }
        if let gate = update.gate {
            let odds = GateOdds.sentences(gate, times: scene.times)
            lines += TextFlow.lines(odds, width: width).map { ($0, gate.verdict.role) }
            lines += TextFlow.lines(terms(gate, scene), width: width, separator: "; ").map { ($0, .text) }
        } else {
            let status = update.summary.statusText
            lines.append((status.isEmpty ? "\(update.summary.strategy), no gate." : status, .text))
        }
        let title = update.summary.title
        lines.append(("targets \(update.selector)" + (title.isEmpty ? "" : "  (\(title))"), .dim))
        return lines
    }

    private static func rollback(_ rollback: UpdateSummary, _ scene: Scene) -> String {
        let tally = rollback.tally
        let failures = tally.failures == 0 ? "" : ", \(scene.glyph(.failed))\(tally.failures) failed"
        return
            "\(scene.glyph(.rolledBack)) \(rollback.id) \(rollback.badge): \(tally.succeeded) of \(tally.target) back"
            + "\(failures), \(tally.active) active, \(tally.waiting) waiting"
    }

    private static func terms(_ gate: GateView, _ scene: Scene) -> [String] {
        var parts = ["sample \(gate.completed + gate.failed), at least \(gate.minimumSample) of \(gate.size)"]
        if let timeout = gate.timeoutAt, gate.verdict == .unproven {
            parts.append("inconclusive at \(scene.times.short(timeout))")
        }
        if gate.soakLength > .zero { parts.append("soak \(DurationText.exact(gate.soakLength))") }
        if gate.requiresApproval { parts.append("approval required") }
        return parts
    }
}
