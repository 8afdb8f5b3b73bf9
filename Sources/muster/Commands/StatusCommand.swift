import ArgumentParser
import Cells
import EngineSocket
import FleetEngine
import FleetJournal
import Foundation

/// `muster status`: how a fleet stands.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how a fleet stands: engine, updates, devices, and what waits for a person.",
        discussion: """
            The engine that runs is asked, which works for everyone whom the fleet lets look; if none does, the journal and \
            the files tell. Updates are shown that are under way, wait, or have ended within a day.

            Exit codes: 0 all is well; 1 something waits for a person: an update that awaits approval, was halted, or is \
            paused by its gate, a device that is held, an engine that has failed, or that does not run while updates are \
            under way; also 1 if that cannot be told; 2 bad input, or nobody lets you look.
            """)

    /// How long an engine that holds the journal may take until it listens.
    private static let patience = Duration.seconds(10)
    /// How long it is left alone in between, in microseconds.
    private static let pause: UInt32 = 50_000

    @OptionGroup var arguments: FleetArguments

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let status = try read(FleetPlace(arguments))
        if json {
            try JSONOutput.print(status)
        } else {
            for line in StatusText(status).lines { print(TextWidth.sanitised(line)) }
        }
        if status.needsAPerson { throw ExitStatus.failed }
    }

    private func read(_ place: FleetPlace) throws -> FleetStatus {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do throws(EngineSocketError) {
                if let status = try EngineSocketClient.status(in: place.directory) { return status }
            } catch {
                printError("muster: \(TextWidth.sanitised("\(error)"))")
                throw error.isRefusal ? ExitStatus.badInput : ExitStatus.failed
            }
            // One that has just started does not listen yet; one that ends does not any more.
            guard SQLiteJournal.isEngineRunning(in: place.directory), ContinuousClock.now < deadline else { break }
            usleep(Self.pause)
        }
        return try readJournal(place)
    }

    private func readJournal(_ place: FleetPlace) throws -> FleetStatus {
        guard place.mayRead else {
            printError("muster: no engine listens there; ask whoever runs it to start it")
            throw ExitStatus.failed
        }
        let reading = try FleetReading.open(arguments)
        var status = reading.loop.status(now: reading.now)
        status.isSimulated = reading.isSimulated
        guard !reading.isEngineRunning else {
            printError("muster: an engine holds the state and does not listen; try again")
            throw ExitStatus.failed
        }
        status.tell(nil, failure: nil)
        return status
    }
}
