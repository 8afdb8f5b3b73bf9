import Cells
import FleetCore

/// Counts of an update as a gauge and as numbers, the same everywhere. Devices that a rollback has sent back are drawn as
/// such, never as successes.
enum TallyGauge {
    /// The gauge with exactly `width` cells between its brackets. What waits is the empty rest.
    static func gauge(_ tally: Tally, width: Int, isRollback: Bool, _ scene: Scene) -> [TextRun] {
        let done: Role = isRollback ? .rolledBack : .ok
        return ProgressGauge(
            segments: [
                ProgressGauge.Segment(
                    count: tally.succeeded, character: scene.theme.glyph(done), role: done.id),
                ProgressGauge.Segment(
                    count: tally.failures, character: scene.theme.glyph(.failed), role: Role.failed.id, priority: 1),
                ProgressGauge.Segment(
                    count: tally.active, character: scene.theme.glyph(.active), role: Role.active.id),
                ProgressGauge.Segment(count: tally[.cancelled], character: "-", role: Role.dim.id),
            ],
            total: tally.target, emptyCharacter: scene.theme.glyph(.gaugeEmpty), emptyRole: Role.gaugeEmpty.id,
            bracketRole: Role.border.id
        ).runs(width: width)
    }

    /// `+454 x10 ~40 .1896`, or with words.
    static func counts(_ tally: Tally, words: Bool, isRollback: Bool, _ scene: Scene) -> [FittedLine.Part] {
        let done: Role = isRollback ? .rolledBack : .ok
        var parts = [
            part(tally.succeeded, done, words ? (isRollback ? "back" : "ok") : nil, rank: 0, scene),
            part(tally.failures, .failed, words ? "failed" : nil, rank: 0, scene),
            part(tally.active, .active, words ? "active" : nil, rank: 1, scene),
            part(tally.waiting, .waiting, words ? "waiting" : nil, rank: 2, scene),
        ]
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
