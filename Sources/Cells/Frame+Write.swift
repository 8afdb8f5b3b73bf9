extension Frame {
    /// Writes text in one row, sanitised, and clipped at the edges of the frame and of `clip`.
    ///
    /// A wide glyph is never cut: where only half of it is inside, that half becomes a space.
    /// - Parameters:
    ///   - text: what is written.
    ///   - column: where it begins; may lie to the left of the frame.
    ///   - row: in which row; one outside of the frame takes nothing.
    ///   - role: what it means.
    ///   - flags: attributes that are added to those of the role.
    ///   - limit: the most columns that it may take.
    ///   - clip: cells outside of it are left alone.
    /// - Returns: how many columns the text took from `column` on, up to the right edge, so that the next piece can
    ///   follow. Columns hidden at the left edge count.
    @discardableResult
    public mutating func write(
        _ text: String, column: Int, row: Int, role: RoleID, flags: CellFlags = [], limit: Int? = nil, clip: Rect? = nil
    ) -> Int {
        let area = clip.map { $0.intersection(bounds) } ?? bounds
        let start = min(max(column, -Size.columnLimit), Size.columnLimit)
        let room = min(limit ?? .max, area.endColumn - start)
        var used = 0
        for character in text {
            let glyph = TextWidth.glyph(character)
            guard used < room, used + glyph.columns <= limit ?? .max else { break }
            let cell = Cell(character: glyph.character, role: role, flags: flags)
            put(cell, columns: glyph.columns, at: Point(column: start + used, row: row), within: area)
            used += glyph.columns
        }
        return max(0, min(used, room))
    }

    /// Writes runs one after another, as `write` does for text.
    @discardableResult
    public mutating func write(
        _ runs: [TextRun], column: Int, row: Int, limit: Int? = nil, clip: Rect? = nil
    ) -> Int {
        var used = 0
        for run in runs {
            let left = limit.map { max(0, $0 - used) }
            used += write(
                run.text, column: column + used, row: row, role: run.role, flags: run.flags, limit: left, clip: clip)
        }
        return used
    }

    /// Fills a rectangle with one character, which must be one column wide; any other becomes U+FFFD.
    public mutating func fill(_ rect: Rect, character: Character = " ", role: RoleID, flags: CellFlags = []) {
        let area = rect.intersection(bounds)
        let glyph = TextWidth.glyph(character)
        let shown = glyph.columns == 1 ? glyph.character : TextWidth.replacement
        let cell = Cell(character: shown, role: role, flags: flags)
        for row in area.row..<area.endRow {
            for column in area.column..<area.endColumn { put(cell, column: column, row: row) }
        }
    }

    /// Changes the look of the cells in a rectangle and leaves their text: a selection, a flash, a dimmed pane.
    ///
    /// - Parameters:
    ///   - rect: which cells; those outside of the frame are passed over.
    ///   - role: the new role; nil leaves each cell its own.
    ///   - flags: attributes that are added to those of each cell.
    public mutating func paint(_ rect: Rect, role: RoleID? = nil, adding flags: CellFlags = []) {
        let area = rect.intersection(bounds)
        guard !area.isEmpty else { return }
        for row in area.row..<area.endRow {
            restyle(row: row, columns: area.column..<area.endColumn, role: role, adding: flags)
        }
    }

    private mutating func put(_ cell: Cell, columns: Int, at point: Point, within area: Rect) {
        let isStartInside = area.contains(point)
        guard columns == 2 else {
            if isStartInside { put(cell, column: point.column, row: point.row) }
            return
        }
        let second = Point(column: point.column + 1, row: point.row)
        let half = Cell(character: " ", role: cell.role, flags: cell.flags)
        switch (isStartInside, area.contains(second)) {
        case (true, true): putWide(cell, column: point.column, row: point.row)
        case (true, false): put(half, column: point.column, row: point.row)
        case (false, true): put(half, column: second.column, row: second.row)
        case (false, false): break
        }
    }
}
