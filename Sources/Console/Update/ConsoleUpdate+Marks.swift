import FleetEngine

extension ConsoleUpdate {
    /// Marks the device under the cursor, or takes its mark away, and goes to the next row.
    static func toggleMark(_ state: inout ConsoleState) {
        guard let id = state.devices.selected else {
            state.message = ConsoleMessage(.plain, "no device under the cursor: the arrows choose one")
            return
        }
        if state.marks.remove(id) == nil { mark(id, &state) }
    }

    static func mark(_ id: String, _ state: inout ConsoleState) {
        guard state.marks.count < ConsoleState.maximumMarks else {
            state.message = ConsoleMessage(.error, "at most \(ConsoleState.maximumMarks) devices can be marked")
            return
        }
        state.marks.insert(id)
    }

    /// While a range is being marked, marks the rows between where the cursor was and where it is.
    static func passMarks(from before: String?, state: inout ConsoleState, view: FleetView) {
        guard state.isMarkingRange else { return }
        let rows = view.devices.list
        guard let to = rows.position(of: state.devices.selected) else { return }
        let from = rows.position(of: before) ?? to
        for position in min(from, to)...max(from, to) {
            if let id = rows.id(at: position) { mark(id, &state) }
        }
    }

    /// Begins to mark a range at the cursor, or ends it.
    static func toggleRange(_ state: inout ConsoleState) {
        if state.isMarkingRange {
            state.isMarkingRange = false
            state.message = ConsoleMessage(.done, "\(state.marks.count) marked")
        } else if let id = state.devices.selected {
            state.isMarkingRange = true
            mark(id, &state)
            state.message = ConsoleMessage(.plain, "marking: every row the cursor passes; v ends it")
        } else {
            state.message = ConsoleMessage(.plain, "no device under the cursor: the arrows choose one")
        }
    }
}
