import Cells
import FleetCore
import FleetEngine

/// Regions: their devices by status, and how far the update has come in each.
enum RegionPane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        let regions = scene.view.regions
        let first = box.scroll(scene, count: regions.count)
        let title = "2 Regions: \(scene.state.region ?? "all")"
        let shown = min(box.body.rows, regions.count)
        box.drawRule(box.title(title, offset: first, shown: shown, total: regions.count), scene, on: &frame)
        let hasUpdate = scene.view.update.map { $0.summary.status != .draft } ?? false
        let width = regions.reduce(6) { max($0, min(12, TextWidth.columns(of: $1.name))) }
        if let head = box.headLine { drawHead(hasUpdate, width: width, scene, in: head, on: &frame) }
        if regions.isEmpty { box.drawEmpty("no regions", on: &frame) }
        box.drawRows(count: regions.count, scene: scene, on: &frame) { index, line, frame in
            let region = regions[index]
            draw(region, hasUpdate: hasUpdate, width: width, scene, in: line, on: &frame)
            if region.name == scene.state.selectedRegion { box.drawCursor(scene, in: line, on: &frame) }
        }
    }

    private static func drawHead(
        _ hasUpdate: Bool, width: Int, _ scene: Scene, in line: Rect, on frame: inout Frame
    ) {
        let done = scene.countsRollback ? "back" : "ok"
        let names = hasUpdate ? [done, "fail", "actv", "wait"] : ["onl", "off", "unkn"]
        var cells = [
            Columns.Cell("", 1, role: .dim), Columns.Cell("region", width, role: .dim),
            Columns.Cell("total", 6, role: .dim, alignment: .trailing),
        ]
        if hasUpdate { cells.append(Columns.Cell("off", 5, role: .dim, alignment: .trailing)) }
        cells += names.map { Columns.Cell($0, 5, role: .dim, alignment: .trailing) }
        Columns.draw(cells, in: line, on: &frame)
    }

    private static func draw(
        _ region: RegionRow, hasUpdate: Bool, width: Int, _ scene: Scene, in line: Rect, on frame: inout Frame
    ) {
        var cells = [
            Columns.Cell("", 1),
            Columns.Cell(region.name, width, flags: region.name == scene.state.region ? .bold : []),
            Columns.Cell("\(region.deviceCount)", 6, alignment: .trailing),
        ]
        cells += hasUpdate ? updateCells(region, scene) : statusCells(region)
        Columns.draw(cells, in: line, on: &frame)
        let used = cells.reduce(0) { $0 + ($1.width ?? 0) + 1 } + 1
        let gaugeWidth = line.columns - used - 2
        guard hasUpdate, gaugeWidth >= 4 else { return }
        frame.put(
            TallyGauge.gauge(region.tally, width: gaugeWidth, isRollback: scene.countsRollback, scene),
            in: line, from: used)
    }

    private static func updateCells(_ region: RegionRow, _ scene: Scene) -> [Columns.Cell] {
        let tally = region.tally
        let offline = region.count(.offline)
        return [
            number(offline, .offline), number(tally.succeeded, scene.countsRollback ? .rolledBack : .ok),
            number(tally.failures, .failed), number(tally.active, .active), number(tally.waiting, .waiting),
        ]
    }

    private static func statusCells(_ region: RegionRow) -> [Columns.Cell] {
        [
            number(region.count(.online), .text), number(region.count(.offline), .offline),
            number(region.count(.unknown), .waiting),
        ]
    }

    private static func number(_ count: Int, _ role: Role) -> Columns.Cell {
        Columns.Cell("\(count)", 5, role: count == 0 ? .dim : role, alignment: .trailing)
    }
}

extension RegionRow {
    /// Devices of one status.
    func count(_ status: DeviceStatus) -> Int {
        let index = Int(status.rawValue)
        return statusCounts.indices.contains(index) ? statusCounts[index] : 0
    }
}
