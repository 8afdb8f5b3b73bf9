import FleetCore

/// When an alert that was not delivered is tried again, and when it is given up.
public struct RetrySchedule: Hashable, Sendable {
    /// The pause behind the first attempt; each further one is twice as long, up to the longest.
    public var firstPause = Duration.seconds(1)
    public var longestPause = Duration.minutes(15)
    /// Attempts of one way at one alert. With the pauses that is about a day.
    public var mostAttempts = 110
    /// The time after which an alert is no news any more.
    public var mostAge = Duration.hours(24)
    /// The longest pause that a receiver may ask for.
    public var longestWish = Duration.hours(1)

    /// The usual pauses.
    public init() {}

    /// The pause behind so many attempts, from 1: a half to the whole of what doubling gives, so that many that failed
    /// together do not come back together.
    func pause<Generator: RandomNumberGenerator>(
        behind attempts: Int, wish: Duration?, using generator: inout Generator
    ) -> Duration {
        var whole = firstPause.milliseconds
        for _ in 1..<max(2, min(attempts, 40)) where attempts > 1 {
            whole = min(whole * 2, longestPause.milliseconds)
        }
        whole = max(1, min(whole, longestPause.milliseconds))
        let drawn = Duration.milliseconds(Int64.random(in: (whole + 1) / 2...whole, using: &generator))
        return max(drawn, min(wish ?? .zero, longestWish))
    }

    /// Whether it is tried no more.
    func gives(up attempts: Int, since: Int64, now: Int64) -> Bool {
        attempts >= mostAttempts || now - since >= mostAge.milliseconds
    }
}
