import FleetCore

/// How many times faster than the wall's a simulated clock goes in truth, where the machine cannot keep up with what was
/// asked for. Smoothed and rounded, so that a screen shows it calmly.
struct PaceMeter {
    /// What was asked for.
    let speed: Double
    /// The time over which the pace is measured, and how much of the next figure the last one keeps.
    private static let span = Duration.seconds(2), inertia = 0.5
    /// A span that took so much longer was no span: the process slept.
    private static let longestSpan = Duration.seconds(6)
    /// Behind is who falls below the first share of what was asked for, until the second is reached again.
    private static let behind = 0.8, caughtUp = 0.9

    private var mark: (wall: ContinuousClock.Instant, simulated: Timestamp)?
    private var smoothed: Double?
    private var isBehind = false

    /// A meter of a clock that was asked to go so many times as fast as the wall's.
    init(speed: Double) { self.speed = speed }

    /// Takes in what both clocks show.
    mutating func note(_ simulated: Timestamp, at wall: ContinuousClock.Instant = .now) {
        guard let mark else { return mark = (wall, simulated) }
        // A clock that is held before its start has no pace yet.
        if smoothed == nil, simulated == mark.simulated { return self.mark = (wall, simulated) }
        let passed = wall - mark.wall
        guard passed >= Self.span else { return }
        self.mark = (wall, simulated)
        guard passed <= Self.longestSpan else { return }
        let measured = Double((simulated - mark.simulated).milliseconds) / (passed / .milliseconds(1))
        let figure = smoothed.map { $0 * Self.inertia + measured * (1 - Self.inertia) } ?? measured
        smoothed = figure
        isBehind = figure < speed * (isBehind ? Self.caughtUp : Self.behind)
    }

    /// The pace that is reached, in two figures, where it falls clearly behind; nil: it does not, or is not known yet.
    var pace: Double? {
        guard isBehind, let smoothed else { return nil }
        return Self.rounded(smoothed)
    }

    /// Two figures: 281.4 is 280, 0.4567 is 0.46.
    private static func rounded(_ value: Double) -> Double {
        guard value > 0 else { return 0 }
        var unit = 1.0
        while value / unit >= 100 { unit *= 10 }
        while value / unit < 10, unit > 0.01 { unit /= 10 }
        return (value / unit).rounded() * unit
    }
}
