import Cells
import FleetCore

/// Counts of an update as a gauge and as numbers, the same everywhere. Devices that a rollback has sent back are drawn as
/// such, never as successes.
enum TallyGauge {
    /// A tally, and what has become of its successes since.
    struct Counts {
        let tally: Tally
        /// Of the completed, those that are back from the release, and those that a rollback left on something else.
        let back: Int, lost: Int

        init(_ tally: Tally, back: Int = 0, lost: Int = 0) {
            (self.tally, self.back, self.lost) = (tally, back, lost)
        }

        var done: Int { tally.succeeded - back - lost }
        var failures: Int { tally.failures + lost }
    }

    /// The gauge with exactly `width` cells between its brackets. What waits is the empty rest.
    static func gauge(_ tally: Tally, width: Int, isRollback: Bool, _ scene: Scene) -> [TextRun] {
        gauge(Counts(tally), width: width, isRollback: isRollback, scene)
    }

    /// The same with those apart that are back.
    static func gauge(_ counts: Counts, width: Int, isRollback: Bool, _ scene: Scene) -> [TextRun] {
        let done: Role = isRollback ? .rolledBack : .ok, tally = counts.tally
        return ProgressGauge(
            segments: [
                ProgressGauge.Segment(
                    count: counts.done, character: scene.theme.glyph(done), role: done.id),
                ProgressGauge.Segment(
                    count: counts.back, character: scene.theme.glyph(.rolledBack), role: Role.rolledBack.id),
                ProgressGauge.Segment(
                    count: counts.failures, character: scene.theme.glyph(.failed), role: Role.failed.id, priority: 1),
                ProgressGauge.Segment(
                    count: tally.active, character: scene.theme.glyph(.active), role: Role.active.id),
                ProgressGauge.Segment(count: tally[.cancelled], character: "-", role: Role.dim.id),
            ],
            total: tally.target, emptyCharacter: scene.theme.glyph(.gaugeEmpty), emptyRole: Role.gaugeEmpty.id,
            bracketRole: Role.border.id
        ).runs(width: width)
    }

    /// `+454 x10 ~40 .1896`, or with words.
    static func counts(_ counts: Counts, words: Bool, isRollback: Bool, _ scene: Scene) -> [FittedLine.Part] {
        let done: Role = isRollback ? .rolledBack : .ok, tally = counts.tally
        var parts = [
            part(counts.done, done, words ? (isRollback ? "back" : "ok") : nil, rank: 0, scene),
            part(counts.failures, .failed, words ? "failed" : nil, rank: 0, scene),
            part(tally.active, .active, words ? "active" : nil, rank: 1, scene),
            part(tally.waiting, .waiting, words ? "waiting" : nil, rank: 2, scene),
        ]
        if counts.back > 0 { parts.insert(part(counts.back, .rolledBack, words ? "back" : nil, rank: 0, scene), at: 1) }
        if tally[.cancelled] > 0 {
            parts.append(FittedLine.Part("-\(tally[.cancelled]) cancelled", role: .dim, rank: 3, gap: words ? 2 : 1))
        }
        if tally[.skipped] > 0 {
            parts.append(FittedLine.Part("\(tally[.skipped]) skipped", role: .dim, rank: 4, gap: words ? 2 : 1))
        }
        return parts
    }

    private static func part(
        _ count: Int, _ role: Role, _ word: String?, rank: Int, _ scene: Scene
    ) -> FittedLine.Part {
        let text = "\(scene.glyph(role))\(count)" + (word.map { " \($0)" } ?? "")
        return FittedLine.Part(text, role: count == 0 ? .dim : role, rank: rank, gap: word == nil ? 1 : 2)
    }
}
