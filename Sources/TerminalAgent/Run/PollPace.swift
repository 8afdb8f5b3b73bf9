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
    /// How many offers in a row could not be read.
    private var unreadOffers = 0

    /// A pace whose first poll is due.
    public init(shortest: Duration = .seconds(1)) { self.shortest = shortest }

    var isDue: Bool { ContinuousClock.now >= next }

    /// The gateway has answered.
    mutating func answered(_ answer: PollAnswer) {
        failures = 0
        if answer.deployment == nil { unreadOffers = 0 }
        let isSoon = answer.wasHeld && answer.deployment == nil && answer.cancel == nil
        next = .now + (isSoon ? shortest : max(shortest, min(answer.interval, Self.longestWish)))
    }

    /// It was not reached, or it refused.
    mutating func failed(_ failure: LinkFailure) {
        failures += 1
        next = .now + pause(after: failure, failures)
    }

    private func pause(after failure: LinkFailure, _ failures: Int) -> Duration {
        guard case .refused(_, let wish?) = failure else { return backoff(failures) }
        return max(shortest, min(wish, Self.longestWish))
    }

    /// What it offers was read.
    mutating func readOffer() { unreadOffers = 0 }

    /// What it offers cannot be read, or makes no sense. That it answers polls in between does not shorten the pauses, and
    /// what makes no sense is not asked for before the time that the gateway has named.
    mutating func didNotReadOffer(_ failure: LinkFailure) {
        unreadOffers += 1
        let time = pause(after: failure, unreadOffers)
        if case .misunderstood = failure { next = max(next, .now) + time } else { next = .now + time }
    }

    /// The pause after so many failures in a row: each twice the one before, a part of it drawn, so that terminals that
    /// failed together do not come back together.
    func backoff(_ failures: Int) -> Duration {
        let full = min(Self.longest, shortest * (1 << min(max(0, failures - 1), Self.mostDoublings)))
        return full * Double.random(in: 0.5...1)
    }

    private static let mostDoublings = 20
}
