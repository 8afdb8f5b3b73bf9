import Cells
import FleetEngine

extension ConsoleUpdate {
    /// The mouse only looks about: the wheel scrolls, a click puts the cursor on a row. It gives no command.
    static func handle(_ mouse: MouseEvent, state: inout ConsoleState, view: FleetView) {
        guard state.dialog == nil, state.input == nil else { return }
        let point = Point(column: mouse.column, row: mouse.row)
        guard let box = state.layout.boxes.first(where: { $0.rect.contains(point) }) else { return }
        let shown = state.shown(view)
        switch mouse.kind {
        case .wheelUp: wheel(box.pane, down: false, state: &state, view: shown)
        case .wheelDown: wheel(box.pane, down: true, state: &state, view: shown)
        case .press where mouse.button == .left: click(box, at: point, state: &state, view: shown)
        default: break
        }
    }

    private static func click(
        _ box: ScreenLayout.Box, at point: Point, state: inout ConsoleState, view: FleetView
    ) {
        state.message = nil
        if state.focusablePanes.contains(box.pane) { state.setFocus(box.pane) }
        guard box.body.contains(point) else { return }
        let line = point.row - box.body.row
        let index = (state.scrolls[box.pane] ?? 0) + line
        switch box.pane {
        case .devices: select(line, in: view.devices.list, of: &state.devices)
        case .queue: select(line, in: view.queue.list, of: &state.queue)
        case .regions where view.regions.indices.contains(index): state.selectedRegion = view.regions[index].name
        case .updates where view.updates.indices.contains(index): state.selectedUpdate = view.updates[index].id
        default: break
        }
    }

    private static func select(_ line: Int, in rows: WindowedList.Rows, of list: inout WindowedList) {
        guard rows.ids.indices.contains(line) else { return }
        list.select(position: rows.offset + line, in: rows)
    }
}
