import Cells

extension ScreenLayout {
    /// The update in detail: its gate, its phases, then causes, waiting groups and events.
    mutating func layOutUpdate(_ whole: Rect, shape: ViewShape) {
        var area = whole
        if area.rows >= 3 { alert = Self.takeLine(&area) }
        take(.gate, rows: min((shape.hasGate ? 7 : 5) + (shape.hasRollback ? 1 : 0), area.rows), from: &area)
        if area.columns >= 110 {
            layOutUpdateWide(area, shape: shape)
        } else {
            let phases = shape.updatePhases == 0 ? 0 : 1 + min(shape.updatePhases, 5)
            take(.phases, rows: min(phases, max(0, area.rows - 6)), from: &area)
            let causes = 1 + max(1, min(shape.causes, 4))
            take(.causes, rows: min(causes, max(0, area.rows - 5)), from: &area)
            let waiting = 1 + max(1, min(shape.waiting, 4))
            take(.waiting, rows: min(waiting, max(0, area.rows - 2)), from: &area)
            place(.events, in: area)
        }
    }

    private mutating func layOutUpdateWide(_ area: Rect, shape: ViewShape) {
        let band = area.splitTop(min(1 + max(2, shape.updatePhases, shape.causes), max(0, area.rows - 4), 12))
        let upper = Self.halves(band.top)
        if shape.updatePhases > 0 {
            place(.phases, in: upper.left)
            place(.causes, in: upper.right)
        } else {
            place(.causes, in: band.top)
        }
        let lower = Self.halves(band.rest)
        place(.waiting, in: lower.left)
        place(.events, in: lower.right)
    }

    /// One device: what it is, its part in updates, its timeline.
    mutating func layOutDevice(_ whole: Rect) {
        var area = whole
        if area.rows >= 3 { alert = Self.takeLine(&area) }
        take(.preview, rows: min(9, max(2, area.rows - 6)), from: &area)
        take(.assignments, rows: min(max(4, area.rows / 4), max(0, area.rows - 4)), from: &area)
        place(.timeline, in: area)
    }
}
