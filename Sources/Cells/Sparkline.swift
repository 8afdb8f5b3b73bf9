/// Counts over time, one cell each. A count that is not zero is never blank, and only zero is.
public struct Sparkline: Hashable, Sendable {
    /// The glyphs of rising counts.
    public enum Ramp: Hashable, Sendable {
        /// ` .:-=+*#%@`
        case ascii
        /// ` ▁▂▃▄▅▆▇█`
        case blocks

        /// From the lowest count that is not zero to the highest.
        var glyphs: [Character] {
            switch self {
            case .ascii: Array(".:-=+*#%@")
            case .blocks: Array("▁▂▃▄▅▆▇█")
            }
        }
    }

    /// What is drawn, oldest first; negative counts are taken as 0.
    public let counts: [Int]
    /// The count that the highest glyph stands for.
    public let maximum: Int

    /// Makes a line.
    ///
    /// - Parameters:
    ///   - counts: what is drawn, oldest first.
    ///   - maximum: the count of the highest glyph; nil takes the largest of `counts`. Larger counts are drawn as the
    ///     highest glyph.
    public init(counts: [Int], maximum: Int? = nil) {
        self.counts = counts.map { min(max($0, 0), ProgressGauge.countLimit) }
        self.maximum = min(max(maximum ?? self.counts.max() ?? 0, 0), ProgressGauge.countLimit)
    }

    /// Exactly `width` cells: the newest counts at the right, spaces at the left where there are too few.
    public func text(width: Int, ramp: Ramp = .ascii) -> String {
        let width = min(max(width, 0), Size.columnLimit)
        let glyphs = ramp.glyphs
        let shown = counts.suffix(width).map { glyph($0, of: glyphs) }
        return String(repeating: " ", count: width - shown.count) + String(shown)
    }

    private func glyph(_ count: Int, of glyphs: [Character]) -> Character {
        guard count > 0 else { return " " }
        let ceiling = max(maximum, 1)
        let level = (min(count, ceiling) * glyphs.count + ceiling - 1) / ceiling
        return glyphs[min(max(level, 1), glyphs.count) - 1]
    }
}
