import Cells
import FleetCore

/// What became of a key, or the line that is being typed: over the row above the hints.
enum MessageLine {
    static func draw(_ scene: Scene, on frame: inout Frame) {
        let line = scene.layout.message
        guard let input = scene.state.input else {
            if let message = scene.state.message { draw(message, scene, in: line, on: &frame) }
            return
        }
        draw(input, in: line, on: &frame)
        guard line.row > 0 else { return }
        let above = Rect(column: line.column, row: line.row - 1, columns: line.columns, rows: 1)
        if let problem = input.problem {
            draw(ConsoleMessage(.error, problem.description), scene, in: above, on: &frame)
        } else if let message = scene.state.message {
            draw(message, scene, in: above, on: &frame)
        }
    }

    private static func draw(_ message: ConsoleMessage, _ scene: Scene, in line: Rect, on frame: inout Frame) {
        let (role, glyph): (Role, String) =
            switch message.kind {
            case .done: (.ok, scene.glyph(.ok))
            case .plain: (.text, "-")
            case .error: (.error, scene.glyph(.failed))
            }
        let text = TextWidth.fitted("\(glyph) \(message.text)", to: line.columns)
        frame.put(text, column: line.column, row: line.row, role: role, flags: .bold, in: line)
    }

    /// The typed line, moved so that its cursor is shown.
    private static func draw(_ input: InputLine, in line: Rect, on frame: inout Frame) {
        let prompt = input.purpose == .filter ? "/" : ":"
        frame.fill(line, role: Role.input.id)
        frame.put(prompt, column: line.column, row: line.row, role: .key, in: line)
        let room = max(1, line.columns - 2)
        let before = String(input.text.prefix(input.cursor))
        var hidden = 0
        var shownBefore = before
        while TextWidth.columns(of: shownBefore) > room, !shownBefore.isEmpty {
            shownBefore.removeFirst()
            hidden += 1
        }
        let text = String(input.text.dropFirst(hidden))
        let area = Rect(column: line.column + 1, row: line.row, columns: max(0, line.columns - 1), rows: line.rows)
        frame.put(text, column: area.column, row: line.row, role: .input, in: area)
        let column = area.column + TextWidth.columns(of: shownBefore)
        if line.rows > 0, column < line.endColumn { frame.cursor = Point(column: column, row: line.row) }
    }
}
