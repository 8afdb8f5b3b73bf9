import ArgumentParser
import Cells
import Console
import FleetCore
import FleetEngine
import FleetFiles

/// `muster snapshot`: one screen as plain text.
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Print one screen of the dashboard as plain text.")

    @OptionGroup var arguments: FleetArguments

    @Option(help: "overview, update, device, queue or help.")
    var screen: ScreenName = .overview

    @Option(help: ArgumentHelp("Columns and rows.", valueName: "120x40"))
    var size: ScreenSize = ScreenSize(columns: 80, rows: 24)

    @Option(help: ArgumentHelp("The update in focus; the engine chooses if left out.", valueName: "id"))
    var update: String?

    @Option(help: ArgumentHelp("The device of the device screen; the first if left out.", valueName: "id"))
    var device: String?

    @Flag(help: "Print JSON: the text line by line.")
    var json = false

    /// The screens there are.
    enum ScreenName: String, ExpressibleByArgument, CaseIterable {
        case overview, update, device, queue, help
    }

    /// Columns and rows on the command line.
    struct ScreenSize: ExpressibleByArgument {
        var columns: Int
        var rows: Int

        init(columns: Int, rows: Int) {
            self.columns = columns
            self.rows = rows
        }

        init?(argument: String) {
            let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, let columns = parts[0], let rows = parts[1], (1...500).contains(columns),
                (1...200).contains(rows)
            else { return nil }
            self.init(columns: columns, rows: rows)
        }

        var defaultValueDescription: String { "\(columns)x\(rows)" }
    }

    /// What JSON output says.
    private struct Answer: Encodable {
        var screen: String
        var columns: Int
        var rows: Int
        var lines: [String]
    }

    func run() throws {
        let definition = try arguments.load()
        var loop = try FleetReading.open(definition, state: arguments.stateDirectory(definition))
        let size = Size(columns: self.size.columns, rows: self.size.rows)
        var state = ConsoleState(
            operatorName: "snapshot", isReadOnly: true, screens: [try kind(loop)], size: size)
        if let update {
            guard loop.state.updateIndex(of: update) != nil else { return try unknown("update", update) }
            state.focusedUpdate = update
        }
        let view = loop.view(ConsoleQuery.query(for: state, size: size), now: WallClock.now)
        let text = PlainScreen.text(view, state, size: size)
        guard json else { return print(text) }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        try JSONOutput.print(
            Answer(screen: screen.rawValue, columns: size.columns, rows: size.rows, lines: lines))
    }

    private func kind(_ loop: EngineLoop) throws -> ConsoleScreenKind {
        switch screen {
        case .overview: return .overview
        case .update: return .update
        case .queue: return .queue
        case .help: return .help
        case .device:
            guard let device else {
                let first = loop.devices(.all, now: WallClock.now).first
                return .device(first.map { loop.state.devices.id($0) } ?? "")
            }
            guard loop.state.devices.index(of: device) != nil else {
                try unknown("device", device)
                return .overview
            }
            return .device(device)
        }
    }

    private func unknown(_ what: String, _ id: String) throws {
        printError("muster: there is no \(what) `\(TextWidth.sanitised(id))`")
        throw ExitStatus.badInput
    }
}
