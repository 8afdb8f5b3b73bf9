import FleetCore

/// The latest facts worth a line on a screen, in a ring.
public struct EventFeed: Sendable {
    private var ring: [Fact] = []
    private var start = 0
    let capacity: Int

    /// An empty feed of at most so many facts, at least 1.
    public init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// How many facts are kept now.
    public var count: Int { ring.count }

    /// Keeps a fact, unless nobody would want to read it.
    public mutating func take(_ fact: Fact) {
        guard Self.isWorthALine(fact.event) else { return }
        if ring.count < capacity {
            ring.append(fact)
        } else {
            ring[start] = fact
            start = (start + 1) % capacity
        }
    }

    /// The fact of this age: 0 is the latest.
    public subscript(age: Int) -> Fact {
        ring[(start + ring.count - 1 - age) % ring.count]
    }

    /// Every fact that is kept, oldest first.
    public var facts: [Fact] { Array(ring[start...] + ring[..<start]) }

    /// A change here needs a new `StateCoder.formatVersion`: checkpoints keep a feed.
    private static func isWorthALine(_ event: Event) -> Bool {
        switch event {
        case .devicesSeen, .deviceRegistered, .deviceRevised, .releaseAdded, .fleetConfigured, .updateDrafted,
            .updateRevised, .deviceDescribed:
            false
        default: true
        }
    }
}
