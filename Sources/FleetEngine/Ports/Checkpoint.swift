import FleetCore

/// What an engine knows behind a number of facts, so that a long log need not be replayed from its first fact. Derived
/// data, never truth: a log hands it out only if it is certain that its own facts fold to it.
public struct Checkpoint: Equatable, Sendable {
    /// The fold of the first `state.revision` facts.
    public var state: FleetState
    /// The latest of these facts that are worth a line, oldest first.
    public var feed: [Fact]
    /// How many of them there would be at most.
    public var feedCapacity: Int

    /// A checkpoint of this state and these latest facts, of which so many would have been kept.
    public init(state: FleetState, feed: [Fact], feedCapacity: Int) {
        self.state = state
        self.feed = feed
        self.feedCapacity = feedCapacity
    }

    /// Whether a feed of this capacity comes out of it as it would out of all facts.
    public func knowsFeed(of capacity: Int) -> Bool {
        feedCapacity >= capacity || feed.count < feedCapacity
    }
}
