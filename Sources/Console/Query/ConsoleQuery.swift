import Cells
import FleetEngine

/// What a console asks the engine for: the rows that are shown and no others.
public enum ConsoleQuery {
    /// Rows asked for at most of any list.
    public static let maximumRows = 1000

    /// The query for what a console of this size shows.
    public static func query(for state: ConsoleState, size: Size) -> ViewQuery {
        let screen = state.screen == .help ? state.screenBelowHelp : state.screen
        let layout = ScreenLayout(screen: screen, size: size, shape: state.shape)
        var query = ViewQuery()
        query.update = state.focusedUpdate
        query.filter = state.filter
        query.sort = state.sort
        query.region = state.region
        addDevices(to: &query, state: state, shown: layout.box(.devices)?.body.rows ?? 0)
        let queueRows = min(layout.box(.queue)?.body.rows ?? 0, maximumRows)
        query.queueRows = RowRange(offset: state.queue.queryOffset(shown: queueRows), count: queueRows)
        addEvents(to: &query, state: state, shown: layout.box(.events)?.body.rows ?? 0)
        if case .device(let id) = screen { query.detail = id }
        if screen == .overview, layout.box(.preview) != nil { query.detail = state.devices.selected }
        addPreview(to: &query, state: state)
        return query
    }

    private static func addDevices(to query: inout ViewQuery, state: ConsoleState, shown: Int) {
        let rows = min(shown, maximumRows)
        query.deviceRows = RowRange(offset: state.devices.queryOffset(shown: rows), count: rows)
        query.selectedDevice = state.devices.selected
        query.followsSelection =
            state.devices.followsSelection && state.devices.pendingPosition == nil && state.devices.selected != nil
    }

    /// A page more than is shown where events can be scrolled, so that there is something to scroll to.
    private static func addEvents(to query: inout ViewQuery, state: ConsoleState, shown: Int) {
        guard shown > 0 else { return }
        let isScrolled = state.focusedPane == .events || state.screen == .events
        let wanted = isScrolled ? (state.scrolls[.events] ?? 0) + 2 * shown : shown
        query.eventCount = min(wanted, maximumRows)
    }

    private static func addPreview(to query: inout ViewQuery, state: ConsoleState) {
        // Whether it is offered depends on what it would send.
        query.retryPreview = ConsoleUpdate.targetID(state)
        if case .device(let question) = state.dialog { query.detail = question.device }
        guard case .typed(let confirmation) = state.dialog else { return }
        switch confirmation.kind {
        case .rollback: query.rollbackPreview = confirmation.update.id
        case .start: query.startPreview = confirmation.update.id
        case .retry: query.retryPreview = confirmation.update.id
        case .cancel: break
        }
    }
}
