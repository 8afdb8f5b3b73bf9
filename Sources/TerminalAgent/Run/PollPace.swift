/// When the gateway is asked next, and how long is waited after failures.
public struct PollPace: Sendable {
    /// The longest pause after failures.
    static let longest = Duration.seconds(300)
    /// The longest that a gateway may send the agent away for.
    static let longestWish = Duration.seconds(3600)

    /// The shortest time between two polls, and the pause after a first failure.
    private let shortest: Duration
    /// The next poll is due.
    private(set) var next = ContinuousClock.now
    private var failures = 0

    /// A pace whose first poll is due.
    public init(shortest: Duration = .seconds(1)) { self.shortest = shortest }

    var isDue: Bool { ContinuousClock.now >= next }

    /// The gateway has answered.
    mutating func answered(_ answer: PollAnswer) {
        failures = 0
        let isSoon = answer.wasHeld && answer.deployment == nil && answer.cancel == nil
        next = .now + (isSoon ? shortest : max(shortest, min(answer.interval, Self.longestWish)))
    }

    /// It was not reached, or it refused.
    mutating func failed(_ failure: LinkFailure) {
        failures += 1
        if case .refused(_, let wish?) = failure {
            next = .now + max(shortest, min(wish, Self.longestWish))
        } else {
            next = .now + backoff(failures)
        }
    }

    /// The pause after so many failures in a row: each twice the one before, a part of it drawn, so that terminals that
    /// failed together do not come back together.
    func backoff(_ failures: Int) -> Duration {
        let full = min(Self.longest, shortest * (1 << min(max(0, failures - 1), Self.mostDoublings)))
        return full * Double.random(in: 0.5...1)
    }

    private static let mostDoublings = 20
}
