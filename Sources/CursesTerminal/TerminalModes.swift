import CNcurses
import Glibc

/// The modes that this program turns on besides those of ncurses, and the string that undoes everything.
struct TerminalModes {
    /// Turns bracketed paste on, and reports of the mouse where they are wanted.
    let on: String
    /// Turns them off.
    let off: String
    /// Undoes these modes and all that ncurses does, for use in a signal handler.
    let restore: String

    /// Makes the strings from the terminfo entry that was loaded last.
    init(usesMouse: Bool, rows: Int) {
        on = (usesMouse ? "\u{1B}[?1000h\u{1B}[?1006h" : "") + "\u{1B}[?2004h"
        off = "\u{1B}[?2004l" + (usesMouse ? "\u{1B}[?1006l\u{1B}[?1000l" : "")
        let names = ["sgr0", "op", "cnorm"]
        let bottom = muster_terminfo_move(Int32(max(rows - 1, 0))).map { Self.unpadded($0) } ?? ""
        let leave = Self.capability("rmcup")
        restore =
            off + names.map(Self.capability).joined() + bottom + leave + Self.capability("rmkx")
            + (leave.isEmpty ? "\r\n" : "")
    }

    private static func capability(_ name: String) -> String {
        muster_terminfo_string(name).map { unpadded($0) } ?? ""
    }

    /// A capability without its padding `$<5>`, which only hardware terminals need.
    private static func unpadded(_ capability: UnsafePointer<CChar>) -> String {
        var text = String(cString: capability)
        while let start = text.firstRange(of: "$<"), let end = text[start.upperBound...].firstIndex(of: ">") {
            text.removeSubrange(start.lowerBound...end)
        }
        return text
    }
}
