/// How far the numbers of a state may go so that no sum or product of the core overflows. Wider than anything that a
/// fleet's files or a clock can say.
enum StateBounds {
    /// The largest count or limit, either way.
    static let largestCount = 1 << 40
    /// The largest generation, with room for as many attempts again.
    static let largestGeneration = 1 << 31
    /// The longest duration, either way: about 1,100 years.
    static let longestDuration = Duration.milliseconds(1 << 45)
    /// The most bytes of a release.
    static let largestRelease: Int64 = 1 << 50

    /// Whether a column's number is a moment, or the mark of one that never was.
    static func isMoment(_ milliseconds: Int64) -> Bool {
        milliseconds == .min || Timestamp(milliseconds: milliseconds).isInBounds
    }
}

/// A value whose numbers may be within the bounds or not.
protocol StateBounded {
    /// Whether all its numbers are within `StateBounds`.
    var isInBounds: Bool { get }
}

extension Int: StateBounded {
    var isInBounds: Bool { magnitude <= StateBounds.largestCount }
}

extension Duration: StateBounded {
    var isInBounds: Bool { self <= StateBounds.longestDuration && self >= .zero - StateBounds.longestDuration }
}

extension Timestamp: StateBounded {
    var isInBounds: Bool { self >= .distantPast && self <= .distantFuture }
}

extension Optional: StateBounded where Wrapped: StateBounded {
    var isInBounds: Bool { self?.isInBounds ?? true }
}

extension Release {
    var isInBounds: Bool {
        artifacts.count <= 1 << 10 && artifacts.allSatisfy { (0...StateBounds.largestRelease >> 10).contains($0.size) }
    }
}

extension FleetSettings: StateBounded {
    var isInBounds: Bool {
        heartbeat.isInBounds && (0...1 << 15).contains(missedHeartbeats) && limits.ramp.isInBounds
            && floor.untouched.isInBounds && floor.appliesFrom.isInBounds && gateDefaults.isInBounds
            && retry.backoff.isInBounds && retry.maximumBackoff.isInBounds
            && AttemptStep.allCases.allSatisfy { deadlines[$0].isInBounds }
            && freezes.allSatisfy { $0.from.isInBounds && $0.until.isInBounds }
    }
}

extension LocalDateTime: StateBounded {
    var isInBounds: Bool { date.isValid && (0...86_400).contains(secondOfDay) }
}

extension Gate: StateBounded {
    var isInBounds: Bool { (0...1 << 20).contains(threshold) && minimumSample.isInBounds && timeout.isInBounds }
}

extension PhaseRecord: StateBounded {
    var isInBounds: Bool {
        definition.isInBounds && [decidedAt, openedAt, timeoutFrom, soakFrom, closedAt].allSatisfy(\.isInBounds)
    }
}

extension PhaseDefinition: StateBounded {
    var isInBounds: Bool { percent.isInBounds && gate.isInBounds && wait.isInBounds }
}

extension WindowSchedule: StateBounded {
    var isInBounds: Bool {
        guard (0...86_400).contains(opensAt), (0...86_400).contains(closesAt) else { return false }
        guard case .once(let date) = recurrence else { return true }
        return date.isValid
    }
}

extension Strategy: StateBounded {
    var isInBounds: Bool {
        switch self {
        case .immediate, .scheduled: true
        case .progressive(let phases, _): phases.allSatisfy(\.isInBounds)
        case .onConnect(let expires): expires.isInBounds
        }
    }
}

extension UpdateDefinition: StateBounded {
    var isInBounds: Bool { strategy.isInBounds && window.isInBounds && inFlight.isInBounds }
}
