import FleetCore

/// A run as plain text, for people and for golden files: every update with its phases and times, every device with its
/// end and its reason. Times are ISO 8601 in UTC.
extension HeadlessOutcome {
    /// The transcript, with a line feed at the end of each line.
    public var transcript: String {
        var lines = ["run of \(duration.clock) from \(startedAt), seed \(seed): \(ending)"]
        for update in updates { lines += [""] + update.transcriptLines }
        if !refusals.isEmpty { lines += ["", "refused"] + refusals.map { "  \($0)" } }
        lines += ["", "\(facts) facts, trace \(traceHash)"]
        return lines.joined(separator: "\n") + "\n"
    }
}

extension HeadlessRun.Ending: CustomStringConvertible {
    /// `ended`, `held`, or the bound or stop in a few words.
    public var description: String {
        switch self {
        case .ended: "ended"
        case .held: "held"
        case .timeBound: "stopped at the bound on virtual time"
        case .stepBound: "stopped at the bound on steps"
        case .stopped(let why): "the engine stopped: \(why)"
        }
    }
}

extension UpdateOutcome {
    fileprivate var transcriptLines: [String] {
        var head = "\(id) to \(isRollback ? "what each had before" : release.description): \(status)"
        if let startedAt { head += ", started \(startedAt)" }
        if let endedAt { head += ", ended \(endedAt)" }
        if let startedAt, let endedAt { head += " after \((endedAt - startedAt).clock)" }
        return [head, "  \(tallyLine)"] + phaseLines + deviceLines
    }

    private var tallyLine: String {
        let counts = AssignmentState.allCases.reversed().filter { tally[$0] > 0 }.map { "\(tally[$0]) \($0)" }
        let bad = tally.turnedBad > 0 ? ["\(tally.turnedBad) of the completed turned bad"] : []
        return "\(selected) selected: " + (counts + bad).joined(separator: ", ")
    }

    private var phaseLines: [String] {
        let rows = phases.filter { $0.verdict != nil }.map { phase in
            [
                "  phase \(phase.name)", "\(phase.completed) of \(phase.size)", "\(phase.failed) failed",
                phase.verdict?.description ?? "",
                [
                    phase.openedAt.map { "opened \($0)" }, phase.decidedAt.map { "decided \($0)" },
                    phase.closedAt.map { "closed \($0)" },
                ].compactMap { $0 }.joined(separator: ", "),
            ]
        }
        return aligned(rows)
    }

    private var deviceLines: [String] {
        aligned(devices.sorted { $0.id < $1.id }.map(\.transcriptRow))
    }
}

extension DeviceOutcome {
    fileprivate var transcriptRow: [String] {
        let change = previous.map { "\($0) -> \(firmware)" } ?? "on \(firmware)"
        let tries = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
        let times = [startedAt.map { "from \($0)" }, endedAt.map { "to \($0)" }].compactMap { $0 }
        return [
            "  \(id)", hasTurnedBad ? "turned bad" : state.description, change, tries, times.joined(separator: " "),
            why,
        ]
    }

    private var why: String {
        [reason?.description, waits.map { "waits: \($0.words)" }].compactMap { $0 }.joined(separator: "; ")
    }
}

/// Rows with their columns below each other; nothing stands behind the last word of a line.
private func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows.reduce(into: [Int]()) { widths, row in
        for (column, text) in row.enumerated() {
            if column == widths.count { widths.append(0) }
            widths[column] = max(widths[column], text.count)
        }
    }
    return rows.map { row in
        var line = ""
        for (column, text) in row.enumerated() where !text.isEmpty || column + 1 < row.count {
            line += text + String(repeating: " ", count: widths[column] - text.count + 2)
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}

extension WaitReason {
    /// A few words for transcripts; times in UTC.
    public var words: String {
        switch self {
        case .notStarted: "not started"
        case .awaitingApproval: "approval of the update"
        case .secondPerson(let name): "a second person's approval, asked for by \(name)"
        case .paused(let reason): reason.description
        case .window(let opensAt): opensAt.map { "window opens \($0)" } ?? "no window opens any more"
        case .freeze(let name, let until): "freeze \(name) until \(until)"
        case .gate(let phase): "gate of \(phase)"
        case .soak(let phase, let until): "soak of \(phase) until \(until)"
        case .approval(let phase): "approval of \(phase)"
        case .limit(let scope): scope.description
        case .rate(let until): "starts a minute, until \(until)"
        case .bandwidth(let region, let until): "link of \(region) until \(until)"
        case .floor(let site, let working): "floor of \(site), \(working) working"
        case .offline(let since): since.map { "offline since \($0)" } ?? "offline"
        case .neverSeen: "never seen"
        case .nextContact: "its next contact"
        case .backingOff(let until): "backing off until \(until)"
        case .busy(let update): "busy with \(update)"
        case .due: "due"
        }
    }
}

extension Duration {
    /// Hours, minutes and seconds, with milliseconds where there are some: `36:00:00`, `0:05:12.250`.
    var clock: String {
        let (total, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let fraction = rest == 0 ? "" : "." + String("\(1000 + rest)".dropFirst())
        return "\(total / 3600):\(two(total / 60 % 60)):\(two(total % 60))\(fraction)"
    }
}
