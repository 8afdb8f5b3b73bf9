import Cells
import FleetCore
import FleetEngine

/// Regions: their devices by status, and how far the update has come in each.
enum RegionPane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        let regions = scene.view.regions
        let first = box.scroll(scene, count: regions.count)
        let title = "2 Regions: \(scene.state.region.map(RegionText.shown) ?? "all")"
        let shown = min(box.body.rows, regions.count)
        box.drawRule(box.title(title, offset: first, shown: shown, total: regions.count), scene, on: &frame)
        let hasUpdate = scene.view.update.map { $0.summary.status != .draft } ?? false
        let widths = Widths(regions)
        if let head = box.headLine { drawHead(hasUpdate, widths, scene, in: head, on: &frame) }
        if regions.isEmpty { box.drawEmpty("no regions", on: &frame) }
        box.drawRows(count: regions.count, scene: scene, on: &frame) { index, line, frame in
            let region = regions[index]
            draw(region, hasUpdate: hasUpdate, widths, scene, in: line, on: &frame)
            if region.name == scene.state.selectedRegion { box.drawCursor(scene, in: line, on: &frame) }
        }
    }

    /// The columns of names and of numbers, in cells. A number is never cut.
    private struct Widths {
        var name: Int
        var number: Int

        init(_ regions: [RegionRow]) {
            name = regions.reduce(6) { max($0, min(12, TextWidth.columns(of: RegionText.shown($1.name)))) }
            number = regions.reduce(5) { max($0, "\($1.deviceCount)".count) }
        }
    }

    private static func drawHead(
        _ hasUpdate: Bool, _ widths: Widths, _ scene: Scene, in line: Rect, on frame: inout Frame
    ) {
        let done = scene.countsRollback ? "back" : "ok"
        let names = hasUpdate ? [done, "fail", "actv", "wait"] : ["onl", "off", "unkn"]
        var cells = [
            Columns.Cell("", 1, role: .dim), Columns.Cell("region", widths.name, role: .dim),
            Columns.Cell("total", widths.number + 1, role: .dim, alignment: .trailing),
        ]
        if hasUpdate { cells.append(Columns.Cell("off", widths.number, role: .dim, alignment: .trailing)) }
        cells += names.map { Columns.Cell($0, widths.number, role: .dim, alignment: .trailing) }
        Columns.draw(cells, in: line, on: &frame)
    }

    private static func draw(
        _ region: RegionRow, hasUpdate: Bool, _ widths: Widths, _ scene: Scene, in line: Rect, on frame: inout Frame
    ) {
        var cells = [
            Columns.Cell("", 1),
            Columns.Cell(
                RegionText.shown(region.name), widths.name, flags: region.name == scene.state.region ? .bold : []),
            Columns.Cell("\(region.deviceCount)", widths.number + 1, alignment: .trailing),
        ]
        let numbers = hasUpdate ? updateNumbers(region, scene) : statusNumbers(region)
        cells += numbers.map { count, role in
            Columns.Cell("\(count)", widths.number, role: count == 0 ? .dim : role, alignment: .trailing)
        }
        Columns.draw(cells, in: line, on: &frame)
        let used = cells.reduce(0) { $0 + ($1.width ?? 0) + 1 } + 1
        let gaugeWidth = line.columns - used - 2
        // Where the update reaches nobody there is nothing to draw: an empty gauge would say that devices wait.
        guard hasUpdate, gaugeWidth >= 4, region.tally.target > 0 else { return }
        frame.put(
            TallyGauge.gauge(region.tally, width: gaugeWidth, isRollback: scene.countsRollback, scene),
            in: line, from: used)
    }

    private static func updateNumbers(_ region: RegionRow, _ scene: Scene) -> [(count: Int, role: Role)] {
        let tally = region.tally
        return [
            (region.count(.offline), .offline), (tally.succeeded, scene.countsRollback ? .rolledBack : .ok),
            (tally.failures, .failed), (tally.active, .active), (tally.waiting, .waiting),
        ]
    }

    private static func statusNumbers(_ region: RegionRow) -> [(count: Int, role: Role)] {
        [(region.count(.online), .text), (region.count(.offline), .offline), (region.count(.unknown), .waiting)]
    }
}

extension RegionRow {
    /// Devices of one status.
    func count(_ status: DeviceStatus) -> Int {
        let index = Int(status.rawValue)
        return statusCounts.indices.contains(index) ? statusCounts[index] : 0
    }
}
