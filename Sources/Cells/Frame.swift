/// What a screen shows: rows of cells, all of them safe to send to a terminal.
///
/// Text comes in only through `write`, which sanitises it, so that no byte from a device or a file can steer the
/// terminal, and which keeps every wide glyph whole.
public struct Frame: Hashable, Sendable {
    /// Columns and rows.
    public let size: Size
    /// Where a text caret is shown; nil hides it.
    public var cursor: Point?

    private let blank: Cell
    private var cells: [Cell]

    /// Makes a frame of spaces in the role `fill`.
    public init(size: Size, fill: RoleID) {
        self.size = size
        blank = Cell(character: " ", role: fill)
        cells = Array(repeating: blank, count: size.columns * size.rows)
    }

    /// The rectangle of the whole frame.
    public var bounds: Rect { Rect(size) }

    /// One cell; a space in the frame's own role where there is none.
    public subscript(column: Int, row: Int) -> Cell {
        guard contains(column, row) else { return blank }
        return cells[row * size.columns + column]
    }

    /// The cells of one row from left to right; empty where there is no such row.
    public func row(_ index: Int) -> ArraySlice<Cell> {
        guard (0..<size.rows).contains(index) else { return [] }
        return cells[index * size.columns..<(index + 1) * size.columns]
    }

    /// Whether a row looks the same in another frame; never in one of another size.
    public func hasSameRow(_ index: Int, as other: Frame) -> Bool {
        guard size == other.size, (0..<size.rows).contains(index) else { return false }
        let start = index * size.columns
        return (start..<start + size.columns).allSatisfy { cells[$0] == other.cells[$0] }
    }

    private func contains(_ column: Int, _ row: Int) -> Bool {
        column >= 0 && column < size.columns && row >= 0 && row < size.rows
    }
}

extension Frame {
    /// Puts a cell of one column. Where it covers half of a wide glyph, the other half becomes a space.
    mutating func put(_ cell: Cell, column: Int, row: Int) {
        guard contains(column, row) else { return }
        let index = row * size.columns + column
        if cells[index].isContinuation { blankCharacter(at: index - 1) }
        if column + 1 < size.columns, cells[index + 1].isContinuation { blankCharacter(at: index + 1) }
        cells[index] = cell
    }

    /// Puts a glyph of two columns, both of which must be in the frame.
    mutating func putWide(_ cell: Cell, column: Int, row: Int) {
        guard contains(column, row), contains(column + 1, row) else { return }
        let half = Cell(character: " ", role: cell.role, flags: cell.flags)
        put(half, column: column, row: row)
        put(half, column: column + 1, row: row)
        let index = row * size.columns + column
        cells[index] = cell
        cells[index + 1] = Cell(character: " ", role: cell.role, flags: cell.flags, isContinuation: true)
    }

    /// Changes the look of the cells in one row. The left half of a wide glyph decides for the right half.
    mutating func restyle(row: Int, columns: Range<Int>, role: RoleID?, adding flags: CellFlags) {
        let start = row * size.columns
        for column in columns where !(cells[start + column].isContinuation && column == columns.lowerBound) {
            restyle(at: start + column, role: role, adding: flags)
        }
        if columns.upperBound < size.columns, cells[start + columns.upperBound].isContinuation {
            restyle(at: start + columns.upperBound, role: role, adding: flags)
        }
    }

    private mutating func restyle(at index: Int, role: RoleID?, adding flags: CellFlags) {
        if let role { cells[index].role = role }
        cells[index].flags.formUnion(flags)
    }

    private mutating func blankCharacter(at index: Int) {
        cells[index] = Cell(character: " ", role: cells[index].role, flags: cells[index].flags)
    }
}
