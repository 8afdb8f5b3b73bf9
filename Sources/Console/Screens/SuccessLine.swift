import Cells
import FleetCore
import FleetEngine

/// What the successes prove: `ok 97.5% n=320  90[....<-----|O--->....]100 gate 97 low 95.1 UNPROVEN`. Never merged with
/// the progress: a fleet can be nearly done and prove nothing.
enum SuccessLine {
    /// The success that is shown: the gate's, or that of an update without one.
    private struct Success {
        var completed: Int
        var failed: Int
        var interval: ClosedRange<Double>?
        var gate: GateView?

        var sample: Int { completed + failed }
    }

    static func draw(_ scene: Scene, in line: Rect, on frame: inout Frame) {
        guard let update = scene.view.update, update.summary.status != .draft else { return }
        if update.rollback != nil, update.gate == nil {
            let text = "ok -  what it had brought is taken back"
            frame.put(
                TextWidth.fitted(text, to: line.columns), column: line.column, row: line.row, role: .dim, in: line)
            return
        }
        guard let success = success(of: update) else {
            let text = "\(scene.isRollback ? "back" : "ok") -  n=0: nothing has come to an end yet"
            frame.put(
                TextWidth.fitted(text, to: line.columns), column: line.column, row: line.row, role: .dim, in: line)
            return
        }
        var fitted = FittedLine()
        fitted.left = left(success, scene)
        fitted.right = right(success, scene, isWide: line.columns >= 110)
        let width = line.columns - fitted.columns - SuccessGauge.scaleColumns - 2
        if width >= 8 {
            fitted.left.append(FittedLine.Part(gauge(success).runs(width: width), rank: 6, gap: 2))
        }
        fitted.draw(in: line, on: &frame)
    }

    private static func success(of update: UpdateView) -> Success? {
        if let gate = update.gate {
            return Success(completed: gate.completed, failed: gate.failed, interval: gate.interval, gate: gate)
        }
        return update.success.map {
            Success(completed: $0.completed, failed: $0.failed, interval: $0.interval, gate: nil)
        }
    }

    private static func left(_ success: Success, _ scene: Scene) -> [FittedLine.Part] {
        let rate = NumberText.percentDown(success.completed, of: success.sample)
        return [
            FittedLine.Part(
                "\(scene.isRollback ? "back" : "ok") \(rate)", role: success.sample == 0 ? .dim : .text, rank: 0,
                flags: .bold),
            FittedLine.Part("n=\(success.sample)", role: .text, rank: 1, gap: 1),
        ]
    }

    private static func right(_ success: Success, _ scene: Scene, isWide: Bool) -> [FittedLine.Part] {
        var parts: [FittedLine.Part] = []
        if let gate = success.gate {
            parts.append(
                FittedLine.Part("gate \(NumberText.percent(basisPoints: gate.threshold))", role: .gate, rank: 2, gap: 1)
            )
        }
        if let interval = success.interval {
            let low = NumberText.percentDown(interval.lowerBound).dropLast()
            parts.append(FittedLine.Part("low \(low)", role: .interval, rank: 3, gap: 1))
        }
        guard let gate = success.gate else { return parts }
        let word = gate.awaitsApproval ? "AWAITS APPROVAL" : gate.verdict.word
        let role: Role = gate.awaitsApproval ? .caution : gate.verdict.role
        if isWide { parts.insert(FittedLine.Part(gate.phase, role: .text, rank: 4, gap: 1), at: 0) }
        parts.append(FittedLine.Part(word, role: role, rank: 0, gap: 1, flags: .bold))
        return parts
    }

    private static func gauge(_ success: Success) -> SuccessGauge {
        let sample = success.sample
        return SuccessGauge(
            rate: sample == 0 ? nil : Double(success.completed) / Double(sample), interval: success.interval,
            threshold: success.gate.map { Double($0.threshold) / 10_000 },
            roles: SuccessGauge.Roles(
                scale: Role.gaugeEmpty.id, interval: Role.interval.id, threshold: Role.gate.id, rate: Role.title.id))
    }
}
