import FleetCore
import FleetEngine
import Foundation

/// The machine's own clock.
final class WallClock: EngineClock, Sendable {
    var now: Timestamp { Self.now }

    /// The present moment.
    static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
