import Cells
import FleetCore
import FleetEngine

extension ConsoleUpdate {
    /// How far a key moves.
    private enum Step {
        case rows(Int)
        case first, last
    }

    /// Moves within the pane that has the focus, or to another pane. False if the action is not about moving.
    static func move(by action: ConsoleAction, state: inout ConsoleState, view: FleetView) -> Bool {
        let pane = state.focusedPane
        if let step = step(of: action, page: max(1, state.shownRows(of: pane))) {
            move(step, in: pane, state: &state, view: state.shown(view))
            return true
        }
        switch action {
        case .nextPane, .right: changePane(by: 1, state: &state)
        case .previousPane, .left: changePane(by: -1, state: &state)
        case .pane1, .pane2, .pane3, .pane4, .pane5: show(paneOf(action), state: &state)
        case .nextMatch, .previousMatch: moveToMatch(action == .nextMatch ? 1 : -1, state: &state, view: view)
        default: return false
        }
        return true
    }

    private static func step(of action: ConsoleAction, page: Int) -> Step? {
        switch action {
        case .up: .rows(-1)
        case .down: .rows(1)
        case .pageUp: .rows(-page)
        case .pageDown: .rows(page)
        case .halfPageUp: .rows(-max(1, page / 2))
        case .halfPageDown: .rows(max(1, page / 2))
        case .top: .first
        case .bottom: .last
        default: nil
        }
    }

    private static func move(_ step: Step, in pane: Pane, state: inout ConsoleState, view: FleetView) {
        switch pane {
        case .devices:
            let before = state.devices.selected
            move(step, in: view.devices.list, at: view.devices.selectedPosition, of: &state.devices)
            passMarks(from: before, state: &state, view: view)
            stayInFrozenRows(&state)
        case .queue:
            move(step, in: view.queue.list, at: nil, of: &state.queue)
            stayInFrozenRows(&state)
        case .regions:
            state.selectedRegion = moved(step, from: state.selectedRegion, in: view.regions.map(\.name))
            follow(.regions, at: view.regions.firstIndex { $0.name == state.selectedRegion }, state: &state)
        case .updates:
            state.selectedUpdate = moved(step, from: state.selectedUpdate, in: view.updates.map(\.id))
            follow(.updates, at: view.updates.firstIndex { $0.id == state.selectedUpdate }, state: &state)
        default: scroll(pane, by: step, state: &state, view: view)
        }
    }

    /// A frozen display holds no other rows than those it shows.
    private static func stayInFrozenRows(_ state: inout ConsoleState) {
        guard state.frozen != nil, state.devices.pendingPosition != nil || state.queue.pendingPosition != nil
        else { return }
        state.devices.pendingPosition = nil
        state.queue.pendingPosition = nil
        let key = state.keymap.keyText(.freeze)
        state.message = ConsoleMessage(.plain, "the display is frozen and holds these rows only; \(key) shows it live")
    }

    private static func move(
        _ step: Step, in rows: WindowedList.Rows, at position: Int?, of list: inout WindowedList
    ) {
        switch step {
        case .rows(let distance): list.move(by: distance, in: rows, selectedPosition: position)
        case .first: list.select(position: 0, in: rows)
        case .last: list.select(position: rows.total - 1, in: rows)
        }
    }

    /// The id that is selected after a step in a list that is held whole.
    private static func moved(_ step: Step, from selected: String?, in ids: [String]) -> String? {
        guard !ids.isEmpty else { return nil }
        switch step {
        case .first: return ids.first
        case .last: return ids.last
        case .rows(let distance):
            guard let selected, let index = ids.firstIndex(of: selected) else { return ids.first }
            return ids[min(max(index + distance, 0), ids.count - 1)]
        }
    }

    /// Scrolls a pane so that a row is shown.
    static func follow(_ pane: Pane, at index: Int?, state: inout ConsoleState) {
        guard let index else { return }
        let shown = max(1, state.shownRows(of: pane))
        let offset = state.scrolls[pane] ?? 0
        if index < offset { state.scrolls[pane] = index }
        if index >= offset + shown { state.scrolls[pane] = index - shown + 1 }
    }

    private static func scroll(_ pane: Pane, by step: Step, state: inout ConsoleState, view: FleetView) {
        let last = max(0, view.rowCount(of: pane, state: state) - state.shownRows(of: pane))
        let offset = state.scrolls[pane] ?? 0
        switch step {
        case .rows(let distance): state.scrolls[pane] = min(max(offset + distance, 0), last)
        case .first: state.scrolls[pane] = 0
        case .last: state.scrolls[pane] = last
        }
    }

    /// The wheel: three rows of the pane under it.
    static func wheel(_ pane: Pane, down: Bool, state: inout ConsoleState, view: FleetView) {
        let distance = down ? 3 : -3
        let shown = state.shownRows(of: pane)
        switch pane {
        case .devices where state.frozen != nil, .queue where state.frozen != nil: break
        case .devices: state.devices.scroll(by: distance, shown: shown, total: view.devices.total)
        case .queue: state.queue.scroll(by: distance, shown: shown, total: view.queue.total)
        default: scroll(pane, by: .rows(distance), state: &state, view: view)
        }
    }

    private static func changePane(by distance: Int, state: inout ConsoleState) {
        let panes = state.focusablePanes
        guard !panes.isEmpty else { return }
        let index = panes.firstIndex(of: state.focusedPane) ?? 0
        state.setFocus(panes[(index + distance + panes.count) % panes.count])
    }

    private static func paneOf(_ action: ConsoleAction) -> Pane {
        switch action {
        case .pane1: .phases
        case .pane2: .regions
        case .pane4: .queue
        case .pane5: .events
        default: .devices
        }
    }

    /// Gives a pane the focus; one for which there is no room opens as a screen of its own.
    private static func show(_ pane: Pane, state: inout ConsoleState) {
        if state.layout.box(pane) != nil { return state.setFocus(pane) }
        switch pane {
        case .phases: push(.update, state: &state)
        case .queue: push(.queue, state: &state)
        case .events: push(.events, state: &state)
        default: state.message = ConsoleMessage(.plain, "no room for the pane of \(pane) at this size")
        }
    }

    private static func moveToMatch(_ distance: Int, state: inout ConsoleState, view: FleetView) {
        guard state.filter != .everything else {
            state.message = ConsoleMessage(.plain, "no filter: / sets one")
            return
        }
        state.setFocus(.devices)
        move(.rows(distance), in: .devices, state: &state, view: state.shown(view))
    }
}
