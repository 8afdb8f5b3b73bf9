import Cells
import FleetCore
import FleetEngine

/// What a screen is drawn from. Nothing in it changes while it is drawn.
struct Scene {
    /// What is shown: the frozen view if the display is frozen.
    let view: FleetView
    /// What the engine said last.
    let live: FleetView
    let state: ConsoleState
    let theme: ConsoleTheme
    let layout: ScreenLayout
    let times: TimeText
    /// The clock of the terminal's side, for the age of the data.
    let now: Timestamp

    init(view: FleetView, state: ConsoleState, theme: ConsoleTheme, size: Size, now: Timestamp) {
        var sized = state
        sized.size = size
        self.state = sized
        live = view
        self.view = state.shown(view)
        self.theme = theme
        layout = ScreenLayout(screen: state.screen, size: size, shape: state.shape)
        times = TimeText(state.times, view: self.view)
        self.now = now
    }

    /// Whether the update in focus sends devices back.
    var isRollback: Bool { view.update?.summary.isRollback ?? false }

    /// Whether the overview counts devices that were sent back: of a rollback, and of an update that has one.
    var countsRollback: Bool { isRollback || view.update?.rollback != nil }

    /// Whether a device's part is one in a rollback: while an update is rolled back its devices show that part.
    func isRollback(_ assignment: AssignmentRow?) -> Bool {
        guard let assignment, let update = view.update else { return false }
        if assignment.update == update.summary.id { return update.summary.isRollback }
        // Any of its rollbacks, or of the retries of these, may be the last that was for the device.
        return view.updates.first { $0.id == assignment.update }?.isRollback ?? false
    }

    /// The glyph of a role as text.
    func glyph(_ role: Role) -> String { String(theme.glyph(role)) }

    /// The detail of the device that is meant; nil until the view that holds it has arrived.
    var detail: DeviceDetail? {
        if case .device(let id) = state.screen { return view.detail?.row.id == id ? view.detail : nil }
        return view.detail?.row.id == state.devices.selected ? view.detail : nil
    }

    /// The role of devices that are done.
    var doneRole: Role { isRollback ? .rolledBack : .ok }

    /// The glyph of a state's role; a blank for roles that are no states.
    func mark(_ role: Role) -> String { role.hasGlyph ? glyph(role) : " " }

    /// The key to name for an action.
    func key(_ action: ConsoleAction) -> String { state.keymap.keyText(action) }
}

extension TextRun {
    /// A piece of text in a role.
    init(_ text: String, role: Role, flags: CellFlags = []) {
        self.init(text, role.id, flags: flags)
    }
}

extension Frame {
    /// Text in a role, clipped to a rectangle.
    @discardableResult
    mutating func put(
        _ text: String, column: Int, row: Int, role: Role, flags: CellFlags = [], in clip: Rect
    ) -> Int {
        write(text, column: column, row: row, role: role.id, flags: flags, clip: clip)
    }

    /// Runs from the left edge of a line.
    mutating func put(_ runs: [TextRun], in line: Rect, from column: Int = 0) {
        write(runs, column: line.column + column, row: line.row, clip: line)
    }
}
