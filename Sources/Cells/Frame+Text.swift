extension Frame {
    /// What the frame shows as plain text: rows joined by newlines, without the spaces at their ends.
    public func text() -> String {
        (0..<size.rows).map(rowText).joined(separator: "\n")
    }

    /// The same frame for a terminal that can draw ASCII only: the nearest character, or `?` for each column.
    public func ascii() -> Frame {
        var result = self
        for row in 0..<size.rows {
            for (column, cell) in self.row(row).enumerated() {
                let isHalf = cell.isContinuation
                let form = isHalf ? "?" : AsciiForm.nearest(cell.character)
                guard isHalf || form != cell.character else { continue }
                result.put(Cell(character: form, role: cell.role, flags: cell.flags), column: column, row: row)
            }
        }
        return result
    }

    private func rowText(_ index: Int) -> String {
        var text = ""
        var length = 0
        for cell in row(index) where !cell.isContinuation {
            text.append(cell.character)
            if cell.character != " " { length = text.unicodeScalars.count }
        }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(length)))
    }
}
