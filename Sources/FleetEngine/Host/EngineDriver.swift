import FleetCore

/// What moves an engine on: in production the wall clock, in a simulation a virtual one. Confined to one thread.
public protocol EngineDriver: AnyObject {
    /// Takes in what has arrived and does what is due. Returns after a bounded amount of work.
    func advance(_ inputs: [EngineInput]) -> [EngineReply]
    /// How long it may rest if nothing arrives, by the wall clock; nil: for good.
    var rest: Duration? { get }
    /// Grows with every fact.
    var revision: UInt64 { get }
    /// Whether something on a console changes by time alone from one second to the next.
    var isMoving: Bool { get }
    /// Answers a console, true at this moment.
    func view(_ query: ViewQuery) -> FleetView
    /// Who may do what at this moment.
    var access: AccessSettings { get }
    /// The engine as it stands, to be asked on its thread and not to be kept.
    var reading: EngineLoop { get }
    /// What there is to count at this moment.
    var statistics: EngineStatistics { get }
    /// Why it works no more; nil: it does.
    var failure: String? { get }
    /// Ends in good order: what is known in memory only becomes durable.
    func shutDown()
}

/// Tells the time.
public protocol EngineClock: AnyObject {
    /// The present moment, by the wall clock, which may be set.
    var now: Timestamp { get }
    /// The time since some fixed moment, by a clock that runs on through suspends and that nobody sets.
    var steadyTime: Duration { get }
}

/// Drives an engine by the wall clock.
public final class WallClockDriver: EngineDriver {
    private var loop: EngineLoop
    private let clock: any EngineClock

    /// A driver of this engine.
    public init(loop: EngineLoop, clock: any EngineClock) {
        self.loop = loop
        self.clock = clock
    }

    public func advance(_ inputs: [EngineInput]) -> [EngineReply] {
        loop.step(inputs, now: clock.now, steadyTime: clock.steadyTime)
    }

    /// Not longer than a minute, so that a clock that is set ahead is noticed.
    public var rest: Duration? { loop.nextWake.map { min(max(.zero, $0 - clock.now), .seconds(60)) } }
    public var revision: UInt64 { loop.state.revision }
    public var isMoving: Bool { !loop.state.openUpdates.isEmpty }
    public func view(_ query: ViewQuery) -> FleetView { loop.view(query, now: clock.now) }
    public var access: AccessSettings { loop.state.settings.access }
    public var reading: EngineLoop { loop }
    public var statistics: EngineStatistics { loop.statistics }
    public var failure: String? { loop.health.failure }
    public func shutDown() { loop.shutDown(now: clock.now) }
}
