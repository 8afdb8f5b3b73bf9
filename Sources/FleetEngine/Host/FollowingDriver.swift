import FleetCore

/// Shows what an engine in another process does: follows its journal, decides nothing and writes nothing.
public final class FollowingDriver: EngineDriver {
    /// How often the journal is asked for news.
    public static let interval = Duration.milliseconds(250)

    private var loop: EngineLoop
    private let clock: (any EngineClock)?
    private let isEngineRunning: () -> Bool
    public private(set) var failure: String?
    private var askedAt = ContinuousClock.now

    /// A driver that follows a journal.
    /// - Parameters:
    ///   - loop: Made by `EngineLoop(reading:)`.
    ///   - clock: The engine's clock; nil: it is that of simulated terminals, of which the journal's last fact tells.
    ///   - isEngineRunning: Whether an engine writes the journal now.
    public init(loop: EngineLoop, clock: (any EngineClock)?, isEngineRunning: @escaping () -> Bool) {
        self.loop = loop
        self.clock = clock
        self.isEngineRunning = isEngineRunning
    }

    public func advance(_ inputs: [EngineInput]) -> [EngineReply] {
        if failure == nil, ContinuousClock.now - askedAt >= Self.interval {
            askedAt = .now
            do { try loop.follow() } catch { failure = error.description }
        }
        let refusal = Refusal("this console only looks on", remedy: "give commands at the engine's own console")
        return inputs.compactMap { input in input.ticket.map { EngineReply(ticket: $0, refusal: refusal) } }
    }

    public var rest: Duration? { failure == nil ? Self.interval : nil }
    public var revision: UInt64 { loop.state.revision }
    public var isMoving: Bool { true }
    public var access: AccessSettings { loop.state.settings.access }
    public var reading: EngineLoop { loop }
    public var statistics: EngineStatistics { loop.statistics }

    public func view(_ query: ViewQuery) -> FleetView {
        let last = loop.state.lastFactAt
        var view = loop.view(query, now: clock.map { max($0.now, last) } ?? last)
        view.isSimulated = clock == nil
        if let failure {
            view.health = .stopped(failure)
        } else if !isEngineRunning() {
            view.health = .stopped("no engine runs on this state")
        }
        return view
    }

    public func shutDown() {}
}
