import FleetCore
import FleetEngine
import TerminalClients

/// Drives an engine whose devices are simulated elsewhere, by the clock that both share.
final class SimulatedTimeDriver: EngineDriver {
    /// Fifty times a second is more than any screen shows.
    private static let shortestRest = Duration.milliseconds(20), longestRest = Duration.seconds(1)

    private var loop: EngineLoop
    private let clock: SimulationClock
    private var pace: PaceMeter

    /// A driver of this engine.
    init(loop: EngineLoop, clock: SimulationClock) {
        self.loop = loop
        self.clock = clock
        pace = PaceMeter(speed: clock.speed)
    }

    func advance(_ inputs: [EngineInput]) -> [EngineReply] {
        pace.note(clock.now)
        return loop.step(inputs, now: clock.now, steadyTime: clock.steadyTime)
    }

    /// Not longer than a second, since the clock may have been held meanwhile.
    var rest: Duration? {
        guard loop.health == .running, let wake = loop.nextWake else { return nil }
        return min(max(Self.shortestRest, (wake - clock.now) / clock.speed), Self.longestRest)
    }

    var revision: UInt64 { loop.state.revision }
    var isMoving: Bool { true }
    var access: AccessSettings { loop.state.settings.access }
    var reading: EngineLoop { loop }
    var statistics: EngineStatistics { loop.statistics }

    func view(_ query: ViewQuery) -> FleetView {
        var view = loop.view(query, now: clock.now)
        view.simulationSpeed = clock.speed
        view.simulationPace = pace.pace
        view.isSimulated = true
        return view
    }

    var failure: String? { loop.health.failure }

    func shutDown() { loop.shutDown(now: clock.now) }
}
