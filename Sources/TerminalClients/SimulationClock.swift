import FleetCore
import FleetEngine
import Synchronization

/// A clock that goes faster than the wall's, for an engine and a world that are apart but share their time.
public final class SimulationClock: EngineClock, Sendable {
    /// A longer pause of the process is not made up for: a laptop that slept does not skip a day of the rollout.
    private static let longestLeap = Duration.seconds(1)

    private struct Hand {
        var elapsed = Duration.zero
        var readAt = ContinuousClock.now
        var isHeld = false
    }

    /// How many times faster than the wall's it goes while it is not held.
    public let speed: Double
    private let start: Timestamp
    private let hand = Mutex(Hand())

    /// A clock that shows `start` now.
    public init(start: Timestamp, speed: Double) {
        self.start = start
        self.speed = speed
    }

    public var now: Timestamp { start + steadyTime }

    public var steadyTime: Duration {
        hand.withLock { hand in
            read(&hand)
            return .milliseconds(hand.elapsed.milliseconds)
        }
    }

    /// Stops the clock, or lets it go on from where it stands: time that the terminals cannot keep up with does not
    /// pass.
    public func hold(_ isHeld: Bool) {
        hand.withLock { hand in
            read(&hand)
            hand.isHeld = isHeld
        }
    }

    private func read(_ hand: inout Hand) {
        let wall = ContinuousClock.now
        if !hand.isHeld { hand.elapsed += min(wall - hand.readAt, Self.longestLeap) * speed }
        hand.readAt = wall
    }
}
