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
            the files tell, and so they do, with a warning, of an engine that holds the fleet and has not answered within \
            \(answerPatience.components.seconds) s. Updates are shown that are under way, wait, or have ended within a day.

            Exit codes: 0 all is well; 1 something waits for a person: an update that awaits approval, was halted, or is \
            paused by its gate, a device that is held, an engine that has failed, does not answer, or does not run while updates \
            are under way; also 1 if that cannot be told; 2 bad input, or nobody lets you look.
            """)

    /// How long an engine that holds the journal may take until it listens.
    private static let patience = Duration.seconds(8)
    /// How long it may take to answer.
    private static let answerPatience = Duration.seconds(8)
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
        var wait = SpokenWait(SpokenWait.doesNotListen, atMost: Self.patience)
        let patience = EnginePatience.spoken(answer: Self.answerPatience)
        while true {
            do throws(EngineSocketError) {
                if let status = try EngineSocketClient.status(in: place.directory, patience: patience) {
                    return status
                }
            } catch {
                printError("muster: \(TextWidth.sanitised("\(error)"))")
                if error.isSilence || error.hasFailed { return try readJournal(place, besides: error) }
                throw error.isRefusal ? ExitStatus.badInput : ExitStatus.failed
            }
            // One that has just started does not listen yet; one that ends does not any more.
            guard SQLiteJournal.isEngineRunning(in: place.directory), wait.goesOn() else { break }
            usleep(Self.pause)
        }
        return try readJournal(place)
    }

    /// - Parameter silence: That of an engine that holds the fleet and does not answer, or has failed.
    private func readJournal(_ place: FleetPlace, besides silence: EngineSocketError? = nil) throws -> FleetStatus {
        guard place.mayRead else {
            if silence == nil { printError("muster: no engine listens there; ask whoever runs it to start it") }
            throw ExitStatus.failed
        }
        let reading = try FleetReading.open(arguments)
        var status = reading.loop.status(now: reading.now)
        status.isSimulated = reading.isSimulated
        if let silence {
            printError("muster: this is what the journal says without the engine")
            guard !silence.hasFailed else {
                status.tell(nil, failure: silence.description)
                return status
            }
            let process = silence.silentProcess
            status.tell(nil, failure: "\(process.map { "process \($0)" } ?? "it") does not answer")
            status.engine.process = process
            return status
        }
        guard !reading.isEngineRunning else {
            printError("muster: an engine holds the fleet and does not listen; try again")
            throw ExitStatus.failed
        }
        status.tell(nil, failure: nil)
        return status
    }
}
