import FleetEngine

/// What becomes of the engine that this console runs, asked before it is left with updates under way.
public struct QuitQuestion: Hashable, Sendable {
    /// The updates that are under way, or for which somebody asked what waits for a second person.
    public var live: [UpdateSummary]

    /// A question about these.
    public init(live: [UpdateSummary]) {
        self.live = live
    }
}
