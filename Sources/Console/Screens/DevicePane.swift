import Cells
import FleetCore
import FleetEngine

/// The list of devices, as it is filtered and sorted.
enum DevicePane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        let list = scene.view.devices
        let shown = min(list.rows.count, box.body.rows)
        box.drawRule(
            box.title(title(scene), offset: list.offset, shown: shown, total: list.total), scene, on: &frame)
        let plan = DeviceColumns(columns: box.rect.columns)
        if let head = box.headLine { Columns.draw(plan.head(), in: head, on: &frame) }
        if list.rows.isEmpty { box.drawEmpty(empty(scene), on: &frame) }
        for (index, row) in list.rows.prefix(box.body.rows).enumerated() {
            let line = box.body.line(index)
            Columns.draw(plan.cells(row, scene), in: line, on: &frame)
            if row.id == scene.state.devices.selected { box.drawCursor(scene, in: line, on: &frame) }
        }
    }

    private static func title(_ scene: Scene) -> String {
        let state = scene.state
        var text = "3 Devices: region=\(state.region.map(RegionText.shown) ?? "all") sort=\(state.sort.text)"
        if !state.filterText.isEmpty { text += " filter=\(state.filterText)" }
        let list = scene.view.devices
        if list.rows.count >= list.total { text += "  \(NumberText.count(list.total, "device"))" }
        if !state.marks.isEmpty { text += "  \(state.marks.count) marked" }
        return state.isMarkingRange ? text + "  MARKING" : text
    }

    private static func empty(_ scene: Scene) -> String {
        if scene.view.deviceCount == 0 { return "no devices are registered: list them in devices.json of the fleet" }
        if scene.state.filter != .everything { return "no device matches the filter: esc clears it" }
        return scene.state.region == nil ? "no devices" : "no devices in \(RegionText.shown(scene.state.region ?? ""))"
    }
}

/// Which columns fit a width. They do not depend on the rows, so that nothing jumps while a list scrolls.
struct DeviceColumns {
    private var idWidth: Int
    private var hasRegion: Bool
    private var hasVersion: Bool
    private var isWide: Bool

    init(columns: Int) {
        idWidth = columns >= 100 ? 20 : columns >= 60 ? 16 : 12
        hasRegion = columns >= 70
        hasVersion = columns >= 56
        isWide = columns >= 100
    }

    /// The heads of the columns.
    func head() -> [Columns.Cell] {
        var cells = [
            Columns.Cell("", 3, gap: 0), dim("device", idWidth),
        ]
        if hasRegion { cells.append(dim("region", 10)) }
        cells += [dim("state", 12), dim("why", nil)]
        if isWide { cells += [dim("site", 12), dim("try", 4)] }
        if hasVersion { cells += [dim("runs", 8), Columns.Cell("for", 4, role: .dim, alignment: .trailing)] }
        return cells
    }

    /// The cells of one device.
    func cells(_ row: DeviceRow, _ scene: Scene) -> [Columns.Cell] {
        let mark = row.mark(isRollback: scene.isRollback(row.assignment))
        let times = scene.times.at(site: row.timeZone)
        let isMarked = scene.state.marks.contains(row.id)
        var cells = [
            Columns.Cell("", 1, gap: 0), Columns.Cell(scene.mark(mark.role), 1, role: mark.role, gap: 0),
            Columns.Cell(isMarked ? "*" : "", 1, role: .selection, gap: 0), Columns.Cell(row.id, idWidth),
        ]
        if hasRegion { cells.append(Columns.Cell(row.region, 10)) }
        cells.append(Columns.Cell(mark.word, 12, role: mark.role))
        cells.append(Columns.Cell(why(row, times), nil, role: mark.role == .failed ? .failed : .text))
        if isWide { cells += [Columns.Cell(row.site, 12), Columns.Cell(tries(row), 4)] }
        if hasVersion {
            cells.append(Columns.Cell(row.firmware.shown, 8))
            cells.append(Columns.Cell(age(row, times), 4, role: .dim, alignment: .trailing))
        }
        return cells
    }

    private func dim(_ text: String, _ width: Int?) -> Columns.Cell { Columns.Cell(text, width, role: .dim) }

    private func why(_ row: DeviceRow, _ times: TimeText) -> String {
        if let hold = row.hold { return hold.description }
        if row.lifecycle == .registered { return "waits for acceptance" }
        if let assignment = row.assignment { return assignment.reasonText(times) }
        return row.status == .offline ? row.lastSeen.map { "last seen \(times.short($0))" } ?? "" : ""
    }

    private func tries(_ row: DeviceRow) -> String {
        guard let assignment = row.assignment, assignment.attempt > 0 else { return "" }
        return "\(assignment.attempt)/\(assignment.attempts)"
    }

    /// How long it has been where it stands; of an offline device, unseen.
    private func age(_ row: DeviceRow, _ times: TimeText) -> String {
        if let since = row.assignment?.since { return times.age(since) }
        return row.status == .offline ? row.lastSeen.map(times.age) ?? "" : ""
    }
}

extension Role {
    /// Whether states of this role are drawn with a glyph.
    var hasGlyph: Bool {
        switch self {
        case .ok, .failed, .active, .waiting, .held, .rolledBack, .offline, .caution, .warning: true
        default: false
        }
    }
}
