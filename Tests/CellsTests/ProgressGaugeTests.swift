import Cells
import Testing

struct ProgressGaugeTests {
    private func gauge(_ completed: Int, _ failed: Int, _ active: Int, of total: Int) -> ProgressGauge {
        ProgressGauge(
            segments: [
                .init(count: completed, character: "+", role: RoleID(1)),
                .init(count: failed, character: "x", role: RoleID(2), priority: 2),
                .init(count: active, character: "~", role: RoleID(3), priority: 1),
            ], total: total, emptyRole: RoleID(4), bracketRole: RoleID(5))
    }

    private func text(_ gauge: ProgressGauge, _ width: Int) -> String {
        gauge.runs(width: width).map(\.text).joined()
    }

    @Test(arguments: [
        (454, 10, 40, 2400, 39, "[+++++++x~..............................]"),
        (24, 0, 0, 24, 24, "[++++++++++++++++++++++++]"),
        (118, 2, 0, 120, 24, "[+++++++++++++++++++++++x]"),
        (312, 8, 40, 480, 24, "[+++++++++++++++x~~......]"),
        (0, 0, 0, 816, 24, "[........................]"),
        (2399, 0, 0, 2400, 20, "[+++++++++++++++++++.]"),
        (0, 1, 0, 1_000_000, 10, "[x.........]"),
        (999_998, 1, 0, 1_000_000, 10, "[++++++++x.]"),
        (0, 0, 0, 0, 4, "[....]"),
        (5, 0, 0, 3, 4, "[++++]"),
        (-5, 0, 0, 4, 4, "[....]"),
        (1, 1, 1, 4, 3, "[x~.]"),
        (1, 1, 1, 4, 2, "[x~]"),
        (1, 1, 1, 4, 1, "[x]"),
        (1, 0, 0, 4, 1, "[.]"),
        (1, 1, 1, 4, 0, "[]"),
        (1, 1, 1, 4, -3, "[]"),
        (.max, .max, .max, .max, 6, "[++xx~~]"),
    ])
    func `a gauge shows its parts`(
        completed: Int, failed: Int, active: Int, total: Int, width: Int, shown: String
    ) {
        #expect(text(gauge(completed, failed, active, of: total), width) == shown)
    }

    @Test func `each part has its role`() {
        let runs = gauge(2, 1, 0, of: 4).runs(width: 4)
        #expect(
            runs == [
                TextRun("[", RoleID(5)), TextRun("++", RoleID(1)), TextRun("x", RoleID(2)), TextRun(".", RoleID(4)),
                TextRun("]", RoleID(5)),
            ])
    }

    @Test func `every gauge has its width, shows what is not zero, and is full only when it is`() {
        var generator = SeededGenerator(seed: 0x6A06E)
        for _ in 0..<20_000 {
            let total = Int.random(in: 0...(Bool.random(using: &generator) ? 30 : 1_000_000), using: &generator)
            let completed = Int.random(in: 0...total, using: &generator)
            let failed = Int.random(in: 0...min(total - completed, 5), using: &generator)
            let active = Int.random(in: 0...(total - completed - failed), using: &generator)
            let width = Int.random(in: 0...60, using: &generator)
            check([completed, failed, active, total - completed - failed - active], total: total, width: width)
        }
    }

    private func check(_ parts: [Int], total: Int, width: Int) {
        let inner = text(gauge(parts[0], parts[1], parts[2], of: total), width).dropFirst().dropLast()
        let cells = zip("+x~.", parts).map { character, _ in inner.count { $0 == character } }
        let context: Comment = "\(parts) of \(total) in \(width): \(inner)"
        #expect(inner.count == width, context)
        guard total > 0 else { return }
        for (cells, part) in zip(cells, parts) where part == 0 { #expect(cells == 0, context) }
        if parts.count(where: { $0 > 0 }) <= width {
            for (cells, part) in zip(cells, parts) where part > 0 {
                #expect(cells > 0, context)
                let share = Double(part) * Double(width) / Double(total)
                #expect(Double(cells) > share - 4 && Double(cells) < share + 4, context)
            }
        } else if parts[1] > 0 && width > 0 {
            #expect(cells[1] == 1, context)
        }
        if parts[0] < total && width > 0 { #expect(cells[0] < width, context) }
    }
}
