import FleetCore
import FleetEngine

/// Runs an engine and a world in virtual time, instant by instant: at each one the terminals' reports reach the loop,
/// and the loop's orders reach the terminals. It owns no thread and no clock: whoever holds it says until when.
public struct SimulationDriver {
    /// The engine; ask it for views between two calls.
    public var loop: EngineLoop
    /// The terminals.
    public let world: World
    /// The last instant that was run.
    public private(set) var now: Timestamp
    /// Instants run so far.
    public private(set) var steps = 0

    /// What one call has done.
    public struct Advance: Hashable, Sendable {
        /// Replies to the commands among the inputs.
        public var replies: [EngineReply]
        /// Whether everything due until the target has happened; false: the budget ended first, and the driver stands
        /// at an earlier moment.
        public var hasCaughtUp: Bool
    }

    /// A driver of this engine and this world, which must be the engine's link.
    public init(loop: EngineLoop, world: World) {
        self.loop = loop
        self.world = world
        now = world.now
    }

    /// The next instant at which anything happens by itself; nil: none.
    public var nextInstant: Timestamp? {
        switch (loop.nextWake, world.nextEventAt) {
        case (let wake?, let event?): max(now, min(wake, event))
        case (let wake?, nil): max(now, wake)
        case (nil, let event?): max(now, event)
        case (nil, nil): nil
        }
    }

    /// Runs every instant until a target.
    ///
    /// The inputs are taken in at the first of them, so that an operator's command never waits for a backlog.
    /// - Parameters:
    ///   - target: The virtual moment to reach. One that lies behind is not gone back to.
    ///   - inputs: Commands, and reports of devices that are not simulated.
    ///   - budget: The most instants to run in this call, at least 1, so that the caller stays responsive.
    public mutating func advance(to target: Timestamp, inputs: [EngineInput] = [], budget: Int = 10_000) -> Advance {
        var replies: [EngineReply] = []
        var left = max(1, budget)
        if !inputs.isEmpty {
            replies = step(at: min(nextInstant ?? target, max(now, target)), inputs)
            left -= 1
        }
        while let instant = nextInstant, instant <= target {
            guard left > 0 else { return Advance(replies: replies, hasCaughtUp: false) }
            replies += step(at: instant)
            left -= 1
        }
        now = max(now, target)
        return Advance(replies: replies, hasCaughtUp: true)
    }

    /// Runs one instant, which must not lie behind `now`, nor beyond `nextInstant`.
    @discardableResult
    public mutating func step(at instant: Timestamp, _ inputs: [EngineInput] = []) -> [EngineReply] {
        now = max(now, instant)
        steps += 1
        let reports = world.takeReports(through: now)
        return loop.step(reports.map { .report($0) } + inputs, now: now)
    }
}
