import Cells

extension ScreenLayout {
    /// The overview: four lines, then as many panes as there is room for. Devices come first; the others drop out.
    mutating func layOutOverview(_ whole: Rect, shape: ViewShape) {
        var area = whole
        let lines = whole.rows
        if lines >= 2 { alert = Self.takeLine(&area) }
        if lines >= 1 { progress = Self.takeLine(&area) }
        if lines >= 3 { success = Self.takeLine(&area) }
        if whole.columns >= 160, area.rows >= 38 {
            layOutLarge(area, shape: shape)
        } else if whole.columns >= 110 {
            layOutMedium(area, shape: shape)
        } else {
            layOutSmall(area, shape: shape)
        }
        boxes.sort { $0.pane.rawValue < $1.pane.rawValue }
    }

    /// One column of panes, as at 80x24.
    private mutating func layOutSmall(_ whole: Rect, shape: ViewShape) {
        var area = whole
        let leastDevices = 5
        var room = max(0, area.rows - leastDevices)
        let phases = Self.share(of: &room, wanted: 1 + max(1, shape.phases), most: 7)
        let regions = area.columns >= 52 ? Self.share(of: &room, wanted: 2 + max(1, shape.regions), most: 12) : 0
        let extra = Self.share(of: &room, wanted: room >= 14 ? 6 : 0, most: 6)
        take(.phases, rows: phases, from: &area)
        take(.regions, rows: regions, heads: 1, from: &area)
        let below = area.splitBottom(extra)
        place(.devices, in: below.rest, heads: below.rest.rows >= 8 ? 1 : 0)
        place(.events, in: below.bottom)
    }

    /// Phases beside regions, events beside the queue, as at 120x40.
    private mutating func layOutMedium(_ whole: Rect, shape: ViewShape) {
        var area = whole
        var room = max(0, area.rows - 6)
        let band = Self.share(of: &room, wanted: 1 + max(shape.phases, shape.regions + 1), most: 13)
        let extra = Self.share(of: &room, wanted: room >= 12 ? 6 : 0, most: 6)
        let top = area.splitTop(band)
        if band >= 3 {
            area = top.rest
            let halves = Self.halves(top.top)
            place(.phases, in: halves.left)
            place(.regions, in: halves.right, heads: 1)
        }
        let below = area.splitBottom(extra)
        place(.devices, in: below.rest, heads: below.rest.rows >= 6 ? 1 : 0)
        let halves = Self.halves(below.bottom)
        place(.events, in: halves.left)
        place(.queue, in: halves.right)
    }

    /// Three columns, as at 200x60.
    private mutating func layOutLarge(_ whole: Rect, shape: ViewShape) {
        let band = min(13, max(8, 1 + max(shape.phases, shape.regions + 1)))
        let (top, rest) = whole.splitTop(band)
        let right = rest.splitRight(48)
        let middle = right.rest.splitRight(49)
        let fleet = top.splitRight(48)
        let halves = Self.halves(fleet.rest.splitRight(1).rest)
        place(.phases, in: halves.left)
        place(.regions, in: halves.right, heads: 1)
        place(.fleet, in: fleet.right)
        place(.devices, in: middle.rest.splitRight(1).rest, heads: 1)
        place(.preview, in: middle.right.splitRight(1).rest)
        let queue = right.right.splitTop(right.right.rows / 2)
        place(.queue, in: queue.top)
        place(.events, in: queue.rest)
    }

    /// As many rows as are wanted, at most `most`, out of the room; 0 if fewer than two would be left.
    private static func share(of room: inout Int, wanted: Int, most: Int) -> Int {
        let rows = min(wanted, most, room)
        guard rows >= 2 else { return 0 }
        room -= rows
        return rows
    }

    /// Two halves with a column between them.
    static func halves(_ rect: Rect) -> (left: Rect, right: Rect) {
        let split = rect.splitLeft((rect.columns - 1) / 2)
        return (split.left, split.rest.splitLeft(1).rest)
    }
}
