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

        var isBlank: Bool { runs.allSatisfy { $0.text.isEmpty } }

        /// Rows that a line takes at most; the last one is cut.
        private static let mostRows = 4
        /// Where there are fewer columns a label takes none of its own.
        private static let leastColumns = 30

        /// The line as rows of a width: its text goes on below itself, not below its label. What is typed into stays whole.
        func flowed(to columns: Int) -> [Line] {
            let width = runs.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
            guard width > columns, caret == nil, runs.count <= 2, let last = runs.last else { return [self] }
            let label = runs.count == 2 ? runs[0] : nil
            let indent = columns < Self.leastColumns ? 0 : label.map { TextWidth.columns(of: $0.text) } ?? 0
            let name = label?.text.trimmed ?? ""
            let head = indent > 0 || name.isEmpty ? "" : name + " "
            let pieces = (head + last.text).split(separator: "  ").map(String.init)
            var texts = TextFlow.lines(pieces, width: max(1, columns - indent), separator: "  ", limit: .max)
            if texts.count > Self.mostRows {
                texts =
                    Array(texts.prefix(Self.mostRows - 1)) + [texts.dropFirst(Self.mostRows - 1).joined(separator: " ")]
            }
            return texts.enumerated().map { index, text in
                var row = self
                row.runs = [TextRun(text, last.role, flags: last.flags)]
                if let label, indent > 0 {
                    let blank = String(repeating: " ", count: indent)
                    row.runs.insert(index == 0 ? label : TextRun(blank, label.role), at: 0)
                }
                return row
            }
        }
    }

    /// The widest that a box is, its frame included.
    private static let mostColumns = 84

    static func draw(_ dialog: ConsoleDialog, _ scene: Scene, on frame: inout Frame) {
        var kept = fitting(lines(dialog, scene), rows: inside(scene).rows)
        let hidden = hidden(dialog, scene)
        if hidden > 0, !dialog.isTyped, let last = kept.indices.last {
            let text = "   make the window larger: \(NumberText.count(hidden, "more line"))"
            kept[last].runs.append(TextRun(text, role: .caution))
        }
        draw(kept, title: title(dialog, scene), scene, on: &frame)
    }

    /// How many lines of a dialog the window is too low for. Of one that scrolls: those that were not on the screen yet.
    static func hidden(_ dialog: ConsoleDialog, _ scene: Scene) -> Int {
        if case .typed(let confirmation) = dialog { return TypedDialog.fit(confirmation, scene).hidden }
        let all = lines(dialog, scene)
        return all.count { !$0.isBlank } - fitting(all, rows: inside(scene).rows).count { !$0.isBlank }
    }

    /// The columns and rows of text that a box has at most.
    static func inside(_ scene: Scene) -> Size {
        let hintRows = scene.layout.hint == nil ? 0 : 1
        let columns = min(scene.state.size.columns, mostColumns)
        let rows = scene.state.size.rows - hintRows - 2
        return Size(columns: columns >= 8 && rows > 0 ? columns - 4 : columns, rows: max(1, rows))
    }

    private static func lines(_ dialog: ConsoleDialog, _ scene: Scene) -> [Line] {
        let lines: [Line]
        switch dialog {
        case .typed(let confirmation): return TypedDialog.fit(confirmation, scene).lines
        case .yesNo(let question): lines = YesNoDialog.lines(question, scene)
        case .device(let question): lines = DeviceDialog.lines(question, scene)
        case .quit(let question): lines = QuitDialog.lines(question)
        case .over(let question):
            let text = "\(scene.glyph(.caution)) nothing can be confirmed here any more, and nothing was sent"
            lines = [Line(question.why), .blank, Line(text, role: .caution, rank: 0, flags: .bold)]
        }
        let columns = inside(scene).columns
        return lines.flatMap { $0.flowed(to: columns) }
    }

    private static func title(_ dialog: ConsoleDialog, _ scene: Scene) -> String {
        switch dialog {
        case .typed(let confirmation): TypedDialog.title(confirmation, scene)
        case .yesNo(let question): YesNoDialog.title(question)
        case .device(let question): DeviceDialog.title(question)
        case .quit(let question): QuitDialog.title(question)
        case .over(let question): question.object
        }
    }

    private static func draw(_ kept: [Line], title: String, _ scene: Scene, on frame: inout Frame) {
        let hintRows = scene.layout.hint == nil ? 0 : 1
        let area = Rect(frame.size).splitBottom(hintRows).rest
        let box = area.centred(columns: min(area.columns, mostColumns), rows: kept.count + 2)
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
