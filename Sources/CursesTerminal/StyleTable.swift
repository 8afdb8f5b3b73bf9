import CNcurses
import Cells

/// The look of every role and flag as a cell that ncurses understands, made when it is first needed.
final class StyleTable {
    private static let flagCombinations = 16
    private static let roleCount = 256

    private let depth: ColourDepth
    private var styles: [Style] = []
    private var looks: [cchar_t?]

    /// Makes a table for a screen whose colours are on, if it has any.
    init(depth: ColourDepth) {
        self.depth = depth
        looks = Array(repeating: nil, count: Self.roleCount * Self.flagCombinations)
    }

    /// Takes new styles, in the order of the roles.
    func replace(_ styles: [Style]) {
        self.styles = Array(styles.prefix(Self.roleCount))
        looks = Array(repeating: nil, count: looks.count)
    }

    /// The look of a cell, with a space in it.
    func look(_ cell: Cell) -> cchar_t {
        let index = Int(cell.role.rawValue) * Self.flagCombinations + Int(cell.flags.rawValue & 15)
        if let look = looks[index] { return look }
        let look = makeLook(role: Int(cell.role.rawValue), flags: cell.flags)
        looks[index] = look
        return look
    }

    private func makeLook(role: Int, flags: CellFlags) -> cchar_t {
        let style = role < styles.count ? styles[role] : Style()
        let (foreground, extra) = ink(style.foreground)
        let background = ink(style.background).index
        var look = cchar_t()
        let attributes = Int32(style.flags.union(flags).union(extra).rawValue & 15)
        let pair = foreground < 0 && background < 0 ? 0 : alloc_pair(foreground, background)
        muster_style(&look, attributes, max(pair, 0))
        return look
    }

    /// The index of a colour at this depth, -1 for the terminal's own, and what must be added to tell it from others:
    /// eight colours make their bright ones with bold, and grey by dimming white.
    private func ink(_ color: Color?) -> (index: Int32, extra: CellFlags) {
        guard let color else { return (-1, []) }
        switch depth {
        case .mono: return (-1, [])
        case .trueColour:
            return (Int32(color.red) << 16 | Int32(color.green) << 8 | Int32(color.blue), [])
        case .c256: return (Int32(color.c256), [])
        case .c16:
            let index = Int32(color.c16)
            guard index >= 8, muster_colors() < 16 else { return (index, []) }
            return index == 8 ? (7, .dim) : (index - 8, .bold)
        }
    }
}
