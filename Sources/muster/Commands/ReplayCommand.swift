import ArgumentParser
import Cells
import Console
import FleetCore
import FleetEngine
import FleetJournal

/// `muster replay`: one screen as it was at a moment of the past.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Print one screen of the dashboard as it was at a moment of the past.",
        discussion: """
            The state is built again from the journal, fact by fact, up to the one that was named; what stands behind it \
            does not count, and neither does what the fleet's files say today. A line above the screen says which fact \
            it was. The clock of the screen stands at that fact, or at TIME.

            --at takes the last fact that is not later than TIME; which one that is follows from all of them, so the \
            whole journal is proven first, and a damaged one is refused. If the clock was set back, it showed some moments \
            twice: then that is the last fact of the second time, and --fact reaches those of the first. `muster audit` \
            lists the numbers of all commands.

            It works while an engine is running. Contacts that changed nothing else are written down once a minute, so \
            what it says of them may be so much older.
            """)

    @OptionGroup var arguments: FleetArguments
    @OptionGroup var moment: ReplayMoment
    @OptionGroup var screen: ScreenArguments

    @Flag(help: "Print JSON: which fact it was, and the text line by line.")
    var json = false

    func run() throws {
        let journal = try arguments.openJournal()
        let count = try moment.count(in: journal)
        let prefix = JournalPrefix(journal, count: count)
        var loop = try EngineLoop(reading: prefix)
        let now = try moment.clock(prefix.last, journal)
        let place = ReplayPlace(
            fact: count, facts: journal.factCount, clock: now, line: prefix.last.map { loop.line(of: $0) })
        let (view, state) = try screen.scene(&loop, operatorName: "replay", now: now)
        try printScreen(PlainScreen.text(view, state, size: screen.cells), place)
    }

    private func printScreen(_ text: String, _ place: ReplayPlace) throws {
        guard json else {
            print(TextWidth.sanitised(place.description))
            return print(text)
        }
        try JSONOutput.print(
            ReplayAnswer(
                place, screen: screen.screen.rawValue, columns: screen.size.columns, rows: screen.size.rows,
                lines: PlainScreen.lines(text)))
    }
}
