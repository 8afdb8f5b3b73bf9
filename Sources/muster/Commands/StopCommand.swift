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

            It stands in the audit with your name, and needs an admin.

            Exit codes: 0 it has ended, or none ran; 1 it did not end in time; 2 it was refused.
            """)

    /// How long the engine may take to end.
    private static let patience = Duration.seconds(30)
    /// How often it is looked for in between, in microseconds.
    private static let pause: UInt32 = 20_000

    @OptionGroup var arguments: FleetArguments
    @OptionGroup var why: ReasonArguments

    func run() throws {
        let directory = try FleetPlace(arguments).directory
        guard let response = try askPatiently(directory) else {
            return print("no engine runs on \(TextWidth.sanitised(directory))")
        }
        guard response.outcome == .done else {
            let problem = [response.message, response.remedy].compactMap { $0 }.joined(separator: "; ")
            printError("muster: \(TextWidth.sanitised(problem))")
            if response.hasFailed == true {
                // One that has failed ends by itself.
                try waitForTheEnd(directory)
                return print("the engine has ended")
            }
            throw response.outcome == .refused ? ExitStatus.badInput : ExitStatus.failed
        }
        try waitForTheEnd(directory)
        print("the engine has ended")
    }

    /// How long an engine that has just started, or whose socket was removed, may take until it listens.
    private static let listenPatience = Duration.seconds(15)

    private func askPatiently(_ directory: String) throws -> EngineResponse? {
        var wait = SpokenWait(SpokenWait.doesNotListen, atMost: Self.listenPatience)
        while true {
            if let response = try ask(directory) { return response }
            guard SQLiteJournal.isEngineRunning(in: directory) else { return nil }
            guard wait.goesOn() else {
                printError(
                    "muster: an engine works in \(TextWidth.sanitised(directory)) and does not listen there; end its process, "
                        + "which `fuser` names")
                throw ExitStatus.failed
            }
            usleep(Self.pause)
        }
    }

    private func ask(_ directory: String) throws -> EngineResponse? {
        do throws(EngineSocketError) {
            // Sent again it could meet the next engine, which nobody has asked to end.
            return try EngineSocketClient.send(
                EngineRequest(.stop, "", reason: why.reason), to: directory, period: .zero, patience: .spoken())
        } catch {
            printError("muster: \(TextWidth.sanitised("\(error)"))")
            if error.isSilence, let process = error.silentProcess {
                printError("muster: `kill -KILL \(process)` ends it by force; what it has confirmed is in the journal")
            }
            throw ExitStatus.failed
        }
    }

    /// Who may not see the engine's lock sees whether it listens, which is over just before.
    private func waitForTheEnd(_ directory: String) throws {
        var wait = SpokenWait("the engine has not ended yet", atMost: Self.patience)
        let seesLock = access("\(directory)/engine.lock", R_OK) == 0
        while seesLock
            ? SQLiteJournal.isEngineRunning(in: directory) : EngineSocketClient.isListening(in: directory)
        {
            guard wait.goesOn() else {
                printError("muster: the engine has not ended within \(Self.patience.components.seconds) s")
                throw ExitStatus.failed
            }
            usleep(Self.pause)
        }
    }
}
