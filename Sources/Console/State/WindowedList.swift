/// The place of an operator in a list of which the engine sends only the rows that are shown. The selection is an
/// id, so that it follows its row wherever the row moves.
public struct WindowedList: Hashable, Sendable {
    /// The first row shown.
    public var offset = 0
    /// The id under the cursor; nil: no cursor, the list stays at `offset`.
    public var selected: String?
    /// A place to select as soon as the view that shows it arrives.
    public var pendingPosition: Int?
    /// What to do once the pending place is selected.
    public var deferred: Deferred?
    /// Whether the rows shown follow the cursor; a wheel turns it off until the cursor moves.
    public var followsSelection = true

    /// What may wait for a selection.
    public enum Deferred: Hashable, Sendable { case open, mark }

    /// A list from its top, without a cursor.
    public init() {}

    /// Rows of the list that the view holds.
    struct Rows {
        var ids: [String]
        var offset: Int
        var total: Int

        /// The place of an id in the list; nil if its row is not held.
        func position(of id: String?) -> Int? {
            guard let id, let index = ids.firstIndex(of: id) else { return nil }
            return offset + index
        }

        /// The id at a place; nil if its row is not held.
        func id(at position: Int) -> String? {
            ids.indices.contains(position - offset) ? ids[position - offset] : nil
        }
    }

    /// Moves the cursor by rows. Without a cursor the first move takes the first row shown (the last when moving up).
    mutating func move(by distance: Int, in rows: Rows, selectedPosition: Int?) {
        guard rows.total > 0 else { return }
        if let from = pendingPosition ?? rows.position(of: selected) ?? selectedPosition {
            return select(position: from + distance, in: rows)
        }
        select(position: distance > 0 ? rows.offset : rows.offset + max(0, rows.ids.count - 1), in: rows)
    }

    /// Moves the cursor to a place: at once if its row is held, otherwise when it arrives.
    mutating func select(position: Int, in rows: Rows) {
        guard rows.total > 0 else { return }
        let wanted = min(max(position, 0), rows.total - 1)
        followsSelection = true
        if let id = rows.id(at: wanted) {
            selected = id
            pendingPosition = nil
        } else {
            pendingPosition = wanted
        }
    }

    /// Turns the wheel: the rows move, the cursor stays on its row.
    mutating func scroll(by distance: Int, shown: Int, total: Int) {
        followsSelection = false
        pendingPosition = nil
        offset = min(max(offset + distance, 0), max(0, total - shown))
    }

    /// The first row to ask for, so that a pending place is among the rows.
    func queryOffset(shown: Int) -> Int {
        guard let pendingPosition, shown > 0 else { return offset }
        if pendingPosition < offset { return pendingPosition }
        if pendingPosition >= offset + shown { return pendingPosition - shown + 1 }
        return offset
    }

    /// A view has arrived: takes over where the engine put the rows and resolves a pending place. Returns what was
    /// put off until then.
    mutating func received(_ rows: Rows) -> Deferred? {
        offset = rows.offset
        guard let wanted = pendingPosition else { return nil }
        guard rows.total > 0 else {
            pendingPosition = nil
            deferred = nil
            return nil
        }
        guard let id = rows.id(at: min(wanted, rows.total - 1)) else { return nil }
        selected = id
        pendingPosition = nil
        defer { deferred = nil }
        return deferred
    }

    /// Takes the cursor away.
    mutating func clear() {
        self = WindowedList()
    }
}
