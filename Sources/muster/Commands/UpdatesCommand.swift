import ArgumentParser
import FleetCore
import FleetEngine

/// `muster updates`: every update and where it stands.
struct UpdatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "updates", abstract: "List the updates and where each stands.",
        discussion: """
            The release of a rollback, and of a retry of one, is the one that is taken back, `from 2.0.0`: each device goes to \
            the release that it had before. `ok` counts the devices that an update brought to its release, also those that a rollback has brought back \
            since: those stand in the line of the rollback. `muster status` says how many are there still. In JSON \
            `completed` and `failed` are what the table has as ok and failed; `turnedBad` are those of the failed that \
            were ok before.
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
        /// Devices by state, each once; `turnedBad` are those of the failed that were done before.
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
        var table = Table(["id", "release", "strategy", "status", "#ok", "#failed", "#active", "#waiting", "title"])
        for update in updates {
            table.rows.append([
                update.id, "\(update.goesBack ? "from " : "")\(update.release)", update.strategy, update.standing,
                "\(update.tally.succeeded)", "\(update.tally.failures)", "\(update.tally.active)",
                "\(update.tally.waiting)", update.title,
            ])
        }
        for line in table.lines { print(line) }
        reading.sayMoment()
    }

    private func row(_ update: UpdateSummary, _ loop: EngineLoop) -> Row {
        var counts: [String: Int] = [:]
        for state in AssignmentState.allCases { counts[state.description] = update.tally[state] }
        // As the table has it: one that turned bad has failed, and is no success.
        counts[AssignmentState.completed.description] = update.tally.succeeded
        counts[AssignmentState.failed.description] = update.tally.failures
        counts["turnedBad"] = update.tally.turnedBad
        let record = loop.state.update(update.id)
        return Row(
            id: update.id, title: update.title, release: update.release.description, strategy: update.strategy,
            selector: record?.definition.selector.source ?? "", status: update.standing,
            reason: record.map { loop.state.shownReason(update, of: $0) } ?? update.statusText,
            startedAt: update.startedAt?.iso, endedAt: update.endedAt?.iso, counts: counts, parent: update.parent,
            waitsFor: update.proposal?.description, revision: loop.state.revision)
    }
}
