import FleetCore

/// The wall clock of the machine on which the engine runs: true time with a setting and a drift. The steady clock
/// beside it is true time itself.
struct TrialClock {
    private let start: Timestamp
    private var setting: Int64 = 0
    /// Milliseconds in a million that it gains.
    var drift: Int64 = 0

    init(start: Timestamp) {
        self.start = start
    }

    /// Sets the clock by so much.
    mutating func set(by step: Duration) { setting += step.milliseconds }

    /// What it shows at a moment of true time.
    func wall(_ now: Timestamp) -> Timestamp {
        let run = (now - start).milliseconds
        return Timestamp(milliseconds: now.milliseconds + setting + run * drift / 1_000_000)
    }

    /// The first moment of true time, not before `now`, at which it shows a moment.
    func time(showing wall: Timestamp, notBefore now: Timestamp) -> Timestamp {
        let ahead = wall.milliseconds - self.wall(now).milliseconds
        guard ahead > 0 else { return now }
        let guess = now + .milliseconds(ahead - ahead * drift / 1_000_000)
        return self.wall(guess) >= wall ? guess : guess + .milliseconds(1 + ahead / 1_000_000)
    }
}
