import FleetCore
import FleetEngine
import Foundation

/// The machine's own clock.
final class WallClock: EngineClock, Sendable {
    var now: Timestamp { Self.now }
    var steadyTime: Duration { .milliseconds(Self.milliseconds(CLOCK_BOOTTIME)) }

    /// The present moment.
    static var now: Timestamp { Timestamp(milliseconds: milliseconds(CLOCK_REALTIME)) }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
