import FleetCore

/// What an engine counts, for those who watch over it from outside.
public struct EngineStatistics: Hashable, Sendable {
    /// One update that has started.
    public struct Update: Hashable, Sendable {
        /// Its id and where it stands.
        public var id: String, status: UpdateStatus
        /// Its assignments by state.
        public var tally: Tally
        /// Its devices as all lists have them.
        public var counts: UpdateCounts
        /// Its phases with what their gates say, in order; empty for a strategy without.
        public var phases: [Phase]
    }

    /// One phase of an update.
    public struct Phase: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// What its gate says.
        public var verdict: GateVerdict
    }

    /// Updates told of at once: the latest.
    public static let mostUpdates = 100

    /// Inputs that waited when it was asked.
    public var queueDepth = 0
    /// Consoles that sit at the engine.
    public var consoles = 0
    /// Updates that have started and not ended.
    public var openUpdates = 0
    /// Devices with an order under way, in any update.
    public var inFlight = 0
    /// The latest updates that have started, oldest first.
    public var updates: [Update] = []

    /// Nothing.
    public init() {}
}

extension EngineLoop {
    /// What there is to count at this moment.
    public var statistics: EngineStatistics {
        var statistics = EngineStatistics()
        statistics.openUpdates = state.openUpdates.count
        statistics.inFlight = state.openUpdates.reduce(0) { $0 + state.updates[$1.offset].inFlight }
        let started = state.updates.filter { $0.startedAt != nil }.suffix(EngineStatistics.mostUpdates)
        statistics.updates = started.map { record in
            let phases = record.definition.hasGates ? record.phases : []
            return EngineStatistics.Update(
                id: record.id, status: record.status, tally: record.tally, counts: state.shownCounts(of: record),
                phases: phases.map { EngineStatistics.Phase(name: $0.definition.name, verdict: $0.verdict) })
        }
        return statistics
    }
}
