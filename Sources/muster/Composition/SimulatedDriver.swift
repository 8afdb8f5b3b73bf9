import FleetCore
import FleetEngine
import FleetJournal
import FleetSimulator
import Foundation

/// Drives an engine and its simulated terminals by a clock that goes faster than the wall's.
final class SimulatedDriver: EngineDriver {
    /// Instants that are run before the clock is looked at again, and how long the inbox and the screens wait at most.
    private static let budget = 20, slice = Duration.milliseconds(10)
    /// A longer pause of the process is not made up for: a laptop that slept does not skip a day of the rollout.
    private static let longestLeap = Duration.seconds(1)

    private var simulation: SimulationDriver
    private let speed: Double
    private var lastWall = ContinuousClock.now
    private var target: Timestamp
    private var hasCaughtUp = true
    private var pace: PaceMeter

    /// A driver whose clock goes `speed` times as fast as the wall's, from where the simulation stands.
    init(_ simulation: SimulationDriver, speed: Double) {
        self.simulation = simulation
        self.speed = speed
        pace = PaceMeter(speed: speed)
        target = simulation.now
    }

    func advance(_ inputs: [EngineInput]) -> [EngineReply] {
        let wall = ContinuousClock.now
        let passed = min(wall - lastWall, Self.longestLeap)
        lastWall = wall
        // Time that the simulation could not keep up with is not piled up.
        if hasCaughtUp { target = target + .milliseconds(Int64(Double(passed.microseconds) * speed / 1000)) }
        var advance = simulation.advance(to: target, inputs: inputs, budget: Self.budget)
        var replies = advance.replies
        while !advance.hasCaughtUp, ContinuousClock.now - wall < Self.slice {
            advance = simulation.advance(to: target, budget: Self.budget)
            replies += advance.replies
        }
        hasCaughtUp = advance.hasCaughtUp
        pace.note(simulation.now)
        return replies
    }

    var rest: Duration? {
        guard hasCaughtUp else { return .zero }
        guard simulation.loop.health == .running, let next = simulation.nextInstant else { return nil }
        let ahead = Double((next - target).milliseconds) / speed
        // Fifty times a second is more than any screen shows; heartbeats of a large fleet would ask for thousands.
        return .milliseconds(Int64(max(20, min(ahead.rounded(.up), 60_000))))
    }

    var revision: UInt64 { simulation.loop.state.revision }
    var isMoving: Bool { true }
    var access: AccessSettings { simulation.loop.state.settings.access }
    var reading: EngineLoop { simulation.loop }
    var statistics: EngineStatistics { simulation.loop.statistics }

    func view(_ query: ViewQuery) -> FleetView {
        var view = simulation.loop.view(query, now: simulation.now)
        view.simulationSpeed = speed
        view.simulationPace = pace.pace
        view.isSimulated = true
        return view
    }

    var failure: String? { simulation.loop.health.failure }

    func shutDown() { simulation.loop.shutDown(now: simulation.now) }
}

extension Duration {
    /// The duration in whole microseconds, rounded toward zero.
    fileprivate var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
