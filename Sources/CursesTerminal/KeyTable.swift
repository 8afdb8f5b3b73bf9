import CNcurses
import Cells

/// What ncurses' codes and the control characters mean.
enum KeyTable {
    /// Sequences that terminals send whatever their terminfo entry says, with the code of the same key.
    static let sequences: [(String, Int32)] = [
        ("\u{1B}[A", KEY_UP), ("\u{1B}OA", KEY_UP), ("\u{1B}[B", KEY_DOWN), ("\u{1B}OB", KEY_DOWN),
        ("\u{1B}[C", KEY_RIGHT), ("\u{1B}OC", KEY_RIGHT), ("\u{1B}[D", KEY_LEFT), ("\u{1B}OD", KEY_LEFT),
        ("\u{1B}[H", KEY_HOME), ("\u{1B}OH", KEY_HOME), ("\u{1B}[1~", KEY_HOME), ("\u{1B}[7~", KEY_HOME),
        ("\u{1B}[F", KEY_END), ("\u{1B}OF", KEY_END), ("\u{1B}[4~", KEY_END), ("\u{1B}[8~", KEY_END),
        ("\u{1B}[2~", KEY_IC), ("\u{1B}[3~", KEY_DC), ("\u{1B}[5~", KEY_PPAGE), ("\u{1B}[6~", KEY_NPAGE),
        ("\u{1B}[Z", KEY_BTAB), ("\u{1B}OP", functionBase + 1), ("\u{1B}OQ", functionBase + 2),
        ("\u{1B}OR", functionBase + 3), ("\u{1B}OS", functionBase + 4), ("\u{1B}[11~", functionBase + 1),
        ("\u{1B}[12~", functionBase + 2), ("\u{1B}[13~", functionBase + 3), ("\u{1B}[14~", functionBase + 4),
    ]

    /// Sequences of modes that this program turns on itself; they override terminfo, whose mouse would be decoded by
    /// ncurses with a delay.
    static let ownSequences: [(String, Int32)] = [
        ("\u{1B}[200~", Int32(muster_key_paste_begin)),
        ("\u{1B}[201~", Int32(muster_key_paste_end)),
        ("\u{1B}[<", Int32(muster_key_mouse)),
    ]

    /// F0 of ncurses; F1 is one more.
    private static let functionBase: Int32 = 0o410
    private static let functionCount: Int32 = 63

    private static let named: [Int32: Key] = [
        KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right, KEY_HOME: .home, KEY_END: .end,
        KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown, KEY_DC: .delete, KEY_IC: .insert, KEY_BTAB: .backTab,
        KEY_BACKSPACE: .backspace, KEY_ENTER: .enter,
    ]

    /// The key of an ncurses code; nil for one that no screen uses.
    static func key(code: Int32) -> Key? {
        if let key = named[code] { return key }
        let number = code - functionBase
        return (1...functionCount).contains(number) ? .function(Int(number)) : nil
    }

    /// The key of a scalar that was typed; nil for what cannot be typed.
    static func key(scalar value: UInt32) -> Key? {
        switch value {
        case 9: .tab
        case 10, 13: .enter
        case 27: .escape
        case 8, 127: .backspace
        case 0: .control(" ")
        case 1...26: letter(value + 0x60).map(Key.control)
        case 28...31: letter(value + 0x40).map(Key.control)
        case 128..<160: nil
        default: letter(value).map(Key.character)
        }
    }

    private static func letter(_ value: UInt32) -> Character? {
        Unicode.Scalar(value).map { Character($0) }
    }
}
