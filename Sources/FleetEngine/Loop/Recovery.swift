import FleetCore

/// What a log gives back to an engine that takes it up.
struct Recovery {
    private(set) var machine = FleetMachine()
    private(set) var feed: EventFeed
    /// Facts behind which the checkpoint stood; 0 without one.
    private(set) var checkpointedAt: UInt64 = 0

    /// Reads the log.
    init(_ log: any FactLog, feedCapacity: Int) throws(FactLogError) {
        var machine = FleetMachine(), feed = EventFeed(capacity: feedCapacity), checkpointedAt: UInt64 = 0
        try log.recover(feedCapacity: feedCapacity) { checkpoint in
            machine.begin(from: checkpoint.state)
            for fact in checkpoint.feed { feed.take(fact) }
            checkpointedAt = checkpoint.state.revision
        } _: { facts in
            machine.replay(facts)
            for fact in facts { feed.take(fact) }
        }
        (self.machine, self.feed, self.checkpointedAt) = (machine, feed, checkpointedAt)
    }
}
