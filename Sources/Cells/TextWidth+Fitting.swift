/// On which side of its room a text stands.
public enum Alignment: Hashable, Sendable {
    /// At the left edge.
    case leading
    /// At the right edge.
    case trailing
    /// In the middle, a column to the left where it cannot be exact.
    case centred
}

extension TextWidth {
    /// `text`, sanitised and made exactly `columns` wide: cut where it is too long, else padded with spaces.
    ///
    /// - Parameters:
    ///   - text: what is to be shown.
    ///   - columns: the width of the result.
    ///   - alignment: where the padding goes.
    ///   - ellipsis: whether a cut text ends in `…`, which takes one of the columns.
    public static func fitted(
        _ text: String, to columns: Int, alignment: Alignment = .leading, ellipsis: Bool = true
    ) -> String {
        let room = min(max(columns, 0), Size.columnLimit)
        let width = self.columns(of: text)
        guard width > room else { return padded(sanitised(text), by: room - width, alignment: alignment) }
        let mark = ellipsis && room > 0 ? "…" : ""
        let kept = prefix(text, columns: room - mark.count)
        return padded(kept.text + mark, by: room - mark.count - kept.columns, alignment: alignment)
    }

    /// As much of the beginning of `text` as `columns` hold, and how many of them it takes.
    static func prefix(_ text: String, columns: Int) -> (text: String, columns: Int) {
        var kept = ""
        var used = 0
        for character in text {
            let glyph = glyph(character)
            guard used + glyph.columns <= columns else { break }
            kept.append(glyph.character)
            used += glyph.columns
        }
        return (kept, used)
    }

    private static func padded(_ text: String, by count: Int, alignment: Alignment) -> String {
        let before =
            switch alignment {
            case .leading: 0
            case .trailing: count
            case .centred: count / 2
            }
        return String(repeating: " ", count: before) + text + String(repeating: " ", count: count - before)
    }
}
