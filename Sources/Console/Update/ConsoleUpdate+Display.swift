import Cells
import FleetCore
import FleetEngine

extension ConsoleUpdate {
    /// Changes what is displayed and how, or leaves the program.
    static func changeDisplay(
        by action: ConsoleAction, state: inout ConsoleState, view: FleetView
    ) -> [ConsoleEffect] {
        switch action {
        case .sortNext: changeSort(by: 1, state: &state)
        case .sortPrevious: changeSort(by: -1, state: &state)
        case .mark:
            if state.devices.pendingPosition == nil { toggleMark(&state) } else { state.devices.deferred = .mark }
        case .markRange: toggleRange(&state)
        case .freeze: toggleFreeze(&state, view: view)
        case .timeZone: setTimes(state.times.next, state: &state)
        case .acknowledge: acknowledge(&state, view: view)
        case .theme: return [.cycleTheme(after: state.themeName)]
        case .copy: return copy(&state, view: view)
        case .export: return [.export(exportText(state, view: view))]
        case .suspend: return [.suspend]
        case .quit:
            guard state.screen != .help else {
                back(&state)
                return []
            }
            return quit(&state, view: view)
        default: break
        }
        return []
    }

    /// Leaves; where the engine would end with this console, it asks first if updates are under way, or wait for a second
    /// person, or if others look on.
    static func quit(_ state: inout ConsoleState, view: FleetView) -> [ConsoleEffect] {
        guard state.runsEngine, view.health == .running, let question = QuitQuestion(view) else { return [.quit] }
        state.dialog = .quit(question)
        return []
    }

    private static func changeSort(by distance: Int, state: inout ConsoleState) {
        let keys = DeviceSortKey.allCases
        let index = keys.firstIndex(of: state.sort.key) ?? 0
        state.frozen = nil
        state.sort = DeviceSort(keys[(index + distance + keys.count) % keys.count])
        state.devices.followsSelection = true
        state.message = ConsoleMessage(.done, "sorted by \(state.sort.text)")
    }

    private static func toggleFreeze(_ state: inout ConsoleState, view: FleetView) {
        if state.frozen == nil {
            state.frozen = view
        } else {
            state.frozen = nil
            state.message = ConsoleMessage(.done, "the display is live again")
        }
    }

    static func setTimes(_ times: TimeDisplay, state: inout ConsoleState) {
        state.times = times
        let meaning =
            switch times {
            case .utc: "times in UTC"
            case .fleet: "times in the fleet's zone"
            case .site: "times of a device in its site's zone, others in the fleet's"
            }
        state.message = ConsoleMessage(.done, meaning)
    }

    private static func acknowledge(_ state: inout ConsoleState, view: FleetView) {
        guard let alert = state.openAlerts(in: state.shown(view)).first else {
            state.message = ConsoleMessage(.plain, "no alert to acknowledge")
            return
        }
        state.acknowledged.insert(alert.id)
        state.message = ConsoleMessage(.done, "acknowledged: \(alert.text)")
    }

    /// What `y` copies: the marked ids, else the id under the cursor or of the screen.
    private static func copy(_ state: inout ConsoleState, view: FleetView) -> [ConsoleEffect] {
        guard let text = copyText(state, view: view) else {
            state.message = ConsoleMessage(.plain, "nothing under the cursor to copy")
            return []
        }
        let count = text.split(separator: "\n").count
        state.message = ConsoleMessage(.done, count == 1 ? "copied \(text)" : "copied \(count) ids")
        return [.copy(text)]
    }

    private static func copyText(_ state: ConsoleState, view: FleetView) -> String? {
        switch state.screen {
        case .device(let id): return id
        case .update: return view.update?.summary.id
        case .updates: return state.selectedUpdate
        case .queue: return state.queueKey?.device
        default: break
        }
        if !state.marks.isEmpty { return state.marks.sorted().joined(separator: "\n") }
        switch state.focusedPane {
        case .regions: return state.selectedRegion
        case .queue: return state.queueKey?.device
        case .phases: return view.update?.summary.id
        default: return state.devices.selected
        }
    }

    /// The screen as text: the rows that are on it. The engine sends no others; `muster devices` lists them all.
    private static func exportText(_ state: ConsoleState, view: FleetView) -> String {
        var plain = state
        plain.message = nil
        plain.unanswered = []
        plain.input = nil
        return ConsoleScreen.render(
            view: view, state: plain, theme: ConsoleTheme(), size: state.size, now: state.heardAt ?? view.now
        ).text()
    }
}

extension ConsoleState {
    /// Alerts that nobody at this console has acknowledged, most severe first.
    func openAlerts(in view: FleetView) -> [Alert] { view.alerts.filter { !acknowledged.contains($0.id) } }
}

extension DeviceSort {
    /// The key's word; a dash before it if the order is reversed.
    var text: String { (isReversed ? "-" : "") + key.name }
}

extension DeviceSortKey {
    /// The word in titles and after `:sort`.
    var name: String {
        switch self {
        case .state: "state"
        case .id: "id"
        case .region: "region"
        case .site: "site"
        case .firmware: "firmware"
        case .status: "status"
        case .lastSeen: "last-seen"
        }
    }
}
