import ArgumentParser
import Cells
import EngineSocket
import FleetJournal
import Foundation

/// `muster stop`: ends the engine that runs on a fleet's state.
struct StopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "End the engine that runs on a fleet, wherever it runs.",
        discussion: """
            Nothing starts any more until an engine runs again; what devices were told already they finish, and the next \
            engine hears of it. Consoles that are attached stay open, and say that the engine has stopped.

            Exit codes: 0 it has ended, or none ran; 1 it did not end in time.
            """)

    /// How long the engine may take to end.
    private static let patience = Duration.seconds(30)
    /// How often it is looked for in between, in microseconds.
    private static let pause: UInt32 = 20_000

    @OptionGroup var arguments: FleetArguments

    func run() throws {
        let directory = arguments.stateDirectory(try arguments.load())
        do {
            guard let response = try EngineSocketClient.send(EngineRequest(.stop, ""), to: directory) else {
                return print("no engine runs on \(TextWidth.sanitised(directory))")
            }
            guard response.outcome == .done else { throw Refused(response) }
        } catch {
            printError("muster: \(TextWidth.sanitised("\(error)"))")
            throw ExitStatus.failed
        }
        let deadline = ContinuousClock.now + Self.patience
        while SQLiteJournal.isEngineRunning(in: directory) {
            guard ContinuousClock.now < deadline else {
                printError("muster: the engine has not ended within \(Self.patience.components.seconds) s")
                throw ExitStatus.failed
            }
            usleep(Self.pause)
        }
        print("the engine has ended")
    }

    private struct Refused: Error, CustomStringConvertible {
        let description: String
        init(_ response: EngineResponse) {
            description = [response.message, response.remedy].compactMap { $0 }.joined(separator: "; ")
        }
    }
}
