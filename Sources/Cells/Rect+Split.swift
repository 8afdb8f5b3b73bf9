extension Rect {
    /// The first `count` rows, and the rows below them. What does not exist is not given: `count` is clamped.
    public func splitTop(_ count: Int) -> (top: Rect, rest: Rect) {
        let height = min(max(count, 0), rows)
        return (
            Rect(column: column, row: row, columns: columns, rows: height),
            Rect(column: column, row: row + height, columns: columns, rows: rows - height)
        )
    }

    /// The last `count` rows, and the rows above them.
    public func splitBottom(_ count: Int) -> (bottom: Rect, rest: Rect) {
        let (rest, bottom) = splitTop(rows - min(max(count, 0), rows))
        return (bottom, rest)
    }

    /// The first `count` columns, and the columns to the right of them.
    public func splitLeft(_ count: Int) -> (left: Rect, rest: Rect) {
        let width = min(max(count, 0), columns)
        return (
            Rect(column: column, row: row, columns: width, rows: rows),
            Rect(column: column + width, row: row, columns: columns - width, rows: rows)
        )
    }

    /// The last `count` columns, and the columns to the left of them.
    public func splitRight(_ count: Int) -> (right: Rect, rest: Rect) {
        let (rest, right) = splitLeft(columns - min(max(count, 0), columns))
        return (right, rest)
    }
}
