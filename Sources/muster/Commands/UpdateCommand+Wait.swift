import ArgumentParser
import Cells
import EngineSocket
import FleetCore
import FleetEngine
import FleetFiles
import Foundation

extension UpdateCommand {
    /// `muster update wait FLEET UPDATE`.
    struct Wait: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Wait until an update has completed, or one of its phases has passed.",
            discussion: """
                Watches the engine that runs, and goes on with the next one if it ends meanwhile. An update that is paused, \
                or waits for approval, is waited for: a person may let it go on. A phase that needs an approval has passed once it \
                has it.

                Exit codes: 0 reached; 1 the time is up, or no engine runs; 2 there is no such update, it is a draft, or has no \
                such phase; 3 it was halted, cancelled or rolled back, its gate has failed, or devices have failed \
                and none has succeeded.
                """)

        @OptionGroup var arguments: FleetArguments

        @Argument(help: "The update's id.")
        var update: String

        @Option(help: ArgumentHelp("completed, phase:NAME or phase:NUMBER, from 1.", valueName: "goal"))
        var until = "completed"

        @Option(
            help: ArgumentHelp("How long to wait at most, such as 90s, 15m, 2h. Default: no end.", valueName: "time"))
        var timeout: String?

        func run() throws {
            guard let goal = WaitGoal(until) else {
                throw ValidationError("--until: say completed, phase:NAME or phase:NUMBER")
            }
            let deadline = try timeout.map { text in
                guard let time = DurationText.parse(text) else {
                    throw ValidationError("--timeout: say a time such as 90s, 15m or 2h")
                }
                return ContinuousClock.now + time
            }
            let place = try FleetPlace(arguments)
            let engine: AttachedEngine?
            do {
                engine = try AttachedEngine.attach(
                    to: place.directory, isReadOnly: true, alias: nil, patience: .spoken(until: deadline),
                    onNews: {})
            } catch {
                if error.isSilence, let deadline, deadline <= .now { throw timeIsUp(hasLooked: false) }
                printError("muster: \(TextWidth.sanitised("\(error)"))")
                throw error.isRefusal ? ExitStatus.badInput : ExitStatus.failed
            }
            guard let engine else { return try lookOnce(goal) }
            defer { engine.leave() }
            try watch(engine, goal, until: deadline)
        }

        private var query: ViewQuery {
            var query = ViewQuery()
            query.update = update
            return query
        }

        private func watch(
            _ engine: AttachedEngine, _ goal: WaitGoal, until deadline: ContinuousClock.Instant?
        ) throws {
            var told = "", hasLooked = false
            let firstLook = ContinuousClock.now + EnginePatience.leastAnswer
            engine.ask(query)
            while true {
                let rest = deadline.map { (hasLooked ? $0 : max($0, firstLook)) - .now } ?? .seconds(60)
                guard rest > .zero else { throw timeIsUp(hasLooked: hasLooked) }
                engine.waitForNews(seconds: min(60, Double(rest.components.seconds) + 1))
                let news = engine.takeNews()
                if let why = news.end {
                    printError("muster: \(TextWidth.sanitised("\(why)"))")
                    throw ExitStatus.badInput
                }
                guard let view = news.view, view.health == .running else { continue }
                hasLooked = true
                if try end(view, goal) { return }
                let line = progress(view)
                if line != told, !line.isEmpty { printError(line) }
                told = line
            }
        }

        /// Says that the time given is over, which is no word on the engine's health; gives the exit code.
        private func timeIsUp(hasLooked: Bool) -> ExitCode {
            let id = TextWidth.sanitised(update)
            printError(
                hasLooked
                    ? "muster: \(id) is not there yet: the time is up"
                    : "muster: the time is up, and the engine has not said where \(id) stands")
            return ExitStatus.failed
        }

        /// Without an engine nothing moves: what the journal says is what there is.
        private func lookOnce(_ goal: WaitGoal) throws {
            guard try FleetPlace(arguments).mayRead else {
                printError("muster: no engine listens there, so nothing moves; ask whoever runs it to start it")
                throw ExitStatus.failed
            }
            var reading = try FleetReading.open(arguments)
            if try end(reading.loop.view(query, now: reading.now), goal) { return }
            printError("muster: no engine runs, so nothing moves; start one with `muster serve` or `muster console`")
            throw ExitStatus.failed
        }

        /// Ends the command where nothing more is to be waited for; true: the goal is reached.
        private func end(_ view: FleetView, _ goal: WaitGoal) throws -> Bool {
            guard let shown = view.update, shown.summary.id == update else {
                printError("muster: there is no update \(TextWidth.sanitised(update)); `muster updates` lists them")
                throw ExitStatus.badInput
            }
            switch goal.standing(shown) {
            case .waiting: return false
            case .reached:
                print("\(update): \(until == "completed" ? "completed" : "\(until) has passed")")
                return true
            case .missed(let why):
                printError("muster: \(TextWidth.sanitised("\(update): \(why)"))")
                throw ExitStatus.held
            case .wrong(let why):
                printError("muster: \(TextWidth.sanitised("\(update): \(why)"))")
                throw ExitStatus.badInput
            }
        }

        /// Where it stands, without what changes by the second.
        private func progress(_ view: FleetView) -> String {
            guard let shown = view.update else { return "" }
            let phase =
                shown.currentPhase.map { ", phase \($0 + 1)/\(shown.phases.count) \(shown.phases[$0].name)" } ?? ""
            let why = shown.summary.statusText
            return TextWidth.sanitised("\(shown.summary.status)\(phase)\(why.isEmpty ? "" : ": \(why)")")
        }
    }
}
