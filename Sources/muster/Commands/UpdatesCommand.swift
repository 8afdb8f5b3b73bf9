import ArgumentParser
import FleetCore
import FleetEngine

/// `muster updates`: every update and where it stands.
struct UpdatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "updates", abstract: "List the updates and where each stands.",
        discussion: """
            The release of a rollback, and of a retry of one, is the one that is taken back, `from 2.0.0`: each device \
            goes to the release that it had before. `ok` counts the devices that an update brought to its release and \
            that are there still: those that a rollback has brought back since stand in `back`. `failed` has also those \
            that were ok and turned bad, and those of a rollback that came to something else than they were to go back \
            to. `active` are under way, `waiting` have not begun. In JSON `completed`, `back` and `failed` are what the \
            table has as ok, back and failed; `turnedBad` are those of the failed that turned bad.
            """)

    @OptionGroup var arguments: FleetArguments

    @Flag(help: "Print JSON.")
    var json = false

    /// One update as JSON.
    private struct Row: Encodable {
        var id: String
        var title: String
        /// The release that it brings; of what goes back, the one that is taken back.
        var release: String
        var strategy: String
        var selector: String
        var status: String
        var reason: String
        @OrNull var startedAt: String?
        @OrNull var endedAt: String?
        /// Devices by state, each once; `back` are those that a rollback has brought back; `turnedBad` are those of the failed
        /// that turned bad after they were done.
        var counts: [String: Int]
        @OrNull var parent: String?
        /// What waits for a second person.
        @OrNull var waitsFor: String?
        /// The latest record of the journal that is counted in.
        var revision: UInt64
    }

    func run() throws {
        var reading = try FleetReading.open(arguments, asEngine: true)
        let updates = reading.loop.view(ViewQuery(), now: reading.now).updates
        if json { return try JSONOutput.print(updates.map { row($0, reading.loop) }) }
        let head = ["id", "release", "strategy", "status", "#ok", "#back", "#failed", "#active", "#waiting", "title"]
        var table = Table(head)
        for update in updates {
            let counts = reading.loop.state.update(update.id).map(reading.loop.state.shownCounts)
            table.rows.append([
                update.id, "\(update.goesBack ? "from " : "")\(update.release)", update.strategy, update.standing,
                "\(counts?.done ?? 0)", "\(counts?.back ?? 0)", "\(counts?.failed ?? 0)", "\(update.tally.active)",
                "\(update.tally.waiting)", update.title,
            ])
        }
        for line in table.lines { print(line) }
        reading.sayMoment()
    }

    private func row(_ update: UpdateSummary, _ loop: EngineLoop) -> Row {
        var counts: [String: Int] = [:]
        for state in AssignmentState.allCases { counts[state.description] = update.tally[state] }
        let record = loop.state.update(update.id)
        // As the table has it: one that turned bad has failed, and one that is back is not done.
        if let shown = record.map(loop.state.shownCounts) {
            counts[AssignmentState.completed.description] = shown.done
            counts[AssignmentState.failed.description] = shown.failed
            counts["back"] = shown.back
        }
        counts["turnedBad"] = update.tally.turnedBad
        return Row(
            id: update.id, title: update.title, release: update.release.description, strategy: update.strategy,
            selector: record?.definition.selector.source ?? "", status: update.standing,
            reason: record.map { loop.state.shownReason(update, of: $0) } ?? update.statusText,
            startedAt: update.startedAt?.iso, endedAt: update.endedAt?.iso, counts: counts, parent: update.parent,
            waitsFor: update.proposal?.description, revision: loop.state.revision)
    }
}
