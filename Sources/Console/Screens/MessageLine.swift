import Cells
import FleetCore

/// What became of a key, or the line that is being typed: over the row above the hints.
enum MessageLine {
    static func draw(_ scene: Scene, on frame: inout Frame) {
        let line = scene.layout.message
        var messages = messages(scene)
        if let input = scene.state.input {
            draw(input, in: line, on: &frame)
        } else if let last = messages.popLast() {
            draw(last, scene, in: line, on: &frame)
        }
        for (distance, message) in messages.reversed().enumerated() where line.row > distance {
            let above = Rect(column: line.column, row: line.row - 1 - distance, columns: line.columns, rows: line.rows)
            draw(message, scene, in: above, on: &frame)
        }
    }

    /// What there is to say, one above the other: what is not answered stays in sight, whatever became of a later key.
    private static func messages(_ scene: Scene) -> [ConsoleMessage] {
        let outstanding = scene.state.outstanding(at: scene.now).map { ConsoleMessage(.error, $0) }
        let problem = scene.state.input?.problem.map { ConsoleMessage(.error, $0.description) }
        return [outstanding, problem ?? scene.state.message].compactMap { $0 }
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
