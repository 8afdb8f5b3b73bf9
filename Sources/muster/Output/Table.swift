import Cells

/// Rows under headings, in columns as wide as their widest cell.
struct Table {
    /// One column.
    struct Column {
        var title: String
        var isNumber = false
        var limit = 40
    }

    var columns: [Column]
    var rows: [[String]] = []

    /// A table with these headings; a heading that starts with `#` is of a column of numbers, set to the right.
    init(_ titles: [String]) {
        columns = titles.map {
            $0.hasPrefix("#") ? Column(title: String($0.dropFirst()), isNumber: true) : Column(title: $0)
        }
    }

    /// The lines, without spaces at their ends.
    var lines: [String] {
        let clean = rows.map { $0.map(TextWidth.sanitised) }
        let widths = columns.indices.map { index in
            let cells = clean.map { TextWidth.columns(of: $0[index]) }
            return min(columns[index].limit, max(TextWidth.columns(of: columns[index].title), cells.max() ?? 0))
        }
        return ([columns.map(\.title)] + clean).map { row in
            let cells = row.indices.map { index in
                TextWidth.fitted(
                    row[index], to: widths[index], alignment: columns[index].isNumber ? .trailing : .leading)
            }
            return cells.joined(separator: "  ").trimmingTrailingSpaces
        }
    }
}

extension String {
    /// Without spaces at the end.
    var trimmingTrailingSpaces: String {
        var text = Substring(self)
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
