/// How much room text takes on a terminal, and what of it may be shown at all.
///
/// Emulators disagree about joined emoji, about variation selectors and about long clusters, and text from devices and
/// files may carry control and bidirectional characters. So a grapheme is shown only where all emulators agree on it;
/// any other becomes one U+FFFD, which shows that something was there. Every grapheme takes one or two columns.
public enum TextWidth {
    /// What stands for a grapheme that is not shown.
    public static let replacement: Character = "\u{FFFD}"

    /// The most scalars that one cell of a terminal holds.
    public static let scalarLimit = 5

    /// The columns that `text` takes once it is sanitised.
    public static func columns(of text: String) -> Int {
        if isPlain(text) { return text.utf8.count }
        return text.reduce(0) { $0 + glyph($1).columns }
    }

    /// `text` with every grapheme that is not safe to show replaced by U+FFFD.
    public static func sanitised(_ text: String) -> String {
        isPlain(text) ? text : String(text.map { glyph($0).character })
    }

    /// What is shown for a grapheme, and the columns it takes: one or two.
    static func glyph(_ character: Character) -> (character: Character, columns: Int) {
        var iterator = character.unicodeScalars.makeIterator()
        guard let first = iterator.next() else { return (replacement, 1) }
        let width = columns(of: first)
        guard width > 0 else { return (replacement, 1) }
        var count = 1
        while let next = iterator.next() {
            count += 1
            guard count <= scalarLimit, !isPresentationSelector(next), columns(of: next) == 0 else {
                return (replacement, 1)
            }
        }
        return (character, width)
    }

    /// The columns of one scalar: 0 for a mark that joins the scalar before it, -1 for one that is never shown.
    static func columns(of scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x7F { return value >= 0x20 ? 1 : -1 }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .spacingMark: return -1
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        if joiningJamo.contains(where: { $0.contains(value) }) { return 0 }
        if neighbourly.contains(where: { $0.contains(value) }) { return -1 }
        return isWide(value) ? 2 : 1
    }

    /// Whether every byte is a printable ASCII character, which is how nearly all text of a fleet is.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    /// U+FE0E and U+FE0F change the width of the glyph before them on some emulators only.
    private static func isPresentationSelector(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0xFE0E || scalar.value == 0xFE0F
    }

    private static func isWide(_ value: UInt32) -> Bool {
        guard value >= 0x1100 else { return false }
        var low = 0
        var high = wideRanges.count
        while low < high {
            let middle = (low + high) / 2
            if wideRanges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < wideRanges.count && wideRanges[low].contains(value)
    }
}
