/// A rectangle of cells. Its place and size are never negative, and never past what a screen can have.
public struct Rect: Hashable, Sendable {
    /// The leftmost column.
    public let column: Int
    /// The topmost row.
    public let row: Int
    /// Width in columns.
    public let columns: Int
    /// Height in rows.
    public let rows: Int

    /// Makes a rectangle; negative values become 0, and values past the limits of `Size` become those limits.
    public init(column: Int, row: Int, columns: Int, rows: Int) {
        let size = Size(columns: columns, rows: rows)
        self.column = min(max(column, 0), Size.columnLimit)
        self.row = min(max(row, 0), Size.rowLimit)
        self.columns = size.columns
        self.rows = size.rows
    }

    /// The rectangle of a whole screen.
    public init(_ size: Size) {
        self.init(column: 0, row: 0, columns: size.columns, rows: size.rows)
    }

    /// The first column to the right of it.
    public var endColumn: Int { column + columns }

    /// The first row below it.
    public var endRow: Int { row + rows }

    /// Width and height.
    public var size: Size { Size(columns: columns, rows: rows) }

    /// Whether there is no cell in it.
    public var isEmpty: Bool { columns == 0 || rows == 0 }

    /// Whether a place lies within.
    public func contains(_ point: Point) -> Bool {
        (column..<endColumn).contains(point.column) && (row..<endRow).contains(point.row)
    }

    /// The cells that both have.
    public func intersection(_ other: Rect) -> Rect {
        let left = max(column, other.column)
        let top = max(row, other.row)
        return Rect(
            column: left,
            row: top,
            columns: min(endColumn, other.endColumn) - left,
            rows: min(endRow, other.endRow) - top
        )
    }

    /// The rectangle without `columns` on the left and on the right, and without `rows` above and below.
    public func inset(columns insetColumns: Int = 1, rows insetRows: Int = 1) -> Rect {
        let aside = min(max(insetColumns, 0), columns)
        let above = min(max(insetRows, 0), rows)
        return Rect(
            column: column + aside, row: row + above, columns: columns - 2 * aside, rows: rows - 2 * above)
    }

    /// One row of it, counted from its top; empty where there is no such row.
    public func line(_ index: Int) -> Rect {
        let isInside = (0..<rows).contains(index)
        return Rect(column: column, row: row + (isInside ? index : 0), columns: columns, rows: isInside ? 1 : 0)
    }

    /// The rectangle of the given size in the middle of this one, made smaller where it would not fit.
    public func centred(columns wanted: Int, rows wantedRows: Int) -> Rect {
        let width = min(max(wanted, 0), columns)
        let height = min(max(wantedRows, 0), rows)
        return Rect(
            column: column + (columns - width) / 2, row: row + (rows - height) / 2, columns: width, rows: height)
    }
}
