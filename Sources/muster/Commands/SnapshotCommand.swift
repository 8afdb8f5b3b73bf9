import ArgumentParser
import Console
import FleetEngine

/// `muster snapshot`: one screen as plain text.
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Print one screen of the dashboard as plain text.",
        discussion: FleetReading.contactsText)

    @OptionGroup var arguments: FleetArguments
    @OptionGroup var screen: ScreenArguments

    @Flag(help: "Print JSON: the text line by line.")
    var json = false

    /// What JSON output says.
    private struct Answer: Encodable {
        var screen: String
        var columns: Int
        var rows: Int
        var lines: [String]
    }

    func run() throws {
        var reading = try FleetReading.open(arguments)
        var (view, state) = try screen.scene(&reading.loop, operatorName: "snapshot", now: reading.now)
        view.isSimulated = reading.isSimulated
        let text = PlainScreen.text(view, state, size: screen.cells)
        reading.sayContacts()
        guard json else { return print(text) }
        try JSONOutput.print(
            Answer(
                screen: screen.screen.rawValue, columns: screen.size.columns, rows: screen.size.rows,
                lines: PlainScreen.lines(text)))
    }
}
