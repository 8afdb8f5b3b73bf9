import Cells
import FleetCore
import FleetEngine

/// Failures by cause, and where each clusters.
enum CausePane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        let causes = scene.view.update?.causes ?? []
        let first = box.scroll(scene, count: causes.count)
        let shown = min(box.body.rows, causes.count)
        box.drawRule(
            box.title("Failures by cause", offset: first, shown: shown, total: causes.count), scene, on: &frame)
        if causes.isEmpty { box.drawEmpty("no failures", on: &frame) }
        box.drawRows(count: causes.count, scene: scene, on: &frame) { index, line, frame in
            let cause = causes[index]
            let regions = cause.regions.map { "\(RegionText.shown($0.region)) \($0.count)" }.joined(separator: ", ")
            Columns.draw(
                [
                    Columns.Cell("", 0),
                    Columns.Cell(scene.glyph(.failed), 1, role: .failed),
                    Columns.Cell("\(cause.count)", 5, role: .failed, alignment: .trailing),
                    Columns.Cell(cause.cause, 24, role: .failed),
                    Columns.Cell(regions, nil),
                ], in: line, on: &frame)
        }
    }
}

/// Who waits, by reason.
enum WaitingPane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        drawGroups(box, title: "Waiting", scene, on: &frame)
    }

    /// The groups under any title: on the overview they stand where there are no phases to show.
    static func drawGroups(_ box: ScreenLayout.Box, title: String, _ scene: Scene, on frame: inout Frame) {
        let groups = scene.view.update?.waiting ?? []
        let first = box.scroll(scene, count: groups.count)
        let shown = min(box.body.rows, groups.count)
        box.drawRule(box.title(title, offset: first, shown: shown, total: groups.count), scene, on: &frame)
        if groups.isEmpty { box.drawEmpty("nothing waits", on: &frame) }
        box.drawRows(count: groups.count, scene: scene, on: &frame) { index, line, frame in
            let group = groups[index]
            let role = group.reason.role
            Columns.draw(
                [
                    Columns.Cell("", 0), Columns.Cell(scene.glyph(role), 1, role: role),
                    Columns.Cell("\(group.count)", 5, alignment: .trailing),
                    Columns.Cell(group.reason.wholeText(scene.times), nil, role: role),
                ], in: line, on: &frame)
        }
    }
}
