import FleetCore

/// A bucket of tokens for each key. Of each only the moment is kept at which it would be full again (the virtual
/// scheduling form of the leaky bucket, ITU-T I.371), and buckets that are full are forgotten.
package struct TokenBuckets: Sendable {
    /// Buckets that are remembered at once. Beyond, those are forgotten that were used least lately.
    package static let capacity = 200_000

    private let rate: TokenRate
    private let capacity: Int
    /// Two generations: what is used moves to the young one, and the old one is dropped as a whole.
    private var young: [ExactText: ContinuousClock.Instant] = [:]
    private var old: [ExactText: ContinuousClock.Instant] = [:]
    private var turnedAt: ContinuousClock.Instant

    /// Buckets of this rate, all full.
    package init(_ rate: TokenRate, now: ContinuousClock.Instant, capacity: Int = Self.capacity) {
        self.rate = rate
        self.capacity = capacity
        turnedAt = now
    }

    /// How many are remembered.
    var count: Int { young.count + old.count }

    /// Takes a token.
    /// - Returns: nil if there was one; else how long until there is.
    package mutating func take(_ key: String, now: ContinuousClock.Instant) -> Duration? {
        turn(now)
        let fullAt = max(young[key] ?? old[key] ?? now, now)
        let lacking = fullAt - now + rate.interval - rate.refill
        guard lacking <= .zero else { return lacking }
        young[key] = fullAt + rate.interval
        return nil
    }

    private mutating func turn(_ now: ContinuousClock.Instant) {
        guard now - turnedAt > rate.refill || young.count >= capacity / 2 else { return }
        // Buckets of the old generation that nobody used for a whole refill are full.
        old = young
        young = [:]
        turnedAt = now
    }
}
