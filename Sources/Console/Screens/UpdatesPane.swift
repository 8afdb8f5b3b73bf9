import Cells
import FleetCore
import FleetEngine

/// The updates to choose from.
enum UpdatesPane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        drawList(box, title: "Updates", scene, on: &frame)
    }

    /// The list under any title: on the overview it stands where there are no phases to show.
    static func drawList(_ box: ScreenLayout.Box, title: String, _ scene: Scene, on frame: inout Frame) {
        let updates = scene.view.updates
        let first = box.scroll(scene, count: updates.count)
        let shown = min(box.body.rows, updates.count)
        box.drawRule(box.title(title, offset: first, shown: shown, total: updates.count), scene, on: &frame)
        if let head = box.headLine { drawHead(in: head, on: &frame) }
        if updates.isEmpty {
            box.drawEmpty("no update is known yet: write one into updates/ of the fleet's directory", on: &frame)
        }
        box.drawRows(count: updates.count, scene: scene, on: &frame) { index, line, frame in
            let update = updates[index]
            Columns.draw(cells(update, columns: line.columns, scene), in: line, on: &frame)
            if box.pane == .updates, update.id == scene.state.selectedUpdate {
                box.drawCursor(scene, in: line, on: &frame)
            }
        }
    }

    private static func drawHead(in line: Rect, on frame: inout Frame) {
        var cells = [
            Columns.Cell("", 3, gap: 0), Columns.Cell("update", 21, role: .dim),
            Columns.Cell("release", 8, role: .dim),
        ]
        if line.columns >= 70 { cells.append(Columns.Cell("strategy", 11, role: .dim)) }
        cells.append(Columns.Cell("status", nil, role: .dim))
        cells.append(Columns.Cell("done", 9, role: .dim, alignment: .trailing))
        cells.append(Columns.Cell("fail", 5, role: .dim, alignment: .trailing))
        Columns.draw(cells, in: line, on: &frame)
    }

    private static func cells(_ update: UpdateSummary, columns: Int, _ scene: Scene) -> [Columns.Cell] {
        let role = update.role
        let isShown = update.id == scene.view.update?.summary.id
        let failures = update.tally.failures
        var cells = [
            Columns.Cell("", 1, gap: 0), Columns.Cell(scene.mark(role), 1, role: role, gap: 0),
            Columns.Cell(isShown ? "*" : "", 1, role: .title, gap: 0),
            Columns.Cell(update.id, columns >= 50 ? 21 : 12, role: isShown ? .title : .text),
            Columns.Cell(update.release.description, 8),
        ]
        if columns >= 70 { cells.append(Columns.Cell(update.strategy, 11)) }
        cells.append(Columns.Cell(statusText(update), nil, role: role))
        let done = update.status == .draft ? "" : doneText(update, scene)
        cells.append(Columns.Cell(done, 9, alignment: .trailing))
        let failed = failures == 0 ? "" : "\(scene.glyph(.failed))\(failures)"
        cells.append(Columns.Cell(failed, 5, role: .failed, alignment: .trailing))
        return cells
    }

    /// How many have ended, of how many; of one that was sent back, how many are back.
    private static func doneText(_ update: UpdateSummary, _ scene: Scene) -> String {
        guard !update.goesBack, let back = update.back else { return update.doneText }
        return "\(scene.glyph(.rolledBack))\(back)"
    }

    private static func statusText(_ update: UpdateSummary) -> String {
        if update.status == .paused || update.isCancelling || update.statusText.isEmpty { return update.badge }
        return "\(update.word): \(update.statusText)"
    }
}
