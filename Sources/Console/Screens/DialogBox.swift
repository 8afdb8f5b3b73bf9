import Cells
import FleetCore
import FleetEngine

/// Draws the dialog over the screen.
enum DialogBox {
    /// A line in a dialog; the one that is typed into carries its text.
    struct Line {
        var runs: [TextRun]
        /// Lines of the highest rank go first where the box is too low for all.
        var rank = 1
        /// Where the caret stands, in columns from the line's beginning; nil: nowhere.
        var caret: Int?

        init(_ text: String, role: Role = .text, rank: Int = 1, flags: CellFlags = []) {
            runs = [TextRun(text, role: role, flags: flags)]
            self.rank = rank
        }

        init(_ runs: [TextRun], rank: Int = 1, caret: Int? = nil) {
            self.runs = runs
            self.rank = rank
            self.caret = caret
        }

        /// A dim label of nine columns and a text.
        init(_ label: String, _ text: String, role: Role = .text, rank: Int = 1) {
            runs = [
                TextRun(TextWidth.fitted(label, to: 10), role: .dim), TextRun(text, role: role),
            ]
            self.rank = rank
        }

        /// The runs, the last one cut with an ellipsis where the line is too narrow.
        func fitted(to columns: Int) -> [TextRun] {
            let before = runs.dropLast().reduce(0) { $0 + TextWidth.columns(of: $1.text) }
            guard let last = runs.last, before + TextWidth.columns(of: last.text) > columns else { return runs }
            let text = TextWidth.fitted(last.text, to: max(0, columns - before))
            return runs.dropLast() + [TextRun(text, last.role, flags: last.flags)]
        }

        /// An empty line, the first to go.
        static let blank = Line("", rank: 9)
    }

    static func draw(_ dialog: ConsoleDialog, _ scene: Scene, on frame: inout Frame) {
        let lines: [Line]
        let title: String
        switch dialog {
        case .typed(let confirmation):
            lines = TypedDialog.lines(confirmation, scene)
            title = TypedDialog.title(confirmation, scene)
        case .yesNo(let question):
            lines = YesNoDialog.lines(question, scene)
            title = YesNoDialog.title(question)
        case .device(let question):
            lines = DeviceDialog.lines(question, scene)
            title = DeviceDialog.title(question)
        case .quit(let question):
            lines = QuitDialog.lines(question)
            title = QuitDialog.title(question)
        case .over(let question):
            let text = "\(scene.glyph(.caution)) nothing can be confirmed here any more, and nothing was sent"
            lines = [Line(question.why), .blank, Line(text, role: .caution, rank: 0, flags: .bold)]
            title = question.object
        }
        draw(lines, title: title, scene, on: &frame)
    }

    private static func draw(_ lines: [Line], title: String, _ scene: Scene, on frame: inout Frame) {
        let hintRows = scene.layout.hint == nil ? 0 : 1
        let area = Rect(frame.size).splitBottom(hintRows).rest
        let kept = fitting(lines, rows: max(1, area.rows - 2))
        let box = area.centred(columns: min(area.columns, 84), rows: kept.count + 2)
        frame.paint(Rect(frame.size), adding: .dim)
        frame.fill(box, role: Role.text.id)
        frame.box(box, title: title, role: Role.focus.id)
        let inside = box.rows >= 3 && box.columns >= 8 ? box.inset(columns: 2, rows: 1) : box
        for (index, line) in kept.enumerated() {
            let rect = inside.line(index)
            frame.put(line.fitted(to: rect.columns), in: rect)
            if let caret = line.caret, rect.rows > 0, caret < rect.columns {
                frame.cursor = Point(column: rect.column + caret, row: rect.row)
            }
        }
    }

    /// Leaves out the least important lines until the rest fits.
    private static func fitting(_ lines: [Line], rows: Int) -> [Line] {
        var kept = lines
        while kept.count > rows, let worst = kept.map(\.rank).max(),
            let index = kept.lastIndex(where: { $0.rank == worst })
        {
            kept.remove(at: index)
        }
        return kept
    }
}
