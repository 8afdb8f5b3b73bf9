import FleetCore

/// What came of a trial.
public struct AgentOutcome: Sendable {
    /// One terminal: what counts, and what is so.
    public struct Device: Hashable, Sendable {
        /// Its id.
        public var id: String
        /// What befell it, or what it did.
        public var misdeed: AgentMisdeed?
        /// Where it stands in the update, and whether it counts as a success, by the journal.
        public var state: AssignmentState, counts: Bool
        /// Whether it counts as having returned, by the journal; nil: it was in no rollback.
        public var countsAsReturned: Bool?
        /// What it runs, by the console; and by the bytes in the slot in use, nil if they are of no release.
        public var shown: String, runs: String?
        /// Whether it has verified what the fleet's keys have signed.
        public var hasVerified: Bool
        /// The end of its agent's log.
        public var said: String

        /// Whether the journal counts what the slot does not hold.
        public var isWronglyCounted: Bool {
            if countsAsReturned == true { return runs != AgentTrial.old }
            return counts && runs != AgentTrial.new
        }

        /// Whether it holds no whole release, whatever is counted.
        public var isBroken: Bool { runs == nil }

        /// Whether it could have got there, was tried, and is not counted.
        public var isMissed: Bool {
            (misdeed?.canSucceed ?? true) && !counts && countsAsReturned != true && state != .cancelled
                && state != .skipped && state != .pending && state != .scheduled
        }

        /// Whether the console shows another version than the slot holds, though nothing lies about it.
        public var isShownWrongly: Bool {
            switch misdeed {
            case .saysNew, .saysOld, .saysOther: false
            default: shown != runs
            }
        }
    }

    /// All terminals.
    public var devices: [Device]
    /// How the update ended, and the tallies of it and of its rollback.
    public var status: UpdateStatus, tally: Tally, rollbackTally: Tally?
    /// Connections that were cut, and agents that were killed.
    public var cuts: Int, kills: Int
    /// From the start until everything was over.
    public var took: Duration
    /// From the start until so many terminals had completed, by the journal's times: half of those that did, and all.
    public var halfAfter: Duration?, lastAfter: Duration?
    /// What agents cost while nothing was to do; nil: it was not measured.
    public var idle: IdleFigures?

    /// Terminals of which something is not so.
    public var faults: [Device] {
        devices.filter { $0.isWronglyCounted || $0.isBroken || $0.isMissed || $0.isShownWrongly }
    }

    init(
        _ reading: TrialReading, _ terminals: [TrialTerminal], cuts: Int, took: Duration, idle: IdleFigures?
    ) throws {
        let state = reading.state
        guard let update = state.update(AgentTrial.update) else {
            throw Tool.Failure(description: "there is no update")
        }
        let back = update.rollback.map { state.update($0) }
        devices = try terminals.map { try Self.device($0, state, update, back) }
        (status, tally, rollbackTally) = (update.status, update.tally, back?.tally)
        let completions = reading.completions
        (halfAfter, lastAfter) = (completions.dropFirst(completions.count / 2).first, completions.last)
        kills = terminals.reduce(0) { $0 + $1.killCount }
        (self.cuts, self.took, self.idle) = (cuts, took, idle)
    }

    private static func device(
        _ terminal: TrialTerminal, _ state: FleetState, _ update: UpdateRecord, _ back: UpdateRecord?
    ) throws -> Device {
        guard let index = state.devices.index(of: terminal.id), let position = update.assignments.position(of: index)
        else { throw Tool.Failure(description: "\(terminal.id) is in no update") }
        let step = update.assignments.state(position)
        return Device(
            id: terminal.id, misdeed: terminal.misdeed, state: step,
            counts: step == .completed && !update.assignments.hasTurnedBad(position),
            countsAsReturned: back.flatMap { back in
                back.assignments.position(of: index).map { back.assignments.state($0) == .completed }
            },
            shown: "\(state.devices.firmware(index))", runs: terminal.runs, hasVerified: terminal.hasVerified,
            said: terminal.said)
    }

    /// The outcome in lines.
    public var lines: [String] {
        var lines = [
            "\(status) after \(took): \(tally.succeeded) of \(devices.count) succeeded, \(tally.failures) failed"
        ]
        if let back = rollbackTally { lines.append("rollback: \(back.succeeded) returned, \(back.failures) failed") }
        for kind in AgentMisdeed.allCases {
            let those = devices.filter { $0.misdeed == kind }
            let counted = those.filter(\.counts).count, whole = those.filter { $0.runs == AgentTrial.new }.count
            lines.append("  \(kind): \(those.count), counted \(counted), with the new bytes \(whole)")
        }
        if let halfAfter, let lastAfter {
            lines.append("from the start to half of what completed \(halfAfter), to the last \(lastAfter)")
        }
        lines.append("\(kills) kills, \(cuts) cuts")
        if let idle { lines.append(idle.line) }
        let wrong = devices.filter(\.isWronglyCounted).count, broken = devices.filter(\.isBroken).count
        lines.append(
            "wrongly counted \(wrong), broken \(broken), missed \(devices.filter(\.isMissed).count), "
                + "shown wrongly \(devices.filter(\.isShownWrongly).count)")
        return lines
    }
}
