import Cells

/// Columns of a table, each as wide as it says; one of them takes what is left.
struct Columns {
    /// One cell of a row.
    struct Cell {
        var text: String
        var role: Role
        /// Columns it takes; nil: what the others leave.
        var width: Int?
        var alignment: Alignment
        var flags: CellFlags
        /// Blanks after it.
        var gap: Int

        init(
            _ text: String, _ width: Int?, role: Role = .text, alignment: Alignment = .leading, flags: CellFlags = [],
            gap: Int = 1
        ) {
            self.text = text
            self.role = role
            self.width = width
            self.alignment = alignment
            self.flags = flags
            self.gap = gap
        }
    }

    /// Draws a row of cells.
    static func draw(_ cells: [Cell], in line: Rect, on frame: inout Frame) {
        guard line.rows > 0 else { return }
        let fixed = cells.dropLast().reduce(cells.last?.width ?? 0) { $0 + ($1.width ?? 0) + $1.gap }
        let flexible = max(0, line.columns - fixed)
        var column = line.column
        for cell in cells {
            let width = cell.width ?? flexible
            let text = TextWidth.fitted(cell.text, to: width, alignment: cell.alignment)
            frame.put(text, column: column, row: line.row, role: cell.role, flags: cell.flags, in: line)
            column += width + cell.gap
        }
    }
}
