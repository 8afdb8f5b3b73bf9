import Cells
import FleetEngine

/// The keys of the screen below, as they are bound, and the commands of the `:` line.
enum HelpText {
    /// One line: keys and what they do; a line without keys is a heading.
    struct Line: Hashable {
        var keys: String
        var text: String
        /// Whether the keys do nothing as things stand.
        var isIdle = false
    }

    static func lines(_ state: ConsoleState, _ view: FleetView) -> [Line] {
        let actions = ConsoleAction.available(on: state.screenBelowHelp, isReadOnly: state.onlyLooksOn)
        let idle = ConsoleUpdate.commands(state, view).idle
        var lines = actions.filter { !idle.contains($0) }.compactMap { line($0, isIdle: false, state) }
        let idleLines = idle.compactMap { line($0, isIdle: true, state) }
        if !idleLines.isEmpty { lines += [Line(keys: "", text: "not now" + why(state, view))] + idleLines }
        guard actions.contains(.command) else { return lines }
        lines.append(Line(keys: "", text: "commands"))
        for name in CommandName.allCases where state.may(name) {
            lines.append(Line(keys: ":" + name.usage, text: ""))
        }
        return lines
    }

    private static func line(_ action: ConsoleAction, isIdle: Bool, _ state: ConsoleState) -> Line? {
        let keys = state.keymap.keyTexts(for: action)
        return keys.isEmpty ? nil : Line(keys: keys.joined(separator: " "), text: action.explanation, isIdle: isIdle)
    }

    /// What the keys would be for.
    private static func why(_ state: ConsoleState, _ view: FleetView) -> String {
        guard view.health == .running else { return ": the engine has stopped" }
        return ConsoleUpdate.target(state: state, view: view).map { ", for \($0.id)" } ?? ": no update is chosen"
    }

    /// In how many columns of lines the help stands.
    static func columnCount(_ state: ConsoleState) -> Int { max(1, min(4, state.size.columns / 40)) }

    /// Rows that the help takes.
    static func lineCount(_ state: ConsoleState, _ view: FleetView) -> Int {
        let columns = columnCount(state)
        return (lines(state, view).count + columns - 1) / columns
    }
}

/// Draws the help.
enum HelpPane {
    static func draw(_ box: ScreenLayout.Box, _ scene: Scene, on frame: inout Frame) {
        let lines = HelpText.lines(scene.state, scene.live)
        let columns = HelpText.columnCount(scene.state)
        let rows = HelpText.lineCount(scene.state, scene.live)
        let first = box.scroll(scene, count: rows)
        let shown = min(box.body.rows, rows)
        let title = "Keys of \(scene.state.screenBelowHelp.word)"
        box.drawRule(box.title(title, offset: first, shown: shown, total: rows), scene, on: &frame)
        let width = box.rect.columns / columns
        box.drawRows(count: rows, scene: scene, on: &frame) { row, line, frame in
            for column in 0..<columns {
                let index = column * rows + row
                guard lines.indices.contains(index) else { continue }
                let cell = Rect(column: line.column + column * width, row: line.row, columns: width, rows: 1)
                draw(lines[index], in: cell, on: &frame)
            }
        }
    }

    private static func draw(_ line: HelpText.Line, in rect: Rect, on frame: inout Frame) {
        if line.text.isEmpty {
            frame.put(" " + line.keys, column: rect.column, row: rect.row, role: .key, in: rect)
        } else if line.keys.isEmpty {
            frame.put(" " + line.text, column: rect.column, row: rect.row, role: .title, flags: .bold, in: rect)
        } else {
            Columns.draw(
                [
                    Columns.Cell("", 0), Columns.Cell(line.keys, 9, role: line.isIdle ? .dim : .key),
                    Columns.Cell(line.text, nil, role: line.isIdle ? .dim : .text),
                ], in: rect, on: &frame)
        }
    }
}

extension ConsoleScreenKind {
    /// What the screen is called.
    var word: String {
        switch self {
        case .overview: "the overview"
        case .update: "the update"
        case .device: "a device"
        case .queue: "the queue"
        case .updates: "the updates"
        case .events: "the events"
        case .help: "the help"
        }
    }
}
