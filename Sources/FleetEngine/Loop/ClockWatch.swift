import FleetCore

/// Notices that the wall clock was set, by a second clock that nobody sets.
///
/// Durations (a soak, a deadline, a pause before a retry) must not end because someone set the clock a year ahead, nor
/// stand still for a year because someone set it back.
struct ClockWatch: Sendable {
    /// What the two clocks may drift apart between two readings without being taken for a setting.
    static let tolerance = Duration.seconds(10)

    private var last: (wall: Timestamp, steady: Duration)?

    /// Takes a reading of both clocks.
    /// - Parameters:
    ///   - wall: What the wall clock shows.
    ///   - steady: The time since some fixed moment, by a clock that only runs on; nil: there is none, and the wall
    ///     clock is believed.
    /// - Returns: By how much the wall clock was set since the reading before; nil: it was not.
    mutating func read(wall: Timestamp, steady: Duration?) -> Duration? {
        guard let steady else { return nil }
        defer { last = (wall, steady) }
        guard let last else { return nil }
        let set = (wall - last.wall) - (steady - last.steady)
        return set.magnitude > Self.tolerance ? .milliseconds(set.milliseconds) : nil
    }
}

extension Duration {
    fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
