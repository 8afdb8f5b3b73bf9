import Cells
import Foundation

/// One line on a terminal that says how far something is; silent elsewhere, and for what takes no time.
final class StatusLine {
    private var shown = false
    private var nextAt = Date(timeIntervalSinceNow: 0.3)

    /// Shows a text in the line's place, at most ten times a second.
    func show(_ text: @autoclosure () -> String) {
        guard isatty(STDERR_FILENO) == 1, Date() >= nextAt else { return }
        nextAt = Date(timeIntervalSinceNow: 0.1)
        writeError("\r\u{1b}[K\(TextWidth.sanitised(text()))")
        shown = true
    }

    /// Takes the line away.
    func clear() {
        if shown { writeError("\r\u{1b}[K") }
        shown = false
    }
}
