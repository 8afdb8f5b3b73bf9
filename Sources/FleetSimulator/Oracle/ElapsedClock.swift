import FleetCore

/// Two readings of time: what the engine's clock showed, and how much time has passed whatever it was set to. Durations
/// (soaks, deadlines, pauses) run by the second, calendars by the first.
struct ElapsedClock {
    /// What the clock shows.
    private(set) var wall = Timestamp.distantPast
    /// By how much the clock was set in all, in milliseconds.
    private(set) var settings: Int64 = 0

    /// Time that has passed, in milliseconds since some moment.
    var elapsed: Int64 { wall.milliseconds - settings }

    /// A moment that is told by the present setting.
    func elapsed(at moment: Timestamp) -> Int64 { moment.milliseconds - settings }

    /// What the clock would have shown at an earlier moment if it had always been set as it is now.
    func wall(of elapsed: Int64) -> Timestamp { Timestamp(milliseconds: elapsed + settings) }

    /// When the last fact happened, by the present setting.
    private var lastFact = Timestamp.distantPast

    /// The clock was set.
    mutating func set(by step: Duration) {
        settings += step.milliseconds
        if wall > .distantPast { wall = wall + step }
        if lastFact > .distantPast { lastFact = lastFact + step }
    }

    /// A fact happened.
    mutating func take(_ moment: Timestamp) {
        advance(to: moment)
        lastFact = wall
    }

    /// An engine took up the journal: it knows the time of the last fact, not that of the last step.
    mutating func resume() { wall = lastFact }

    /// Goes on to a moment; an earlier one changes nothing.
    mutating func advance(to moment: Timestamp) { wall = max(wall, moment) }
}
