import Cells
import Testing

private let plain = RoleID(0)
private let marked = RoleID(3)

private func frame(_ columns: Int, _ rows: Int) -> Frame {
    Frame(size: Size(columns: columns, rows: rows), fill: plain)
}

struct FrameTests {
    @Test func `text is written where it is told`() {
        var frame = frame(8, 2)
        #expect(frame.write("abc", column: 2, row: 1, role: marked, flags: .bold) == 3)
        #expect(frame.text() == "\n  abc")
        #expect(frame[2, 1].character == "a")
        #expect(frame[2, 1].role == marked)
        #expect(frame[2, 1].flags == .bold)
        #expect(frame[1, 1].role == plain)
    }

    @Test(arguments: [
        (-2, "cdef", 6), (0, "abcdef", 6), (4, "    ab", 2), (6, "", 0), (-6, "", 6), (900, "", 0), (Int.min, "", 6),
    ])
    func `text is clipped at both sides`(column: Int, shown: String, taken: Int) {
        var frame = frame(6, 1)
        #expect(frame.write("abcdef", column: column, row: 0, role: plain) == taken)
        #expect(frame.text() == shown)
    }

    @Test(arguments: [-1, 1, Int.max, Int.min])
    func `rows outside are left alone`(row: Int) {
        var frame = frame(6, 1)
        #expect(frame.write("abc", column: 0, row: row, role: plain) == 3)
        #expect(frame.text() == "")
        #expect(frame.row(row).isEmpty)
    }

    @Test(arguments: [
        (-1, " 字", 4), (0, "漢字", 4), (1, " 漢", 3), (2, "  漢", 2), (3, "", 1), (4, "", 0),
    ])
    func `a wide glyph is never cut in half`(column: Int, shown: String, taken: Int) {
        var frame = frame(4, 1)
        #expect(frame.write("漢字", column: column, row: 0, role: plain) == taken)
        #expect(frame.text() == shown)
    }

    @Test func `a wide glyph takes two cells`() {
        var frame = frame(4, 1)
        frame.write("漢", column: 1, row: 0, role: marked)
        #expect(frame.row(0).map(\.isContinuation) == [false, false, true, false])
        #expect(frame[2, 0].role == marked)
    }

    @Test(arguments: [(1, " x 字"), (2, "  x字"), (0, "x漢字")])
    func `a wide glyph that loses a half loses the other`(column: Int, shown: String) {
        var frame = frame(5, 1)
        frame.write("漢字", column: 1, row: 0, role: plain)
        frame.write("x", column: column, row: 0, role: plain)
        #expect(frame.text() == shown)
    }

    @Test func `limits and clips hold`() {
        var frame = frame(10, 3)
        #expect(frame.write("abcdef", column: 0, row: 0, role: plain, limit: 3) == 3)
        #expect(frame.write("漢字", column: 0, row: 1, role: plain, limit: 3) == 2)
        let clip = Rect(column: 2, row: 2, columns: 3, rows: 1)
        #expect(frame.write("abcdef", column: 0, row: 2, role: plain, clip: clip) == 5)
        #expect(frame.text() == "abc\n漢\n  cde")
        #expect(frame.write("abc", column: 0, row: 0, role: plain, limit: 0) == 0)
        #expect(frame.write("abc", column: 0, row: 0, role: plain, limit: -1) == 0)
    }

    @Test func `runs follow each other`() {
        var frame = frame(10, 1)
        let runs = [TextRun("ab", plain), TextRun("漢", marked), TextRun("cdef", plain, flags: .dim)]
        #expect(frame.write(runs, column: 1, row: 0, limit: 6) == 6)
        #expect(frame.text() == " ab漢cd")
        #expect(frame[3, 0].role == marked)
        #expect(frame[5, 0].flags == .dim)
    }

    @Test func `a fill takes narrow characters only`() {
        var frame = frame(4, 2)
        frame.fill(Rect(column: 1, row: 0, columns: 9, rows: 1), character: "#", role: marked)
        frame.fill(Rect(column: 0, row: 1, columns: 2, rows: 1), character: "漢", role: marked)
        #expect(frame.text() == " ###\n\u{FFFD}\u{FFFD}")
    }

    @Test func `paint changes the look and leaves the text`() {
        var frame = frame(6, 1)
        frame.write("a漢b", column: 0, row: 0, role: plain, flags: .bold)
        frame.paint(Rect(column: 0, row: 0, columns: 2, rows: 1), role: marked, adding: .reverse)
        #expect(frame.text() == "a漢b")
        #expect(frame.row(0).map(\.role) == [marked, marked, marked, plain, plain, plain])
        #expect(frame[2, 0].flags == [.bold, .reverse])
        frame.paint(Rect(column: 2, row: 0, columns: 2, rows: 9), adding: .dim)
        #expect(frame[2, 0].flags == [.bold, .reverse])
        #expect(frame[3, 0].flags == [.bold, .dim])
        #expect(frame[3, 0].role == plain)
    }

    @Test func `the caret belongs to the frame`() {
        var other = frame(3, 1)
        other.cursor = Point(column: 1, row: 0)
        #expect(other != frame(3, 1))
    }

    @Test func `text keeps inner rows and drops trailing spaces`() {
        var frame = frame(5, 4)
        frame.write("a  e\u{301} ", column: 0, row: 1, role: plain)
        #expect(frame.text() == "\na  e\u{301}\n\n")
    }

    @Test func `every frame holds whole glyphs that are safe, whatever is written`() {
        var generator = SeededGenerator(seed: 0xF4A3E)
        for _ in 0..<400 {
            var frame = frame(Int.random(in: 0...12, using: &generator), Int.random(in: 0...3, using: &generator))
            for _ in 0..<12 { change(&frame, &generator) }
            check(frame)
        }
    }

    private func change(_ frame: inout Frame, _ generator: inout SeededGenerator) {
        let rect = Rect(
            column: Int.random(in: 0...10, using: &generator), row: Int.random(in: 0...2, using: &generator),
            columns: Int.random(in: 0...6, using: &generator), rows: Int.random(in: 0...2, using: &generator))
        let role = RoleID(UInt8.random(in: 0...9, using: &generator))
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: frame.paint(rect, role: role, adding: .reverse)
        case 1: frame.fill(rect, role: role)
        case 2: frame.box(rect, title: generator.hostileText(maximumScalars: 9), role: role)
        default:
            let clip = Bool.random(using: &generator) ? rect : nil
            frame.write(
                generator.hostileText(maximumScalars: 14), column: Int.random(in: -4...12, using: &generator),
                row: rect.row, role: role, clip: clip)
        }
    }

    private func check(_ frame: Frame) {
        for row in 0..<frame.size.rows {
            var columns = 0
            for (column, cell) in frame.row(row).enumerated() where !cell.isContinuation {
                #expect(columns == column)
                let isWide = frame[column + 1, row].isContinuation
                columns += TextWidth.columns(of: String(cell.character))
                #expect(columns == column + (isWide ? 2 : 1))
                if isWide {
                    #expect(frame[column + 1, row].role == cell.role)
                    #expect(frame[column + 1, row].flags == cell.flags)
                }
            }
            #expect(columns == frame.size.columns)
        }
    }
}
