/// How many columns and rows there are.
public struct Size: Hashable, Sendable {
    /// No screen is taken to be wider than this, so that a nonsense size cannot take the memory.
    public static let columnLimit = 2_000
    /// No screen is taken to be higher than this.
    public static let rowLimit = 1_000

    /// Columns, `0...columnLimit`.
    public let columns: Int
    /// Rows, `0...rowLimit`.
    public let rows: Int

    /// Makes a size; values outside the limits are clamped.
    public init(columns: Int, rows: Int) {
        self.columns = min(max(columns, 0), Self.columnLimit)
        self.rows = min(max(rows, 0), Self.rowLimit)
    }
}

/// A place on a screen; the top left corner is `0, 0`.
public struct Point: Hashable, Sendable {
    /// Columns from the left edge.
    public let column: Int
    /// Rows from the top edge.
    public let row: Int

    /// Makes a place, which need not be on any screen.
    public init(column: Int, row: Int) {
        self.column = column
        self.row = row
    }
}
