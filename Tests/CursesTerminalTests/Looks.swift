import Cells
import TerminalTesting

/// The styles of the tests, and what a terminal should keep for them at each depth.
enum Looks {
    static let vermillion = Color(red: 213, green: 94, blue: 0, c256: 166, c16: 9)
    static let sky = Color(red: 86, green: 180, blue: 233, c256: 74, c16: 6)
    /// Smaller than eight as a number, which some terminfo entries take for a colour of the palette.
    static let almostBlack = Color(red: 0, green: 0, blue: 5, c256: 16, c16: 0)

    static let styles = [
        Style(), Style(foreground: vermillion, flags: .bold), Style(foreground: sky),
        Style(foreground: almostBlack, background: sky), Style(background: vermillion, flags: [.underline]),
        Style(flags: .reverse),
    ]

    /// The cell that a terminal should show. What it keeps of the look of a right half is its own affair.
    static func expected(_ frame: Frame, column: Int, row: Int, depth: Depth) -> ScreenCell {
        let cell = frame[column, row]
        guard !cell.isContinuation else { return ScreenCell("") }
        let style = Int(cell.role.rawValue) < styles.count ? styles[Int(cell.role.rawValue)] : Style()
        let flags = style.flags.union(cell.flags)
        let isWide = frame[column + 1, row].isContinuation
        // Joining marks are not sent for the last column, where terminals disagree about them.
        let isLast = column == frame.size.columns - 1
        let scalars = cell.character.unicodeScalars
        return ScreenCell(
            String(String.UnicodeScalarView(isLast ? scalars.prefix(1) : scalars.prefix(TextWidth.scalarLimit))),
            width: isWide ? 2 : 1, isBold: flags.contains(.bold),
            isUnderlined: flags.contains(.underline), isReversed: flags.contains(.reverse),
            foreground: depth.color(style.foreground), background: depth.color(style.background))
    }

    /// How a terminal keeps a colour.
    enum Depth {
        case none
        case c16
        case c256
        case direct

        func color(_ color: Color?) -> ScreenColor {
            guard let color else { return .standard }
            return switch self {
            case .none: .standard
            case .c16: .indexed(Int(color.c16))
            case .c256: .indexed(Int(color.c256))
            case .direct: .direct(Int(color.red) << 16 | Int(color.green) << 8 | Int(color.blue))
            }
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
