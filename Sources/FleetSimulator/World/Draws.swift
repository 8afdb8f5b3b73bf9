import FleetCore

/// Chance without a generator: each draw is the stable hash of the seed and of what it is drawn for, so that it does
/// not depend on the order in which things happen.
struct Draws {
    /// What a draw is for; part of its hash.
    enum Purpose: UInt64 {
        case heartbeat = 1, link, answer, install, restart, failure, failureKind
    }

    let seed: UInt64

    /// A draw that is the same all through a terminal's life.
    func number(_ purpose: Purpose, device: String) -> UInt64 {
        var hash = StableHash(seed: seed)
        hash.combine(purpose.rawValue)
        hash.combine(device)
        return hash.value
    }

    /// A draw for one try of a release on a terminal.
    func number(_ purpose: Purpose, device: String, release: Version, attempt: Int) -> UInt64 {
        var hash = StableHash(seed: number(purpose, device: device))
        hash.combine(release.description)
        hash.combine(UInt64(attempt))
        return hash.value
    }
}

extension ClosedRange<Duration> {
    /// The duration at a draw's place in the range, in whole milliseconds.
    func drawn(_ draw: UInt64) -> Duration {
        let low = lowerBound.milliseconds, span = UInt64(Swift.max(0, upperBound.milliseconds - low))
        return .milliseconds(low + Int64(draw % (span + 1)))
    }
}

extension ClosedRange<Int64> {
    /// The number at a draw's place in the range.
    func drawn(_ draw: UInt64) -> Int64 {
        lowerBound + Int64(draw % (UInt64(upperBound - lowerBound) + 1))
    }
}
