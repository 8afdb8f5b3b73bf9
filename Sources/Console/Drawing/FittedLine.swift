import Cells

/// Pieces of a line, of which the least important are left out until the rest fits; then those come back that still fit.
struct FittedLine {
    /// A piece that is shown whole or not at all.
    struct Part {
        var runs: [TextRun]
        /// 0 stays to the last; the highest goes first.
        var rank: Int
        /// Columns between it and the piece before it.
        var gap: Int
        /// What stands in its place where there is no room for the whole; nil: nothing does.
        var short: String?

        init(_ runs: [TextRun], rank: Int, gap: Int = 2) {
            self.runs = runs
            self.rank = rank
            self.gap = gap
        }

        init(_ text: String, role: Role, rank: Int, gap: Int = 2, flags: CellFlags = []) {
            self.init([TextRun(text, role: role, flags: flags)], rank: rank, gap: gap)
        }

        /// Its short form; nil: it has none, or is it.
        var shortened: Part? {
            guard let short, let first = runs.first else { return nil }
            return Part([TextRun(short, first.role, flags: first.flags)], rank: rank, gap: gap)
        }

        var columns: Int { runs.reduce(0) { $0 + TextWidth.columns(of: $1.text) } }
    }

    var left: [Part] = []
    /// These stand at the right edge.
    var right: [Part] = []

    /// Draws the line.
    func draw(in line: Rect, on frame: inout Frame) {
        guard line.rows > 0 else { return }
        let (keptLeft, keptRight) = kept(columns: line.columns)
        frame.put(Self.runs(keptLeft), in: line)
        let width = Self.columns(keptRight)
        if width > 0 { frame.put(Self.runs(keptRight), in: line, from: max(0, line.columns - width)) }
    }

    private func kept(columns: Int) -> ([Part], [Part]) {
        let whole = left + right
        var parts: [Part?] = whole
        var dropped: [Int] = []
        while !fits(parts, in: columns) {
            let worst = parts.compactMap { $0?.rank }.max() ?? 0
            guard worst > 0, let index = parts.lastIndex(where: { $0?.rank == worst }) else { break }
            parts[index] = parts[index]?.shortened
            dropped.append(index)
        }
        // A long piece that had to go after all may have displaced others, which have room again.
        for index in dropped.reversed() {
            for form in [whole[index], whole[index].shortened].compactMap({ $0 }) {
                var tried = parts
                tried[index] = form
                guard fits(tried, in: columns) else { continue }
                parts = tried
                break
            }
        }
        return chosen(parts)
    }

    private func fits(_ parts: [Part?], in columns: Int) -> Bool {
        let (left, right) = chosen(parts)
        let between = left.isEmpty || right.isEmpty ? 0 : 2
        return Self.columns(left) + between + Self.columns(right) <= columns
    }

    private func chosen(_ parts: [Part?]) -> ([Part], [Part]) {
        (parts.prefix(left.count).compactMap { $0 }, parts.dropFirst(left.count).compactMap { $0 })
    }

    private static func columns(_ parts: [Part]) -> Int {
        parts.enumerated().reduce(0) { $0 + $1.element.columns + ($1.offset == 0 ? 0 : $1.element.gap) }
    }

    private static func runs(_ parts: [Part]) -> [TextRun] {
        var runs: [TextRun] = []
        for (index, part) in parts.enumerated() {
            if index > 0 { runs.append(TextRun(String(repeating: " ", count: part.gap), role: .text)) }
            runs += part.runs
        }
        return runs
    }
}
