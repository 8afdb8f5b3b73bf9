import CNcurses
import Cells
import Glibc

/// One ncurses screen: frames in, bytes out. Only one is in use at a time, and only on one thread.
package final class CursesScreen {
    /// The most bytes of a terminfo entry that is passed in a variable.
    private static let entryLimit = 65_536

    private let screen: OpaquePointer
    private let charset: Charset
    private let styles: StyleTable
    private var drawn: Frame?
    private var line: [cchar_t] = []
    private var isCursorShown: Bool?

    /// The size of the screen; frames are clipped to it.
    package private(set) var size: Size

    /// Opens a screen on two streams and takes the terminal over.
    ///
    /// - Parameters:
    ///   - type: a terminal type whose terminfo entry is loaded.
    ///   - usesUnicode: whether more than ASCII may be drawn, and the locale is one of UTF-8.
    package convenience init(
        type: String, output: UnsafeMutablePointer<FILE>, input: UnsafeMutablePointer<FILE>, depth: ColourDepth,
        usesUnicode: Bool, size: Size
    ) throws(CursesTerminalError) {
        try self.init(
            type: type, output: output, input: input, depth: depth, charset: usesUnicode ? .unicode : .ascii, size: size
        )
    }

    init(
        type: String, output: UnsafeMutablePointer<FILE>, input: UnsafeMutablePointer<FILE>, depth: ColourDepth,
        charset: Charset, size: Size
    ) throws(CursesTerminalError) {
        let direct = depth == .trueColour ? Self.trueColourEntry(type) : nil
        guard let screen = Self.newScreen(type: type, entry: direct, output: output, input: input) else {
            throw CursesTerminalError(.systemFailure(call: "newterm", code: errno))
        }
        self.screen = screen
        self.charset = charset
        self.size = size
        let shown: ColourDepth = depth == .trueColour && direct == nil ? .c256 : depth
        styles = StyleTable(depth: Self.startColours(shown))
        Self.setModes()
        resize(to: size)
    }

    /// Sets the looks of the roles, in the order of `RoleID.rawValue`; a role without one looks like plain text.
    package func setStyles(_ styles: [Style]) {
        self.styles.replace(styles)
        drawn = nil
    }

    /// Tells ncurses that the terminal has another size, or has lost what was on it.
    package func resize(to size: Size) {
        self.size = size
        resize_term(Int32(max(size.rows, 1)), Int32(max(size.columns, 1)))
        repaint()
    }

    /// Makes the next `draw` send everything.
    package func repaint() {
        drawn = nil
        isCursorShown = nil
        muster_repaint()
    }

    /// Shows a frame. Only rows that differ from the frame before are given to ncurses, which sends only the bytes that
    /// change the terminal. What is outside of the screen is cut; what the frame does not cover is blank.
    package func draw(_ frame: Frame) {
        if let drawn, drawn == frame { return }
        let window = muster_stdscr()
        for row in 0..<size.rows where drawn.map({ $0.size != frame.size || $0.row(row) != frame.row(row) }) ?? true {
            compose(frame, row: row)
            mvwadd_wchnstr(window, Int32(row), 0, line, Int32(line.count))
        }
        place(frame.cursor, in: window)
        wnoutrefresh(window)
        doupdate()
        drawn = frame
    }

    /// Leaves the screen and frees it.
    package func end() {
        endwin()
        delscreen(screen)
    }

    // MARK: - Rows

    private func compose(_ frame: Frame, row: Int) {
        line.removeAll(keepingCapacity: true)
        var column = 0
        while column < size.columns {
            let cell = frame[column, row]
            let isWide = frame[column + 1, row].isContinuation
            let fits = !cell.isContinuation && (!isWide || column + 1 < size.columns)
            append(cell, isWide: isWide, fits: fits)
            column += fits && isWide ? 2 : 1
        }
    }

    private func append(_ cell: Cell, isWide: Bool, fits: Bool) {
        let look = styles.look(cell)
        let shown = fits ? drawable(cell.character, columns: isWide ? 2 : 1) : " "
        if let byte = shown.utf8.first, byte < 0x80 {
            line.append(glyph(look, [UInt32(byte)]))
        } else {
            line.append(glyph(look, shown.unicodeScalars.map(\.value)))
        }
        let isNarrowed = fits && isWide && shown != cell.character
        if isNarrowed { line.append(look) }
    }

    private func glyph(_ look: cchar_t, _ scalars: [UInt32]) -> cchar_t {
        var cell = cchar_t()
        withUnsafePointer(to: look) { muster_glyph(&cell, $0, scalars, Int32(scalars.count)) }
        return cell
    }

    /// The character, or what stands for it where the terminal's character set or this system's libc lacks it.
    private func drawable(_ character: Character, columns: Int) -> Character {
        guard let first = character.unicodeScalars.first, first.value >= 0x7F else { return character }
        if charset == .ascii { return AsciiForm.nearest(character) }
        return muster_wcwidth(first.value) == Int32(columns) ? character : TextWidth.replacement
    }

    private func place(_ cursor: Point?, in window: UnsafeMutablePointer<WINDOW>?) {
        let shown = cursor.flatMap { Rect(size).contains($0) ? $0 : nil }
        if (shown != nil) != isCursorShown {
            isCursorShown = shown != nil
            curs_set(shown == nil ? 0 : 1)
            leaveok(window, shown == nil)
        }
        if let shown { wmove(window, Int32(shown.row), Int32(shown.column)) }
    }

    // MARK: - Set up

    private static func newScreen(
        type: String, entry: String?, output: UnsafeMutablePointer<FILE>, input: UnsafeMutablePointer<FILE>
    ) -> OpaquePointer? {
        guard let entry else { return newterm(type, output, input) }
        // The entry is passed inline for this one call; programs that are started later must not see it.
        let before = getenv("TERMINFO").map { String(cString: $0) }
        setenv("TERMINFO", entry, 1)
        defer { if let before { setenv("TERMINFO", before, 1) } else { unsetenv("TERMINFO") } }
        return newterm(type, output, input)
    }

    private static func trueColourEntry(_ type: String) -> String? {
        var buffer = [CChar](repeating: 0, count: entryLimit)
        let length = muster_terminfo_truecolor(type, &buffer, buffer.count)
        guard length > 0 else { return nil }
        return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Turns colours on and says how many there are to be used.
    private static func startColours(_ depth: ColourDepth) -> ColourDepth {
        guard depth != .mono, has_colors(), start_color() == OK else { return .mono }
        use_default_colors()
        return depth
    }

    private static func setModes() {
        raw()
        noecho()
        nonl()
        set_escdelay(25)
    }
}
