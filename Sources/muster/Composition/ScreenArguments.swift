import ArgumentParser
import Cells
import Console
import FleetCore
import FleetEngine

/// Which screen is printed, and how large.
struct ScreenArguments: ParsableArguments {
    @Option(help: "overview, update, device, queue or help.")
    var screen: ScreenName = .overview

    @Option(help: ArgumentHelp("Columns and rows.", valueName: "120x40"))
    var size: ScreenSize = ScreenSize(columns: 80, rows: 24)

    @Option(help: ArgumentHelp("The update in focus; the engine chooses if left out.", valueName: "id"))
    var update: String?

    @Option(help: ArgumentHelp("The device of the device screen; the first if left out.", valueName: "id"))
    var device: String?

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

    /// The size in cells.
    var cells: Size { Size(columns: size.columns, rows: size.rows) }

    /// What a console would have been told at a moment, and its state. Ends the command with exit code 2 if there is no
    /// such update or device.
    func scene(
        _ loop: inout EngineLoop, operatorName: String, now: Timestamp
    ) throws -> (view: FleetView, state: ConsoleState) {
        var state = ConsoleState(
            operatorName: operatorName, isReadOnly: true, screens: [try kind(loop, now: now)], size: cells)
        if let update {
            guard loop.state.updateIndex(of: update) != nil else { throw unknown("update", update) }
            state.focusedUpdate = update
        }
        // How many rows a list has room for is known once it is known what else the screen shows.
        let first = loop.view(ConsoleQuery.query(for: state, size: cells), now: now)
        ConsoleUpdate.received(first, at: now, state: &state)
        let view = loop.view(ConsoleQuery.query(for: state, size: cells), now: now)
        ConsoleUpdate.received(view, at: now, state: &state)
        return (view, state)
    }

    private func kind(_ loop: EngineLoop, now: Timestamp) throws -> ConsoleScreenKind {
        switch screen {
        case .overview: return .overview
        case .update: return .update
        case .queue: return .queue
        case .help: return .help
        case .device:
            guard let device else {
                let first = loop.devices(.all, now: now).first
                return .device(first.map { loop.state.devices.id($0) } ?? "")
            }
            guard loop.state.devices.index(of: device) != nil else { throw unknown("device", device) }
            return .device(device)
        }
    }

    private func unknown(_ what: String, _ id: String) -> any Error {
        printError("muster: there is no \(what) `\(TextWidth.sanitised(id))`")
        return ExitStatus.badInput
    }
}
