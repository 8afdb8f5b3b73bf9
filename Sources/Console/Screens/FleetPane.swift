import Cells
import FleetCore
import FleetEngine

/// The whole fleet: its devices by status and by what they run.
enum FleetPane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        let view = scene.view
        box.drawRule("Fleet: \(NumberText.count(view.deviceCount, "device"))", scene, on: &frame)
        guard let line = box.line(0) else { return }
        frame.put(statusRuns(view, scene), in: line)
        if box.body.rows > 1, let head = box.line(1) {
            frame.put(" runs", column: head.column, row: head.row, role: .dim, in: head)
        }
        let rows = max(0, box.body.rows - 2)
        for (index, firmware) in view.firmware.prefix(rows).enumerated() {
            let isLast = index == rows - 1 && view.firmware.count > rows
            let line = box.body.line(index + 2)
            if isLast {
                drawRest(view, from: index, in: line, on: &frame)
            } else {
                draw(firmware, of: view.deviceCount, scene, in: line, on: &frame)
            }
        }
    }

    private static func statusRuns(_ view: FleetView, _ scene: Scene) -> [TextRun] {
        let roles: [Role] = [.waiting, .text, .offline]
        var runs: [TextRun] = []
        for status in [DeviceStatus.online, .offline, .unknown] {
            let index = Int(status.rawValue)
            let count = view.statusCounts.indices.contains(index) ? view.statusCounts[index] : 0
            let glyph = roles[index].hasGlyph ? scene.glyph(roles[index]) : " "
            runs.append(TextRun("\(glyph)\(count) \(status)  ", role: count == 0 ? .dim : roles[index]))
        }
        return runs
    }

    private static func draw(
        _ firmware: FirmwareCount, of total: Int, _ scene: Scene, in line: Rect, on frame: inout Frame
    ) {
        let isTarget = firmware.version == scene.view.update?.summary.release
        Columns.draw(
            [
                Columns.Cell(isTarget ? ">" : "", 1, role: .title),
                Columns.Cell(firmware.version.shown, 12, role: isTarget ? .title : .text),
                Columns.Cell("\(firmware.count)", 7, alignment: .trailing),
                Columns.Cell(NumberText.percentDown(firmware.count, of: total), 6, role: .dim, alignment: .trailing),
            ], in: line, on: &frame)
        let width = line.columns - 32
        guard width >= 4 else { return }
        let gauge = ProgressGauge(
            segments: [
                ProgressGauge.Segment(count: firmware.count, character: "#", role: isTarget ? Role.ok.id : Role.text.id)
            ],
            total: total, emptyRole: Role.gaugeEmpty.id, bracketRole: Role.border.id)
        frame.put(gauge.runs(width: width), in: line, from: 30)
    }

    private static func drawRest(_ view: FleetView, from index: Int, in line: Rect, on frame: inout Frame) {
        let rest = view.firmware[index...]
        let count = rest.reduce(0) { $0 + $1.count }
        let text = "  \(rest.count) other versions: \(count)"
        frame.put(text, column: line.column, row: line.row, role: .dim, in: line)
    }
}
