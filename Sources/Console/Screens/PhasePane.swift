import Cells
import FleetCore
import FleetEngine

/// Phases; for strategies without them who waits for what; with no update under way the updates.
enum PhasePane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        let isOverview = scene.state.screen == .overview
        switch isOverview ? scene.view.firstPane : .phases {
        case .phases: drawPhases(box, scene, on: &frame)
        case .waiting: WaitingPane.drawGroups(box, title: "1 Waiting", scene, on: &frame)
        case .updates: UpdatesPane.drawList(box, title: "1 Updates", scene, on: &frame)
        }
    }

    private static func drawPhases(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        let isOver = scene.view.update?.rollback != nil
        let name = (scene.state.screen == .overview ? "1 Phases" : "Phases") + (isOver ? " before the rollback" : "")
        let phases = scene.view.update?.phases ?? []
        let first = box.scroll(scene, count: phases.count)
        let shown = min(box.body.rows, phases.count)
        box.drawRule(box.title(name, offset: first, shown: shown, total: phases.count), scene, on: &frame)
        if phases.isEmpty {
            box.drawEmpty("\(scene.view.update?.summary.strategy ?? "no update"): it has no phases", on: &frame)
        }
        let nameWidth = min(14, phases.map { TextWidth.columns(of: $0.name) }.max() ?? 0)
        box.drawRows(count: phases.count, scene: scene, on: &frame) { index, line, frame in
            draw(phases[index], number: index + 1, nameWidth: nameWidth, scene, in: line, on: &frame)
        }
    }

    private static func draw(
        _ phase: PhaseRow, number: Int, nameWidth: Int, _ scene: Scene, in line: Rect, on frame: inout Frame
    ) {
        let tally = phase.tally
        var fitted = FittedLine()
        let isCurrent = scene.view.update?.currentPhase == number - 1
        let head = (isCurrent ? ">" : " ") + "\(number) " + TextWidth.fitted(phase.name, to: nameWidth)
        fitted.left = [
            FittedLine.Part(head, role: isCurrent ? .title : .text, rank: 0, flags: isCurrent ? .bold : [])
        ]
        fitted.right = numbers(phase, isNarrow: line.columns < 72, scene)
        let verdict = verdict(phase, scene)
        fitted.right.append(FittedLine.Part(verdict.text, role: verdict.role, rank: 0, gap: 1))
        let width = line.columns - fitted.columns - 3
        if width >= 4 {
            fitted.left.append(
                FittedLine.Part(
                    TallyGauge.gauge(tally, width: width, isRollback: scene.isRollback, scene), rank: 6, gap: 1))
        }
        fitted.draw(in: line, on: &frame)
    }

    /// Percent, ended of the target, successes, failures, active; the first and third only where there is room for a
    /// gauge beside them.
    private static func numbers(_ phase: PhaseRow, isNarrow: Bool, _ scene: Scene) -> [FittedLine.Part] {
        let tally = phase.tally
        func number(_ count: Int, _ role: Role, _ width: Int, rank: Int) -> FittedLine.Part {
            let text = TextWidth.fitted("\(scene.glyph(role))\(count)", to: width, alignment: .trailing)
            return FittedLine.Part(text, role: count == 0 ? .dim : role, rank: rank, gap: 1)
        }
        let ended = tally.succeeded + tally.failures
        let parts = [
            FittedLine.Part(
                TextWidth.fitted("\(phase.percent)%", to: 4, alignment: .trailing), role: .dim, rank: 5, gap: 1),
            FittedLine.Part(
                TextWidth.fitted("\(ended)/\(tally.target)", to: 9, alignment: .trailing), role: .text, rank: 1, gap: 1),
            number(tally.succeeded, scene.doneRole, 5, rank: 4),
            number(tally.failures, .failed, 4, rank: 2),
            number(tally.active, .active, 4, rank: 3),
        ]
        return isNarrow ? [parts[1], parts[3], parts[4]] : parts
    }

    /// The verdict's word, padded so that rows align; of a phase that soaks, how long it still does.
    private static func verdict(_ phase: PhaseRow, _ scene: Scene) -> (text: String, role: Role) {
        if phase.verdict == .waiting, scene.view.update?.summary.status.isOver == true {
            return (TextWidth.fitted("NOT OPENED", to: 12), .dim)
        }
        guard let gate = scene.view.update?.gate, gate.phase == phase.name else {
            return (TextWidth.fitted(phase.verdict.word, to: 12), phase.verdict.role)
        }
        if gate.awaitsApproval { return (TextWidth.fitted("APPROVE?", to: 12), .caution) }
        if let end = gate.soakEndsAt, gate.verdict == .passed {
            return (TextWidth.fitted("SOAKS \(scene.times.until(end))", to: 12), .ok)
        }
        return (TextWidth.fitted(gate.verdict.word, to: 12), gate.verdict.role)
    }
}
