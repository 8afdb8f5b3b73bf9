import Cells
import FleetCore
import FleetEngine

/// The devices that wait, in the order in which they will be looked at, each with its reason.
enum QueuePane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        let queue = scene.view.queue
        let number = scene.state.screen == .overview ? "4 " : ""
        let limit = queue.limit > 0 ? "/\(queue.limit)" : ""
        let again = queue.retrying > 0 ? "  \(queue.retrying) to retry" : ""
        let title =
            "\(number)Queue: \(queue.total - queue.retrying) waiting\(again)  \(queue.inFlight)\(limit) in flight"
        let isWide = box.rect.columns >= 70
        let shown = isWide || queue.offset > 0 ? min(queue.rows.count, box.body.rows) : 0
        box.drawRule(box.title(title, offset: queue.offset, shown: shown, total: queue.total), scene, on: &frame)
        // Rows of several updates are told apart: a command goes to that of the row under the cursor.
        let hasSeveral = Set(queue.rows.map(\.update)).count > 1
        if let head = box.headLine { drawHead(isWide, hasSeveral, in: head, on: &frame) }
        if queue.rows.isEmpty, queue.total == 0 { box.drawEmpty("nothing waits", on: &frame) }
        for (index, row) in queue.rows.prefix(box.body.rows).enumerated() {
            let line = box.body.line(index)
            Columns.draw(cells(row, isWide, hasSeveral, scene), in: line, on: &frame)
            if row.key.text == scene.state.queue.selected { box.drawCursor(scene, in: line, on: &frame) }
        }
    }

    private static func drawHead(_ isWide: Bool, _ hasSeveral: Bool, in line: Rect, on frame: inout Frame) {
        var cells = [
            Columns.Cell("", 1), Columns.Cell("#", 5, role: .dim, alignment: .trailing), Columns.Cell("", 1),
            Columns.Cell("device", 16, role: .dim),
        ]
        if hasSeveral { cells.append(Columns.Cell("update", 20, role: .dim)) }
        if isWide, !hasSeveral { cells.append(Columns.Cell("region", 10, role: .dim)) }
        if isWide { cells.append(Columns.Cell("phase", 8, role: .dim)) }
        cells.append(Columns.Cell("waits for", nil, role: .dim))
        Columns.draw(cells, in: line, on: &frame)
    }

    private static func cells(_ row: QueueRow, _ isWide: Bool, _ hasSeveral: Bool, _ scene: Scene) -> [Columns.Cell] {
        let role = row.waiting.role
        var cells = [
            Columns.Cell("", 1), Columns.Cell("\(row.number)", 5, role: .dim, alignment: .trailing),
            Columns.Cell(scene.glyph(role), 1, role: role), Columns.Cell(row.device, 16),
        ]
        if hasSeveral { cells.append(Columns.Cell(row.update, 20)) }
        if isWide, !hasSeveral { cells.append(Columns.Cell(row.region, 10)) }
        if isWide { cells.append(Columns.Cell(row.phase ?? "", 8)) }
        cells.append(Columns.Cell(row.waiting.wholeText(scene.times.at(site: row.timeZone)), nil, role: role))
        return cells
    }
}
