import Cells
import Testing

struct RectTests {
    @Test func `negative values become nothing`() {
        let rect = Rect(column: -3, row: -1, columns: -5, rows: 4)
        #expect(rect == Rect(column: 0, row: 0, columns: 0, rows: 4))
        #expect(rect.isEmpty)
    }

    @Test func `sizes past every screen are clamped`() {
        #expect(Size(columns: .max, rows: .max) == Size(columns: 2_000, rows: 1_000))
        #expect(Size(columns: .min, rows: .min) == Size(columns: 0, rows: 0))
    }

    @Test(arguments: [
        (3, 3, 7), (0, 0, 10), (10, 10, 0), (99, 10, 0), (-4, 0, 10),
    ])
    func `a split gives all rows or columns to one of two`(count: Int, first: Int, rest: Int) {
        let rect = Rect(column: 2, row: 4, columns: 10, rows: 10)
        let top = rect.splitTop(count)
        #expect(top.top == Rect(column: 2, row: 4, columns: 10, rows: first))
        #expect(top.rest == Rect(column: 2, row: 4 + first, columns: 10, rows: rest))
        let bottom = rect.splitBottom(count)
        #expect(bottom.bottom == Rect(column: 2, row: 4 + rest, columns: 10, rows: first))
        #expect(bottom.rest == Rect(column: 2, row: 4, columns: 10, rows: rest))
        let left = rect.splitLeft(count)
        #expect(left.left == Rect(column: 2, row: 4, columns: first, rows: 10))
        #expect(left.rest == Rect(column: 2 + first, row: 4, columns: rest, rows: 10))
        let right = rect.splitRight(count)
        #expect(right.right == Rect(column: 2 + rest, row: 4, columns: first, rows: 10))
        #expect(right.rest == Rect(column: 2, row: 4, columns: rest, rows: 10))
    }

    @Test func `insets, lines and middles stay within`() {
        let rect = Rect(column: 2, row: 3, columns: 5, rows: 4)
        #expect(rect.inset() == Rect(column: 3, row: 4, columns: 3, rows: 2))
        #expect(rect.inset(columns: 9, rows: 0).isEmpty)
        #expect(rect.line(1) == Rect(column: 2, row: 4, columns: 5, rows: 1))
        #expect(rect.line(4).isEmpty)
        #expect(rect.line(-1).isEmpty)
        #expect(rect.centred(columns: 3, rows: 2) == Rect(column: 3, row: 4, columns: 3, rows: 2))
        #expect(rect.centred(columns: 30, rows: 20) == rect)
    }

    @Test func `an intersection has what both have`() {
        let rect = Rect(column: 2, row: 3, columns: 5, rows: 4)
        let other = Rect(column: 4, row: 0, columns: 9, rows: 5)
        #expect(rect.intersection(other) == Rect(column: 4, row: 3, columns: 3, rows: 2))
        #expect(rect.intersection(Rect(column: 7, row: 3, columns: 1, rows: 1)).isEmpty)
        #expect(rect.contains(Point(column: 6, row: 6)))
        #expect(!rect.contains(Point(column: 7, row: 6)))
    }
}
