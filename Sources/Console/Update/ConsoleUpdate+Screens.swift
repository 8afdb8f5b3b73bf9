import Cells
import FleetCore
import FleetEngine

extension ConsoleUpdate {
    /// Opens, closes and changes screens. False if the action is not about screens.
    static func changeScreen(by action: ConsoleAction, state: inout ConsoleState, view: FleetView) -> Bool {
        switch action {
        case .open: open(&state, view: view)
        case .back: back(&state)
        case .updates:
            state.selectedUpdate = state.focusedUpdate
            push(.updates, state: &state)
        case .detail: push(.update, state: &state)
        case .queue: push(.queue, state: &state)
        case .events: push(.events, state: &state)
        case .help: if state.screen == .help { back(&state) } else { push(.help, state: &state) }
        case .filter: state.input = InputLine(.filter, text: state.filterText)
        case .command: state.input = InputLine(.command)
        default: return false
        }
        return true
    }

    /// Shows a screen on top of the others. One that is open already comes back to the top, so that the stack
    /// cannot grow without end.
    static func push(_ screen: ConsoleScreenKind, state: inout ConsoleState) {
        if screen == .overview {
            state.screens = [.overview]
            return
        }
        state.screens.removeAll { $0 == screen || ($0.isDevice && screen.isDevice) }
        state.screens.append(screen)
        for pane in Pane.unshared(by: screen) { state.scrolls[pane] = 0 }
    }

    /// One screen back; on the overview, filter, region and cursor are given up one after another.
    static func back(_ state: inout ConsoleState) {
        if state.screens.count > 1 {
            state.screens.removeLast()
        } else if state.screen != .overview {
            state.screens = [.overview]
        } else if state.isMarkingRange {
            state.isMarkingRange = false
        } else if state.filter != .everything {
            state.filter = .everything
            state.filterText = ""
            state.devices.followsSelection = true
        } else if state.region != nil {
            state.region = nil
            state.devices.followsSelection = true
        } else if !state.marks.isEmpty {
            state.marks = []
        } else {
            state.devices.clear()
        }
    }

    private static func open(_ state: inout ConsoleState, view: FleetView) {
        let shown = state.shown(view)
        switch state.focusedPane {
        case .devices: openSelection(&state, shown.devices.list, \.devices, open: openDevice)
        case .queue: openSelection(&state, shown.queue.list, \.queue, open: openQueued)
        case .regions: confine(&state, view: shown)
        case .phases:
            if shown.firstPane == .updates { state.selectedUpdate = state.focusedUpdate }
            push(shown.firstPane == .updates ? .updates : .update, state: &state)
        case .events: push(.events, state: &state)
        case .updates: openUpdate(&state, view: shown)
        default: break
        }
    }

    /// Opens the device under the cursor. Without a cursor Enter puts it on the first row shown, so that nobody opens
    /// a row that has just moved there.
    private static func openSelection(
        _ state: inout ConsoleState, _ rows: WindowedList.Rows, _ list: WritableKeyPath<ConsoleState, WindowedList>,
        open: (_ id: String?, _ state: inout ConsoleState) -> Void
    ) {
        if state[keyPath: list].pendingPosition != nil {
            state[keyPath: list].deferred = .open
        } else if let id = state[keyPath: list].selected {
            open(id, &state)
        } else {
            state[keyPath: list].move(by: 1, in: rows, selectedPosition: nil)
        }
    }

    /// Opens the device of a row of the queue, with the update that it waits in: its part in no other is shown.
    static func openQueued(_ selected: String?, state: inout ConsoleState) {
        guard let key = selected.flatMap(QueueKey.init(text:)) else { return }
        choose(key.update, state: &state)
        openDevice(key.device, state: &state)
    }

    static func openDevice(_ id: String?, state: inout ConsoleState) {
        guard let id else { return }
        push(.device(id), state: &state)
    }

    /// Confines the list of devices to the region under the cursor, or frees it again.
    private static func confine(_ state: inout ConsoleState, view: FleetView) {
        guard let name = state.selectedRegion else {
            state.selectedRegion = view.regions.first?.name
            return
        }
        state.frozen = nil
        state.region = state.region == name ? nil : name
        state.devices.clear()
        state.setFocus(.devices)
    }

    /// Shows the update under the cursor; without a cursor Enter puts it on the first one.
    private static func openUpdate(_ state: inout ConsoleState, view: FleetView) {
        if let id = state.selectedUpdate, view.updates.contains(where: { $0.id == id }) {
            focusUpdate(id, state: &state)
        } else {
            state.selectedUpdate = view.updates.first?.id
        }
    }

    /// Puts an update into focus and shows the overview of it.
    static func focusUpdate(_ id: String?, state: inout ConsoleState) {
        guard let id else { return }
        state.frozen = nil
        choose(id, state: &state)
        push(.overview, state: &state)
    }

    /// Puts an update into focus, on whichever screen.
    static func choose(_ id: String, state: inout ConsoleState) {
        state.focusWasChosen = true
        guard state.focusedUpdate != id else { return }
        state.focusedUpdate = id
        state.devices.clear()
    }
}

extension ConsoleScreenKind {
    fileprivate var isDevice: Bool {
        if case .device = self { true } else { false }
    }
}

extension Pane {
    /// The panes that begin at their top when a screen opens.
    fileprivate static func unshared(by screen: ConsoleScreenKind) -> [Pane] {
        switch screen {
        case .device: [.timeline]
        case .help: [.help]
        case .update: [.causes, .waiting]
        default: []
        }
    }
}
