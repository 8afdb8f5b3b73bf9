import CVterm

/// A colour as a terminal keeps it.
public enum ScreenColor: Hashable, Sendable {
    /// The terminal's own.
    case standard
    /// One of 256.
    case indexed(Int)
    /// Red, green and blue in 24 bits.
    case direct(Int)
}

/// One cell of a terminal.
public struct ScreenCell: Hashable, Sendable {
    /// What it shows; a space where nothing was written; empty in the right half of a wide glyph.
    public let text: String
    /// The columns of its glyph.
    public let width: Int
    /// Attributes.
    public let isBold, isUnderlined, isReversed: Bool
    /// Colours.
    public let foreground, background: ScreenColor

    /// Makes a cell, by default in the terminal's own colours.
    public init(
        _ text: String, width: Int = 1, isBold: Bool = false, isUnderlined: Bool = false, isReversed: Bool = false,
        foreground: ScreenColor = .standard, background: ScreenColor = .standard
    ) {
        self.text = text
        self.width = width
        self.isBold = isBold
        self.isUnderlined = isUnderlined
        self.isReversed = isReversed
        self.foreground = foreground
        self.background = background
    }
}

/// A terminal emulator without a window: bytes in, cells out. It is libvterm, which shares no code with ncurses.
public final class VirtualScreen {
    /// The size in cells.
    public private(set) var columns, rows: Int
    /// The private modes (`CSI ? number h`) that were set and not reset, read from the bytes and not from libvterm.
    public private(set) var privateModes: Set<Int> = []

    private let terminal: OpaquePointer
    private var modeParser = PrivateModeParser()

    /// Makes an empty screen.
    public init(columns: Int, rows: Int) {
        guard let terminal = muster_vterm_new(Int32(columns), Int32(rows)) else {
            preconditionFailure("No memory for a virtual screen.")
        }
        self.terminal = terminal
        self.columns = columns
        self.rows = rows
    }

    deinit {
        muster_vterm_free(terminal)
    }

    /// Takes what a program wrote.
    public func feed(_ bytes: [UInt8]) {
        muster_vterm_feed(terminal, bytes, bytes.count)
        for byte in bytes { modeParser.take(byte, into: &privateModes) }
    }

    /// Changes the size.
    public func resize(columns: Int, rows: Int) {
        muster_vterm_resize(terminal, Int32(columns), Int32(rows))
        self.columns = columns
        self.rows = rows
    }

    /// Whether the program has switched to the alternate screen.
    public var isAltScreen: Bool { muster_vterm_is_alternate(terminal) != 0 }

    /// Whether the cursor is shown.
    public var isCursorVisible: Bool { muster_vterm_is_cursor_visible(terminal) != 0 }

    /// Where the cursor is.
    public var cursor: (column: Int, row: Int) {
        var column: Int32 = 0
        var row: Int32 = 0
        muster_vterm_cursor(terminal, &column, &row)
        return (Int(column), Int(row))
    }

    /// One cell.
    public func cell(column: Int, row: Int) -> ScreenCell {
        var cell = muster_vterm_get(terminal, Int32(column), Int32(row))
        let scalars = withUnsafeBytes(of: &cell.scalars) { Array($0.bindMemory(to: UInt32.self)) }
        let text = String(
            String.UnicodeScalarView(scalars.prefix(Int(cell.scalar_count)).compactMap(Unicode.Scalar.init)))
        return ScreenCell(
            cell.is_continuation != 0 ? "" : text.isEmpty ? " " : text,
            width: Int(cell.width), isBold: cell.bold != 0, isUnderlined: cell.underline != 0,
            isReversed: cell.reverse != 0,
            foreground: Self.color(cell.foreground_kind, cell.foreground),
            background: Self.color(cell.background_kind, cell.background))
    }

    /// What is on the screen, a line for each row, without the spaces at their ends.
    public func lines() -> [String] {
        (0..<rows).map { row in
            let line = (0..<columns).map { cell(column: $0, row: row).text }.joined()
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// Whether some line contains the text.
    public func contains(_ text: String) -> Bool {
        lines().contains { $0.contains(text) }
    }

    private static func color(_ kind: Int32, _ value: UInt32) -> ScreenColor {
        switch kind {
        case 1: .indexed(Int(value))
        case 2: .direct(Int(value))
        default: .standard
        }
    }
}

/// Finds `ESC [ ? numbers h` and `l` in a stream of bytes.
private struct PrivateModeParser {
    private var collected: [UInt8]?

    mutating func take(_ byte: UInt8, into modes: inout Set<Int>) {
        if byte == 0x1B {
            collected = [byte]
        } else if let start = collected {
            collected = start + [byte]
            finish(byte, &modes)
        }
    }

    private mutating func finish(_ byte: UInt8, _ modes: inout Set<Int>) {
        guard let bytes = collected, bytes.count > 2 else { return }
        guard bytes.starts(with: Array("\u{1B}[?".utf8).prefix(bytes.count)), bytes.count < 64 else {
            return collected = nil
        }
        guard (0x40...0x7E).contains(byte), bytes.count > 3 else { return }
        let numbers = String(decoding: bytes.dropFirst(3).dropLast(), as: UTF8.self).split(separator: ";")
        let mentioned = numbers.compactMap { Int($0) }
        if byte == UInt8(ascii: "h") { modes.formUnion(mentioned) }
        if byte == UInt8(ascii: "l") { modes.subtract(mentioned) }
        collected = nil
    }
}
