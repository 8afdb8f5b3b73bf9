import ArgumentParser
import Cells
import EngineSocket
import FleetCore
import FleetEngine
import FleetJournal
import Foundation

/// `muster watch`: what happens, as it happens.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Print what happens in a fleet, one line for each fact, as it happens.",
        discussion: """
            Each line begins with the fact's number in the journal. Without --after it begins with what happens next; with \
            --after N it begins behind fact N, so that whoever keeps the last number goes on without a gap and without a \
            repeat. It goes on when the engine ends and starts again. It ends when its output is closed.

            Whoever may read the journal follows that; everyone else whom the fleet lets look asks the engine that runs.

            Exit codes: 0 its output was closed; 1 the journal or the engine's answer cannot be read, or the journal \
            ends before the last number that was seen, as after a restored backup; 2 bad input, or nobody lets you look.
            """)

    @OptionGroup var arguments: FleetArguments

    @Flag(help: "Print JSON lines.")
    var json = false

    @Option(help: ArgumentHelp("Begin behind the fact of this number; 0: with the first.", valueName: "number"))
    var after: UInt64?

    @Option(help: ArgumentHelp("Only what is about this update.", valueName: "update"))
    var update: String?

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        let place = try FleetPlace(arguments)
        do {
            if place.mayRead { try FleetReading.requireState(in: place.directory) }
            let source: any EventSource =
                place.mayRead
                ? try JournalEvents(place.directory, fleet: try FleetLoading.name(of: arguments.fleet))
                : EngineEvents(place.directory)
            if let update, let note = (source as? JournalEvents)?.note(on: update) { printError(note) }
            try follow(source)
        } catch let error as EngineSocketError {
            printError("muster: \(TextWidth.sanitised("\(error)"))")
            throw error.isRefusal ? ExitStatus.badInput : ExitStatus.failed
        }
    }

    private func follow(_ source: any EventSource) throws {
        var seen = try after ?? source.head()
        let output = WatchOutput(isJSON: json)
        while !output.isClosed(waiting: 0) {
            let piece = try source.piece(after: seen)
            guard piece.latest >= seen else { throw MissingFacts(latest: piece.latest, seen: seen) }
            seen = piece.events.last?.number ?? seen
            let shown = piece.events.filter { event in update.map { $0 == event.update } ?? true }
            guard try output.print(shown) else { return }
            if seen == piece.latest, output.isClosed(waiting: Self.interval) { return }
        }
    }

    /// How often news are asked for, in milliseconds.
    private static let interval: Int32 = 250

    /// The journal is another one, or an older copy.
    private struct MissingFacts: Error, CustomStringConvertible {
        let latest: UInt64, seen: UInt64

        var description: String {
            "the journal ends with fact \(latest), and has no fact \(seen): it may have been restored from a backup; "
                + "begin with --after \(latest)"
        }
    }
}

/// Where events come from.
protocol EventSource {
    /// The number of the latest fact.
    func head() throws -> UInt64
    /// What happened behind a fact, and the number of the latest; not everything at once.
    func piece(after number: UInt64) throws -> (events: [EventLine], latest: UInt64)
}

/// The journal itself, read beside whoever writes it.
final class JournalEvents: EventSource {
    private var loop: EngineLoop
    private let history: JournalHistory

    init(_ directory: String, fleet: String) throws {
        loop = try EngineLoop(
            reading: try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readOnly))
        history = JournalHistory(directory: directory, fleet: fleet)
    }

    func head() -> UInt64 { loop.state.revision }

    /// What is to be said before an update is waited for that may never come; nil: there is one of this id.
    func note(on update: String) -> String? {
        let known = loop.state.updates.map(\.id)
        guard !known.contains(update) else { return nil }
        let near = NearMiss.best(of: update, among: known).map { " (did you mean \($0)?)" } ?? ""
        return "muster: there is no update \(TextWidth.sanitised(update + near)): waiting for one"
    }

    func piece(after number: UInt64) throws -> (events: [EventLine], latest: UInt64) {
        let piece = try history.piece(after: number, atMost: LookResponse.mostEvents)
        // Names in a line are those of a state that knows the fact.
        if loop.state.revision < number + UInt64(piece.facts.count) { try loop.follow() }
        return (loop.eventLines(piece.facts, after: number), piece.latest)
    }
}

/// The engine that runs, by its socket; while none does, the next one is waited for.
final class EngineEvents: EventSource {
    /// How long is waited in between, in milliseconds.
    private static let pause: Int32 = 500

    private let directory: String
    private var isWaiting = false

    init(_ directory: String) { self.directory = directory }

    func head() throws -> UInt64 { try ask(after: .max).latest ?? 0 }

    func piece(after number: UInt64) throws -> (events: [EventLine], latest: UInt64) {
        let response = try ask(after: number)
        return (response.events ?? [], response.latest ?? 0)
    }

    private func ask(after number: UInt64) throws -> LookResponse {
        while true {
            do throws(EngineSocketError) {
                if let response = try EngineSocketClient.events(after: number, in: directory, patience: .spoken()) {
                    isWaiting = false
                    return response
                }
            } catch {
                // One that starts or ends answers nothing for a moment.
                if error.isRefusal || error.isUnreadable { throw error }
            }
            if !isWaiting {
                printError("muster: no engine listens in \(TextWidth.sanitised(directory)): waiting for one")
            }
            isWaiting = true
            if WatchOutput.isClosed(waiting: Self.pause) { throw ExitCode.success }
        }
    }
}

/// Standard output, whose reader may go away at any time.
struct WatchOutput {
    let isJSON: Bool
    private let lines = JSONLines()

    init(isJSON: Bool) { self.isJSON = isJSON }

    /// Whether nobody reads any more; waits so many milliseconds for that.
    func isClosed(waiting milliseconds: Int32) -> Bool { Self.isClosed(waiting: milliseconds) }

    static func isClosed(waiting milliseconds: Int32) -> Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, milliseconds) > 0 && output.revents & Int16(POLLERR | POLLNVAL) != 0
    }

    /// Prints events; false: nobody reads any more.
    func print(_ events: [EventLine]) throws -> Bool {
        do {
            if isJSON {
                try lines.print(events)
            } else {
                let text = events.map { event in
                    TextWidth.sanitised("\(event.number)  \(event.at)  \(event.who)  \(event.text)") + "\n"
                }
                try FileHandle.standardOutput.write(contentsOf: Data(text.joined().utf8))
            }
            return true
        } catch {
            if Self.isClosed(waiting: 0) { return false }
            throw error
        }
    }
}
