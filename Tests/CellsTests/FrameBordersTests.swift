import Cells
import Testing

struct FrameBordersTests {
    private let title = RoleID(1)
    private let line = RoleID(2)

    private func rule(_ text: String, columns: Int, isFocused: Bool) -> Frame {
        var frame = Frame(size: Size(columns: columns, rows: 1), fill: RoleID(0))
        frame.rule(
            title: text, in: Rect(frame.size), isFocused: isFocused, titleRole: title, lineRole: line)
        return frame
    }

    @Test(arguments: [
        (20, false, "-[1 Phases]---------"), (20, true, "=[1 Phases]========="), (12, false, "-[1 Phases]-"),
        (11, false, "-[1 Phas…]-"), (5, true, "=[…]="), (4, true, "===="), (0, true, ""),
    ])
    func `a rule shows its title and the focus`(columns: Int, isFocused: Bool, shown: String) {
        #expect(rule("1 Phases", columns: columns, isFocused: isFocused).text() == shown)
    }

    @Test func `title and line have roles of their own`() {
        let frame = rule("ab", columns: 7, isFocused: false)
        #expect(frame.row(0).map(\.role) == [line, line, title, title, line, line, line])
    }

    @Test func `a title cannot steer the terminal`() {
        #expect(rule("\u{1B}[2J", columns: 10, isFocused: false).text() == "-[\u{FFFD}[2J]---")
    }

    @Test func `a box has a title, a footer and blank insides`() {
        var frame = Frame(size: Size(columns: 29, rows: 5), fill: RoleID(0))
        frame.fill(Rect(frame.size), character: ".", role: RoleID(0))
        frame.box(
            Rect(column: 1, row: 0, columns: 27, rows: 4), title: "ROLL BACK RO-1042", footer: "<esc>cancel", role: line
        )
        #expect(
            frame.text() == """
                .+=[ROLL BACK RO-1042]=====+.
                .|                         |.
                .|                         |.
                .+=[<esc>cancel]===========+.
                .............................
                """)
    }

    @Test(arguments: [(1, 4), (4, 1), (0, 0)])
    func `a box that has no room is not drawn`(columns: Int, rows: Int) {
        var frame = Frame(size: Size(columns: 6, rows: 6), fill: RoleID(0))
        frame.box(Rect(column: 0, row: 0, columns: columns, rows: rows), title: "t", role: line)
        #expect(frame.text() == "\n\n\n\n\n")
    }

    @Test func `a small box drops what does not fit`() {
        var frame = Frame(size: Size(columns: 6, rows: 2), fill: RoleID(0))
        frame.box(Rect(frame.size), title: "title", footer: "", role: line)
        #expect(frame.text() == "+=[…]+\n+====+")
    }
}
