import Cells
import FleetEngine

extension ConsoleState {
    /// The layout of what is shown.
    var layout: ScreenLayout { ScreenLayout(screen: screen, size: size, shape: shape) }

    /// The screen whose keys the help lists.
    var screenBelowHelp: ConsoleScreenKind { screens.last { $0 != .help } ?? .overview }

    /// The pane that keys move in.
    var focusedPane: Pane {
        switch screen {
        case .overview: visible(focus[.overview] ?? .devices, or: .devices)
        case .update: visible(focus[.update] ?? .phases, or: .causes)
        case .device: .timeline
        case .queue: .queue
        case .updates: .updates
        case .events: .events
        case .help: .help
        }
    }

    /// The panes that Tab goes through.
    var focusablePanes: [Pane] {
        let layout = layout
        switch screen {
        case .overview: return Pane.overview.filter { layout.box($0) != nil }
        case .update: return Pane.update.filter { layout.box($0) != nil }
        default: return []
        }
    }

    /// The row of the queue under the cursor.
    var queueKey: QueueKey? { queue.selected.flatMap(QueueKey.init(text:)) }

    /// How many rows of a pane are shown.
    func shownRows(of pane: Pane) -> Int { layout.box(pane)?.body.rows ?? 0 }

    mutating func setFocus(_ pane: Pane) {
        switch screen {
        case .overview: focus[.overview] = pane
        case .update: focus[.update] = pane
        default: break
        }
    }

    private func visible(_ pane: Pane, or other: Pane) -> Pane {
        layout.box(pane) == nil ? other : pane
    }
}

extension ViewShape {
    init(_ view: FleetView) {
        phases = view.overviewRowCount
        regions = view.regions.count
        updatePhases = view.update?.phases.count ?? 0
        hasGate = view.update?.gate != nil
        causes = view.update?.causes.count ?? 0
        waiting = view.update?.waiting.count ?? 0
        hasRollback = view.update?.rollback != nil
    }
}

extension FleetView {
    /// What the first pane of the overview holds: phases, else who waits for what, else the updates.
    enum FirstPane: Hashable, Sendable { case phases, waiting, updates }

    var firstPane: FirstPane {
        guard let update else { return .updates }
        if !update.phases.isEmpty { return .phases }
        return update.summary.status == .draft ? .updates : .waiting
    }

    /// Rows of the first pane of the overview.
    var overviewRowCount: Int {
        switch firstPane {
        case .phases: update?.phases.count ?? 0
        case .waiting: max(1, update?.waiting.count ?? 0)
        case .updates: max(1, updates.count)
        }
    }

    /// Rows of a pane whose list the view holds whole.
    func rowCount(of pane: Pane, state: ConsoleState) -> Int {
        switch pane {
        case .phases: state.screen == .overview ? overviewRowCount : update?.phases.count ?? 0
        case .regions: regions.count
        case .causes: update?.causes.count ?? 0
        case .waiting: update?.waiting.count ?? 0
        case .events: events.count
        case .timeline: detail?.timeline.count ?? 0
        case .updates: updates.count
        case .help: HelpText.lineCount(state, self)
        default: 0
        }
    }
}
