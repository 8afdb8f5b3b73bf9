import Cells
import FleetCore
import FleetEngine

/// How far the update has come: `done 464/2400 [+++++++x~.......] +454 x10 ~40 .1896`.
enum ProgressLine {
    static func draw(_ scene: Scene, in line: Rect, on frame: inout Frame) {
        guard let update = scene.view.update else { return drawNoUpdate(scene, in: line, on: &frame) }
        guard update.summary.status != .draft else { return drawDraft(update.summary, scene, in: line, on: &frame) }
        if scene.state.screen == .overview, let rollback = update.rollback {
            draw(TallyGauge.Counts(rollback.tally), of: rollback, end: nil, scene, in: line, on: &frame)
        } else {
            let counts = TallyGauge.Counts(update.summary.tally, back: update.back, lost: update.lost)
            draw(counts, of: update.summary, end: update.expectedEnd, scene, in: line, on: &frame)
        }
    }

    /// An update's progress, or that of its rollback once there is one.
    private static func draw(
        _ counts: TallyGauge.Counts, of summary: UpdateSummary, end: Timestamp?, _ scene: Scene, in line: Rect,
        on frame: inout Frame
    ) {
        let tally = summary.tally, isRollback = summary.isRollback
        let label = isRollback ? "back \(tally.succeeded)/\(tally.target)" : "done \(summary.doneText)"
        var fitted = FittedLine()
        fitted.left = [FittedLine.Part(label, role: isRollback ? .rolledBack : .text, rank: 0, flags: .bold)]
        fitted.right = TallyGauge.counts(counts, words: line.columns >= 110, isRollback: isRollback, scene)
        if line.columns >= 110, let end {
            fitted.right.append(FittedLine.Part("ETA \(scene.times.short(end))", role: .text, rank: 5))
        }
        let width = line.columns - fitted.columns - 3
        if width >= 4 {
            let gauge = TallyGauge.gauge(counts, width: width, isRollback: isRollback, scene)
            fitted.left.append(FittedLine.Part(gauge, rank: 6, gap: 1))
        }
        fitted.draw(in: line, on: &frame)
    }

    private static func drawNoUpdate(_ scene: Scene, in line: Rect, on frame: inout Frame) {
        let text =
            scene.view.updates.isEmpty
            ? "no update is known yet: write one into updates/ of the fleet's directory"
            : "no update in focus: \(scene.key(.updates)) lists them, enter chooses one"
        frame.put(TextWidth.fitted(text, to: line.columns), column: line.column, row: line.row, role: .dim, in: line)
    }

    private static func drawDraft(_ update: UpdateSummary, _ scene: Scene, in line: Rect, on frame: inout Frame) {
        let start = scene.state.onlyLooksOn ? "" : ": \(scene.key(.start)) shows whom it would change, and starts it"
        let text = "draft, not started\(start)"
        frame.put(TextWidth.fitted(text, to: line.columns), column: line.column, row: line.row, role: .text, in: line)
    }
}

extension FittedLine {
    /// Columns that everything takes, the gap between left and right included.
    var columns: Int {
        let sides = [left, right].map { side in
            side.enumerated().reduce(0) { $0 + $1.element.columns + ($1.offset == 0 ? 0 : $1.element.gap) }
        }
        return sides[0] + sides[1] + (left.isEmpty || right.isEmpty ? 0 : 2)
    }
}
