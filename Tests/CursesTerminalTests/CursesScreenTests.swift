import Cells
import CursesTerminal
import TerminalTesting
import Testing

/// What ncurses sends, read by an emulator that shares no code with it. One at a time: ncurses has one current screen.
@Suite(.serialized)
struct CursesScreenTests {
    private let plain = RoleID(0)

    private func check(_ terminal: InProcessTerminal, _ frame: Frame, depth: Looks.Depth, _ context: String = "") {
        for row in 0..<frame.size.rows {
            let wanted = (0..<frame.size.columns).map {
                Looks.expected(frame, column: $0, row: row, depth: depth)
            }
            let shown = (0..<frame.size.columns).map { column in
                let cell = terminal.emulator.cell(column: column, row: row)
                return cell.text.isEmpty ? ScreenCell("") : cell
            }
            guard wanted != shown else { continue }
            for (column, pair) in zip(wanted, shown).enumerated() where pair.0 != pair.1 {
                Issue.record("\(context) row \(row) column \(column): wanted \(pair.0), shown \(pair.1)")
                return
            }
        }
    }

    @Test(arguments: [
        (ColourDepth.c256, Looks.Depth.c256), (.trueColour, .direct), (.c16, .c16), (.mono, .none),
    ])
    func `every cell of random frames arrives`(depth: ColourDepth, kept: Looks.Depth) throws {
        for seed in 1...6 as ClosedRange<UInt64> {
            var random = RandomFrames(seed: seed)
            let terminal = try InProcessTerminal(size: random.size, depth: depth)
            terminal.screen.setStyles(Looks.styles)
            for step in 0..<40 {
                let frame = random.next()
                terminal.draw(frame)
                check(terminal, frame, depth: kept, "seed \(seed) step \(step)")
            }
        }
    }

    @Test func `a wide glyph overwritten by half leaves nothing behind`() throws {
        let size = Size(columns: 8, rows: 1)
        let terminal = try InProcessTerminal(size: size, depth: .c256)
        for texts in [["漢字漢字"], [" 漢字漢"], ["漢字漢字", "x"], ["漢字漢字", " x"], ["abcdefgh"], [" 漢字漢", "   y"]] {
            var frame = Frame(size: size, fill: plain)
            for text in texts {
                let blanks = text.prefix { $0 == " " }.count
                frame.write(String(text.dropFirst(blanks)), column: blanks, row: 0, role: plain)
            }
            terminal.draw(frame)
            #expect(terminal.emulator.lines() == frame.text().split(separator: "\n").map(String.init))
            check(terminal, frame, depth: .c256)
        }
    }

    @Test func `what does not change costs nothing, and a field costs its bytes`() throws {
        let size = Size(columns: 200, rows: 60)
        let terminal = try InProcessTerminal(size: size, depth: .c256)
        terminal.screen.setStyles(Looks.styles)
        var frame = Frame(size: size, fill: plain)
        for row in 0..<60 {
            frame.write("row \(row) pos-eu-04\(row) INSTALL 40%", column: 0, row: row, role: RoleID(2))
        }
        #expect(terminal.draw(frame).count > 1_000)
        #expect(terminal.draw(frame).isEmpty)
        var same = Frame(size: size, fill: plain)
        for row in 0..<60 { same.write("row \(row) pos-eu-04\(row) INSTALL 40%", column: 0, row: row, role: RoleID(2)) }
        #expect(terminal.draw(same).isEmpty)
        same.write("41%", column: 30, row: 30, role: RoleID(2))
        #expect((1...36).contains(terminal.draw(same).count))
        same.write("7", column: 150, row: 10, role: plain)
        #expect((1...12).contains(terminal.draw(same).count))
    }

    @Test func `frames of other sizes are cut or padded`() throws {
        let terminal = try InProcessTerminal(size: Size(columns: 6, rows: 2), depth: .mono)
        var large = Frame(size: Size(columns: 9, rows: 4), fill: plain)
        for row in 0..<4 { large.write("abcde漢", column: 0, row: row, role: plain) }
        terminal.draw(large)
        #expect(terminal.emulator.lines() == ["abcde", "abcde"])
        var small = Frame(size: Size(columns: 3, rows: 1), fill: plain)
        small.write("xyz", column: 0, row: 0, role: plain)
        terminal.draw(small)
        #expect(terminal.emulator.lines() == ["xyz", ""])
        terminal.draw(Frame(size: Size(columns: 0, rows: 0), fill: plain))
        #expect(terminal.emulator.lines() == ["", ""])
    }

    @Test func `a resize sends everything again`() throws {
        let terminal = try InProcessTerminal(size: Size(columns: 20, rows: 4), depth: .c256)
        for (columns, rows) in [(30, 6), (10, 2), (20, 4), (1, 1), (25, 3)] {
            let size = Size(columns: columns, rows: rows)
            terminal.resize(size)
            var frame = Frame(size: size, fill: plain)
            for row in 0..<rows { frame.write("row \(row) 漢字 of \(rows)", column: 0, row: row, role: plain) }
            terminal.draw(frame)
            check(terminal, frame, depth: .c256, "\(columns)x\(rows)")
        }
    }

