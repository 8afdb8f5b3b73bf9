extension Frame {
    /// Draws the head of a pane in the first row of `rect`: `-[Title]------`, or `=[Title]======` for the pane that
    /// has the focus. A title that does not fit is cut; below five columns there is only the line.
    public mutating func rule(
        title: String, in rect: Rect, isFocused: Bool, titleRole: RoleID, lineRole: RoleID
    ) {
        let line = rect.line(0)
        fill(line, character: isFocused ? "=" : "-", role: lineRole)
        bracket(title, at: line.column + 1, in: line, titleRole: titleRole, lineRole: lineRole)
    }

    /// Draws a dialog box and blanks what is inside: `+=[title]===+` above, `|` at the sides, `+=[footer]===+` below.
    /// An empty title or footer leaves the line whole. Below two rows or two columns nothing is drawn.
    public mutating func box(_ rect: Rect, title: String, footer: String = "", role: RoleID) {
        guard rect.columns >= 2, rect.rows >= 2 else { return }
        fill(rect, role: role)
        for edge in [rect.column, rect.endColumn - 1] {
            fill(Rect(column: edge, row: rect.row, columns: 1, rows: rect.rows), character: "|", role: role)
        }
        for (index, text) in [(0, title), (rect.rows - 1, footer)] {
            let line = rect.line(index)
            fill(line, character: "+", role: role)
            fill(line.inset(columns: 1, rows: 0), character: "=", role: role)
            bracket(text, at: line.column + 2, in: line, titleRole: role, lineRole: role)
        }
    }

    /// `[text]` in a line, with at least one column of the line left to the right of it.
    private mutating func bracket(
        _ text: String, at column: Int, in line: Rect, titleRole: RoleID, lineRole: RoleID
    ) {
        let room = line.endColumn - column - 3
        guard room >= 1, !text.isEmpty else { return }
        let shown = TextWidth.fitted(text, to: min(room, TextWidth.columns(of: text)))
        write(
            [TextRun("[", lineRole), TextRun(shown, titleRole), TextRun("]", lineRole)],
            column: column, row: line.row, clip: line)
    }
}
