import EngineSocket
import FleetCore
import FleetEngine
import Foundation
import Synchronization

/// What a console that only looks on has for an engine where none can be reached: the journal, until an engine listens on the
/// state. From then on it is attached to that one, as any other console is, and knows no difference.
final class JournalConsole: ConsoleEngine {
    /// Attaches to the engine that listens; nil: none does.
    typealias Attaching = @Sendable () throws(EngineSocketError) -> AttachedEngine?

    /// How often it is looked for an engine, in seconds.
    private static let interval = 1.0

    private struct State {
        var engine: any ConsoleEngine
        var query: ViewQuery?
        /// Why the engine lets nobody sit here; nil: it does.
        var end: Refusal?
        var hasLeft = false
    }

    private let state: Mutex<State>
    private let follower: OwnEngine
    private let hasLeft = DispatchSemaphore(value: 0)
    private let onNews: @Sendable () -> Void

    /// - Parameters:
    ///   - follower: What follows the journal; it ends once an engine is there.
    ///   - seat: The console's place at it.
    ///   - onNews: Called whenever the console should look.
    init(
        _ follower: OwnEngine, seat: EngineSeat, onNews: @escaping @Sendable () -> Void,
        attach: @escaping Attaching
    ) {
        state = Mutex(State(engine: seat))
        self.follower = follower
        self.onNews = onNews
        let thread = Thread { [self] in waitForEngine(attach) }
        thread.name = "console engine"
        thread.start()
    }

    private func waitForEngine(_ attach: Attaching) {
        while hasLeft.wait(timeout: .now() + Self.interval) == .timedOut {
            do throws(EngineSocketError) {
                if let engine = try attach() { return goOn(with: engine) }
            } catch {
                // One that is silent or has no room is tried again.
                guard error.isRefusal else { continue }
                state.withLock { $0.end = Refusal(error.message, remedy: error.remedy) }
                return onNews()
            }
        }
    }

    private func goOn(with engine: AttachedEngine) {
        let former = state.withLock { state -> (any ConsoleEngine)? in
            guard !state.hasLeft else { return nil }
            if let query = state.query { engine.ask(query) }
            defer { state.engine = engine }
            return state.engine
        }
        guard let former else { return engine.leave() }
        former.leave()
        follower.end()
        onNews()
    }

    private var engine: any ConsoleEngine { state.withLock { $0.engine } }

    func ask(_ query: ViewQuery) {
        state.withLock { state in
            state.query = query
            state.engine.ask(query)
        }
    }

    func submit(_ command: Command, reason: String, basis: UInt64?) -> UInt64? {
        engine.submit(command, reason: reason, basis: basis)
    }

    func takeNews() -> ConsoleNews {
        state.withLock { state in
            var news = state.engine.takeNews()
            news.end = news.end ?? state.end
            return news
        }
    }

    func waitForNews(seconds: Double) { engine.waitForNews(seconds: seconds) }

    var isBusy: Bool { engine.isBusy }

    var silence: Duration? { engine.silence }

    func leave() {
        let engine = state.withLock { state in
            state.hasLeft = true
            return state.engine
        }
        hasLeft.signal()
        engine.leave()
    }
}
