import Cells

/// Shows on a terminal how far the reading of several files has come, as one bar over all of them.
final class CopyMeter {
    /// Columns of the bar, and of the file's name: together with the words they fit into 80.
    private static let barColumns = 30, nameColumns = 30

    private let line = StatusLine()
    private let total: Int64
    private var before: Int64 = 0

    /// A meter over so many bytes.
    init(total: Int64) {
        self.total = total
    }

    /// Shows that so many bytes of this file are read.
    func show(_ file: String, bytes: Int64) {
        line.show(Self.text(file, done: before + bytes, of: total))
    }

    /// A file of so many bytes is read.
    func finish(bytes: Int64) { before += bytes }

    /// Takes the line away.
    func clear() { line.clear() }

    private static func text(_ file: String, done: Int64, of total: Int64) -> String {
        let share = total > 0 ? Double(min(done, total)) / Double(total) : 1
        let filled = Int(share * Double(barColumns))
        let bar = String(repeating: "+", count: filled) + String(repeating: ".", count: barColumns - filled)
        let clean = TextWidth.sanitised(file)
        let name = TextWidth.fitted(clean, to: min(nameColumns, TextWidth.columns(of: clean)))
        return "reading \(name) [\(bar)] \(Int(share * 100))%"
    }
}
