import FleetCore
import FleetEngine

/// Follows a journal that another thread or process writes, and finds what is to be alerted. It folds the facts by itself:
/// so each alert is read from the state as it was behind its fact, and from durable facts alone.
struct JournalReading {
    private let log: any FactLog
    private let reader: AlertReader
    private(set) var state = FleetState()

    /// What a call found.
    struct Findings {
        var alerts: [Alert] = []
        /// Facts that have been looked at.
        var cursor: UInt64
        /// Whether an end of the engine that was asked for was among them.
        var hasFoundEnd = false
    }

    /// Reads what is durable.
    /// - Parameters:
    ///   - cursor: Facts that have been looked at before.
    ///   - uncleanEnd: The number of facts behind which an engine was not ended in good order; nil: there is no such end.
    init(
        _ log: any FactLog, fleet: String, behind cursor: UInt64, uncleanEnd: UInt64?, findings: inout Findings
    ) throws(FactLogError) {
        self.log = log
        reader = AlertReader(fleet: fleet)
        var state = FleetState(), found = Findings(cursor: cursor)
        let reader = reader
        let needed = min(cursor, uncleanEnd ?? cursor)
        var isBehind = true
        try log.recover(feedCapacity: 0) { checkpoint in
            // What a checkpoint has swallowed cannot be read from it.
            isBehind = checkpoint.state.revision <= needed
            guard isBehind else { return }
            state = checkpoint.state
            Self.end(behind: state, uncleanEnd, reader, &found)
        } _: { facts in
            guard isBehind else { return }
            Self.take(facts, &state, reader, uncleanEnd, &found)
        }
        if !isBehind {
            try log.replay { Self.take($0, &state, reader, uncleanEnd, &found) }
        }
        self.state = state
        findings = found
    }

    /// Reads what has become durable since.
    mutating func follow() throws(FactLogError) -> Findings {
        var found = Findings(cursor: state.revision)
        let reader = reader
        try log.follow { Self.take($0, &state, reader, nil, &found) }
        return found
    }

    private static func take(
        _ facts: [Fact], _ state: inout FleetState, _ reader: AlertReader, _ uncleanEnd: UInt64?,
        _ found: inout Findings
    ) {
        for fact in facts {
            state.apply(fact)
            if state.revision > found.cursor {
                if let alert = reader.alert(fact, number: state.revision, in: state) { found.alerts.append(alert) }
                found.cursor = state.revision
            }
            end(behind: state, uncleanEnd, reader, &found)
        }
    }

    private static func end(
        behind state: FleetState, _ uncleanEnd: UInt64?, _ reader: AlertReader, _ found: inout Findings
    ) {
        guard state.revision == uncleanEnd else { return }
        found.hasFoundEnd = true
        if let alert = reader.alert(.unclean, behind: state, at: state.lastFactAt) { found.alerts.append(alert) }
    }

    /// The alert of an end of the engine behind what was read.
    func alert(_ end: EngineEnd, at: Timestamp) -> Alert? { reader.alert(end, behind: state, at: at) }
}
