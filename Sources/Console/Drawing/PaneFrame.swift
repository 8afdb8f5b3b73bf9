import Cells

/// What panes share: the rule with its title, the lines of the body, the mark of the cursor.
extension ScreenLayout.Box {
    /// Draws the rule; the pane with the focus has a double one.
    func drawRule(_ title: String, _ scene: Scene, on frame: inout Frame) {
        let isFocused = scene.state.focusedPane == pane && scene.state.dialog == nil
        frame.rule(
            title: title, in: rect, isFocused: isFocused, titleRole: Role.title.id,
            lineRole: isFocused ? Role.focus.id : Role.border.id)
    }

    /// The rule's title with the rows that are shown, if not all of them are.
    func title(_ text: String, offset: Int, shown: Int, total: Int) -> String {
        guard shown < total, shown > 0 else { return text }
        return "\(text)  rows \(offset + 1)-\(offset + shown) of \(total)"
    }

    /// The line of the column heads, if there is one.
    var headLine: Rect? { heads > 0 ? rect.line(1) : nil }

    /// A line of the body; nil if there is none at this place.
    func line(_ index: Int) -> Rect? { (0..<body.rows).contains(index) ? body.line(index) : nil }

    /// Draws lines from where the pane is scrolled to. The first column is left to the cursor's mark.
    func drawRows(count: Int, scene: Scene, on frame: inout Frame, row: (Int, Rect, inout Frame) -> Void) {
        let first = scroll(scene, count: count)
        for index in 0..<body.rows where first + index < count {
            row(first + index, body.line(index), &frame)
        }
    }

    /// The first row shown, clamped once more in case the view shrank since.
    func scroll(_ scene: Scene, count: Int) -> Int {
        min(max(scene.state.scrolls[pane] ?? 0, 0), max(0, count - body.rows))
    }

    /// A dim line in an empty body.
    func drawEmpty(_ text: String, on frame: inout Frame) {
        guard let line = line(0) else { return }
        frame.put(
            TextWidth.fitted(" " + text, to: line.columns), column: line.column, row: line.row, role: .dim, in: line)
    }

    /// Paints a line as the one under the cursor; its `>` says so without colour.
    func drawCursor(_ scene: Scene, in line: Rect, on frame: inout Frame) {
        frame.paint(line, role: nil, adding: .bold)
        frame.put(scene.glyph(.selection), column: line.column, row: line.row, role: .selection, in: line)
    }
}
