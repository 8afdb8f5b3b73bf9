import FleetEngine

/// What becomes of the engine that this console runs, asked before it is left with updates under way, or with others at it.
public struct QuitQuestion: Hashable, Sendable {
    /// The updates that are under way, or for which somebody asked what waits for a second person.
    public var live: [UpdateSummary]
    /// Other consoles that would lose the engine.
    public var others: Int

    /// A question about these.
    public init(live: [UpdateSummary], others: Int = 0) {
        self.live = live
        self.others = others
    }

    /// What there is to ask as the fleet stands; nil: the engine may end without a question.
    init?(_ view: FleetView) {
        live = view.updates.filter { $0.status.isUnderWay || $0.proposal != nil }
        others = view.consoles.filter { $0.number != view.seat }.count
        if live.isEmpty, others == 0 { return nil }
    }
}
