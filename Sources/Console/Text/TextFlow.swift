import Cells

/// Breaks text into lines of a width, between pieces where possible, else between words.
enum TextFlow {
    /// Lines of at most `width` columns, except for words that are longer by themselves. At most `limit` lines.
    static func lines(_ pieces: [String], width: Int, separator: String = " ", limit: Int = 6) -> [String] {
        var lines: [String] = []
        for piece in pieces {
            let joined = lines.last.map { $0 + separator + piece }
            if let joined, TextWidth.columns(of: joined) <= width {
                lines[lines.count - 1] = joined
            } else {
                lines += words(piece, width: width)
            }
        }
        return Array(lines.prefix(limit))
    }

    private static func words(_ text: String, width: Int) -> [String] {
        guard TextWidth.columns(of: text) > width else { return [text] }
        var lines: [String] = []
        for word in text.split(separator: " ") {
            let joined = lines.last.map { $0 + " " + word }
            if let joined, TextWidth.columns(of: joined) <= width {
                lines[lines.count - 1] = joined
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
