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

        init(_ runs: [TextRun], rank: Int, gap: Int = 2) {
            self.runs = runs
            self.rank = rank
            self.gap = gap
        }

        init(_ text: String, role: Role, rank: Int, gap: Int = 2, flags: CellFlags = []) {
            self.init([TextRun(text, role: role, flags: flags)], rank: rank, gap: gap)
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
        let parts = left + right
        var isKept = parts.map { _ in true }
        var dropped: [Int] = []
        while !fits(isKept, in: columns) {
            let worst = parts.indices.filter { isKept[$0] }.map { parts[$0].rank }.max() ?? 0
            guard worst > 0, let index = parts.indices.last(where: { isKept[$0] && parts[$0].rank == worst }) else {
                break
            }
            isKept[index] = false
            dropped.append(index)
        }
        // A long piece that had to go after all may have displaced others, which have room again.
        for index in dropped.reversed() {
            isKept[index] = true
            if !fits(isKept, in: columns) { isKept[index] = false }
        }
        return chosen(isKept)
    }

    private func fits(_ isKept: [Bool], in columns: Int) -> Bool {
        let (left, right) = chosen(isKept)
        let between = left.isEmpty || right.isEmpty ? 0 : 2
        return Self.columns(left) + between + Self.columns(right) <= columns
    }

    private func chosen(_ isKept: [Bool]) -> ([Part], [Part]) {
        let kept = { (parts: [Part], flags: ArraySlice<Bool>) in zip(parts, flags).filter(\.1).map(\.0) }
        return (kept(left, isKept.prefix(left.count)), kept(right, isKept.dropFirst(left.count)))
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