    @Test func `the caret is shown where the frame has it`() throws {
        let terminal = try InProcessTerminal(size: Size(columns: 20, rows: 4), depth: .c256)
        var frame = Frame(size: Size(columns: 20, rows: 4), fill: plain)
        terminal.draw(frame)
        #expect(!terminal.emulator.isCursorVisible)
        frame.cursor = Point(column: 7, row: 2)
        terminal.draw(frame)
        #expect(terminal.emulator.isCursorVisible)
        #expect(terminal.emulator.cursor == (7, 2))
        frame.write("typed", column: 0, row: 3, role: plain)
        terminal.draw(frame)
        #expect(terminal.emulator.cursor == (7, 2))
        frame.cursor = Point(column: 99, row: 2)
        terminal.draw(frame)
        #expect(!terminal.emulator.isCursorVisible)
    }

    @Test func `a terminal without UTF-8 gets ASCII`() throws {
        let terminal = try InProcessTerminal(size: Size(columns: 20, rows: 1), depth: .mono, usesUnicode: false)
        var frame = Frame(size: Size(columns: 20, rows: 1), fill: plain)
        frame.write("Köln 漢字…", column: 0, row: 0, role: plain)
        let bytes = terminal.draw(frame)
        #expect(bytes.allSatisfy { $0 < 0x80 })
        #expect(terminal.emulator.lines() == ["Koln ????."])
    }

    @Test func `new styles are drawn without a new frame`() throws {
        let terminal = try InProcessTerminal(size: Size(columns: 4, rows: 1), depth: .c256)
        terminal.screen.setStyles(Looks.styles)
        var frame = Frame(size: Size(columns: 4, rows: 1), fill: plain)
        frame.write("ok", column: 0, row: 0, role: RoleID(2))
        terminal.draw(frame)
        #expect(terminal.emulator.cell(column: 0, row: 0).foreground == .indexed(74))
        terminal.screen.setStyles([Style(), Style(), Style(foreground: Looks.vermillion)])
        terminal.draw(frame)
        #expect(terminal.emulator.cell(column: 0, row: 0).foreground == .indexed(166))
    }

    @Test func `eight colours make bright ones with bold`() throws {
        let terminal = try InProcessTerminal(size: Size(columns: 4, rows: 1), depth: .c16, type: "xterm")
        terminal.screen.setStyles([Style(foreground: Looks.vermillion)])
        var frame = Frame(size: Size(columns: 4, rows: 1), fill: plain)
        frame.write("x", column: 0, row: 0, role: plain)
        terminal.draw(frame)
        let cell = terminal.emulator.cell(column: 0, row: 0)
        #expect(cell.foreground == .indexed(1))
        #expect(cell.isBold)
    }
}

/// Frames that follow each other as a busy screen's do: most of one stays in the next.
private struct RandomFrames {
    let size: Size
    private var generator: SeededGenerator
    private var frame: Frame
    private let words = [
        "pos-eu-0417", "漢字テスト", "Köln", "e\u{301}a\u{300}", "😀ok", "한글", "+++x~~...", "12%", "…", "a", "ｱｲｳ", "ＡＢ",
        "aaaaaaaaaaaaaaaaaaaaaaaa", "                    ",
    ]

    init(seed: UInt64) {
        generator = SeededGenerator(state: seed)
        size = Size(
            columns: Int.random(in: 1...60, using: &generator), rows: Int.random(in: 1...12, using: &generator))
        frame = Frame(size: size, fill: RoleID(0))
    }

    mutating func next() -> Frame {
        if Int.random(in: 0..<12, using: &generator) == 0 { frame = Frame(size: size, fill: RoleID(0)) }
        for _ in 0..<Int.random(in: 0...8, using: &generator) { change() }
        return frame
    }

    private mutating func change() {
        let column = Int.random(in: -3...size.columns, using: &generator)
        let row = Int.random(in: 0..<size.rows, using: &generator)
        let role = RoleID(UInt8.random(in: 0...6, using: &generator))
        let flags = CellFlags(rawValue: UInt8.random(in: 0...15, using: &generator)).subtracting(.dim)
        let area = Rect(
            column: column, row: row, columns: Int.random(in: 0...9, using: &generator),
            rows: Int.random(in: 0...3, using: &generator))
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: frame.paint(area, role: role, adding: flags)
        case 1: frame.fill(area, character: "·", role: role)
        default:
            let word = words[Int.random(in: 0..<words.count, using: &generator)]
            frame.write(word, column: column, row: row, role: role, flags: flags)
        }
    }
}
