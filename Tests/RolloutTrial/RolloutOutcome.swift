import FleetCore
import FleetEngine

/// What came of a trial.
public struct RolloutOutcome: Sendable {
    /// One device: what counts, and what is so.
    public struct Device: Hashable, Sendable {
        /// Its id.
        public var id: String
        /// What it did wrong.
        public var misdeed: Misdeed?
        /// Where it stands in the update, by the journal.
        public var state: AssignmentState
        /// Whether it counts as a success, by the journal.
        public var counts: Bool
        /// Whether it counts as having returned to the old release, by the journal.
        public var countsAsReturned: Bool
        /// Whether it runs the new release with the right bytes, by its own hashes.
        public var hasNewBytes: Bool
        /// Whether it runs the old release with the right bytes, by its own hashes.
        public var hasOldBytes: Bool
    }

    /// All devices, by number.
    public var devices: [Device]
    /// How the update ended.
    public var status: UpdateStatus
    /// The tallies of the update, and of its rollback.
    public var tally: Tally, rollbackTally: Tally?
    /// Connections that terminals dropped in the middle of a file.
    public var cuts: Int
    /// Facts in the journal.
    public var facts: UInt64
    /// How long it took, by the wall clock.
    public var took: Duration

    /// Devices that count and should not.
    public var wronglyCounted: [Device] {
        // What has been sent back counted when it had the bytes: it is judged by the return.
        devices.filter {
            ($0.counts && !$0.countsAsReturned && !$0.hasNewBytes) || ($0.countsAsReturned && !$0.hasOldBytes)
        }
    }

    /// Honest devices that count for nothing.
    public var honestUncounted: [Device] {
        devices.filter { $0.misdeed == nil && !$0.counts && !$0.state.isUnbegun }
    }

    init(
        journal: EngineLoop, _ terminals: [FieldTerminal], newHashes: [String], oldHashes: [String], took: Duration
    ) async throws {
        let state = journal.state
        guard let update = state.update("rollout") else { throw Unended(state: "there is no update") }
        let back = update.rollback.map { state.update($0) }
        devices = []
        cuts = 0
        for terminal in terminals {
            guard let index = state.devices.index(of: terminal.id),
                let position = update.assignments.position(of: index)
            else { throw Unended(state: "\(terminal.id) is in no update") }
            let running = await terminal.running
            let returned = back.flatMap { back in
                back.assignments.position(of: index).map { back.assignments.state($0) == .completed }
            }
            devices.append(
                Device(
                    id: terminal.id, misdeed: terminal.misdeed, state: update.assignments.state(position),
                    counts: update.assignments.state(position) == .completed
                        && !update.assignments.hasTurnedBad(position),
                    countsAsReturned: returned ?? false,
                    hasNewBytes: running == FieldTerminal.Slot(release: RolloutTrial.new, hashes: newHashes),
                    hasOldBytes: running == FieldTerminal.Slot(release: RolloutTrial.old, hashes: oldHashes)))
            cuts += await terminal.cuts
        }
        (status, tally, rollbackTally) = (update.status, update.tally, back?.tally)
        (facts, self.took) = (state.revision, took)
    }

    /// The outcome in lines.
    public var lines: [String] {
        var lines = ["\(status): \(tally.succeeded) of \(devices.count) succeeded, \(tally.failures) failed"]
        if let back = rollbackTally { lines.append("rollback: \(back.succeeded) returned, \(back.failures) failed") }
        for kind in Misdeed.allCases {
            let those = devices.filter { $0.misdeed == kind }
            let counted = those.filter(\.counts).count, whole = those.filter(\.hasNewBytes).count
            lines.append("  \(kind): \(those.count), counted \(counted), with the bytes \(whole)")
        }
        lines.append("\(cuts) connections cut, \(facts) facts, \(took)")
        lines.append("wrongly counted: \(wronglyCounted.count); honest and uncounted: \(honestUncounted.count)")
        return lines
    }
}

extension AssignmentState {
    /// Whether no attempt was made.
    var isUnbegun: Bool { self == .pending || self == .scheduled || self == .cancelled || self == .skipped }
}
