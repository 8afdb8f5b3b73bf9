import Cells

/// Where the parts of a screen stand. Worked out from the size and from how much the panes hold, so that drawing, the
/// query, scrolling and the mouse all mean the same rows.
struct ScreenLayout: Hashable, Sendable {
    /// A pane: its rule in the first row, then heads of columns, then rows.
    struct Box: Hashable, Sendable {
        var pane: Pane
        var rect: Rect
        /// Rows of column heads below the rule.
        var heads = 0

        /// The rows.
        var body: Rect { rect.splitTop(1 + heads).rest }
    }

    var header = Rect(column: 0, row: 0, columns: 0, rows: 0)
    /// The alert, or the banner of a frozen display or a stopped engine.
    var alert: Rect?
    var progress: Rect?
    var success: Rect?
    var boxes: [Box] = []
    /// Where a message or a line being typed stands, over what is there: the row above the hints.
    var message = Rect(column: 0, row: 0, columns: 0, rows: 0)
    var hint: Rect?

    /// The box of a pane; nil if there is no room for it.
    func box(_ pane: Pane) -> Box? { boxes.first { $0.pane == pane } }

    /// The layout of a screen.
    init(screen: ConsoleScreenKind, size: Size, shape: ViewShape) {
        var area = Rect(size)
        if size.rows >= 2 {
            let split = area.splitBottom(1)
            hint = split.bottom
            area = split.rest
        }
        message = area.splitBottom(1).bottom
        let top = area.splitTop(1)
        header = top.top
        area = top.rest
        switch screen {
        case .overview: layOutOverview(area, shape: shape)
        case .update: layOutUpdate(area, shape: shape)
        case .device: layOutDevice(area)
        case .queue: layOutList(.queue, area)
        case .updates: layOutList(.updates, area)
        case .events: layOutList(.events, area, heads: 0)
        case .help: layOutList(.help, area, heads: 0)
        }
    }

    /// Takes the first row of an area for a line.
    static func takeLine(_ area: inout Rect) -> Rect? {
        guard area.rows > 0 else { return nil }
        let split = area.splitTop(1)
        area = split.rest
        return split.top
    }

    /// Takes rows from the top of an area for a pane, if there is room for its rule and a row.
    mutating func take(_ pane: Pane, rows: Int, heads: Int = 0, from area: inout Rect) {
        guard area.rows >= 2, rows >= 2 else { return }
        let split = area.splitTop(rows)
        area = split.rest
        boxes.append(Box(pane: pane, rect: split.top, heads: split.top.rows > 1 + heads ? heads : 0))
    }

    /// Adds a pane that fills a rectangle.
    mutating func place(_ pane: Pane, in rect: Rect, heads: Int = 0) {
        guard rect.rows >= 2, rect.columns > 0 else { return }
        boxes.append(Box(pane: pane, rect: rect, heads: rect.rows > 1 + heads ? heads : 0))
    }

    private mutating func layOutList(_ pane: Pane, _ area: Rect, heads: Int = 1) {
        var area = area
        if area.rows >= 3 { alert = Self.takeLine(&area) }
        place(pane, in: area, heads: heads)
    }
}
