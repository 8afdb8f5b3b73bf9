import Cells
import FleetCore
import FleetEngine

extension ConsoleUpdate {
    /// A key while a line is being typed.
    static func handleInput(
        _ event: KeyEvent, state: inout ConsoleState, view: FleetView
    ) -> [ConsoleEffect] {
        guard var input = state.input else { return [] }
        switch event.key {
        case .escape:
            state.input = nil
            return []
        case .enter: return event.isPasted ? [] : finish(input, state: &state, view: view)
        // As in editors, a line deleted past its beginning is given up.
        case .backspace where input.text.isEmpty:
            state.input = nil
            return []
        case .tab: complete(&input, state: &state, view: view)
        default: edit(&input, by: event.key)
        }
        state.input = input
        return []
    }

    private static func edit(_ input: inout InputLine, by key: Key) {
        switch key {
        case .character(let character): input.insert(character)
        case .backspace: input.deleteBackward()
        case .delete: input.deleteForward()
        case .left: input.move(to: input.cursor - 1)
        case .right: input.move(to: input.cursor + 1)
        case .home, .control("a"): input.move(to: 0)
        case .end, .control("e"): input.move(to: input.text.count)
        case .control("u"): input.replace(with: "")
        default: break
        }
    }

    private static func finish(
        _ input: InputLine, state: inout ConsoleState, view: FleetView
    ) -> [ConsoleEffect] {
        switch input.purpose {
        case .filter:
            apply(input, state: &state)
            return []
        case .command:
            state.input = nil
            return CommandLine.run(input.text, state: &state, view: view)
        }
    }

    /// Takes a filter over; one that cannot be read stays on the line, with where it goes wrong.
    private static func apply(_ input: InputLine, state: inout ConsoleState) {
        do {
            try setFilter(input.text, state: &state)
            state.input = nil
        } catch {
            var line = input
            line.problem = error
            line.move(to: error.column - 1)
            state.input = line
        }
    }

    static func setFilter(_ text: String, state: inout ConsoleState) throws(FilterProblem) {
        state.filter = try FilterText.read(text)
        state.frozen = nil
        state.filterText = state.filter == .everything ? "" : text
        state.devices.clear()
        if state.screen == .overview { state.setFocus(.devices) }
    }

    private static func complete(_ input: inout InputLine, state: inout ConsoleState, view: FleetView) {
        guard input.purpose == .command else { return }
        let candidates = CommandLine.completions(of: input.text, state: state, view: view)
        if let completed = CommandLine.completed(input.text, by: candidates) { input.replace(with: completed) }
        if candidates.count > 1 {
            state.message = ConsoleMessage(.plain, candidates.prefix(12).joined(separator: "  "))
        }
    }
}
