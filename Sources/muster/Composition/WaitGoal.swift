import FleetCore
import FleetEngine

/// What is waited for of an update.
enum WaitGoal: Equatable {
    /// Its end, in success.
    case completed
    /// That the gate of a phase has passed; by name or by number, from 1.
    case phase(String)

    /// Reads `completed` or `phase:NAME`; nil: it is neither.
    init?(_ text: String) {
        if text == "completed" {
            self = .completed
        } else if text.hasPrefix("phase:"), text.count > "phase:".count {
            self = .phase(String(text.dropFirst("phase:".count)))
        } else {
            return nil
        }
    }

    /// How far an update is.
    enum Standing: Equatable {
        /// The goal is reached.
        case reached
        /// It cannot be reached any more, or not without a person; with why.
        case missed(String)
        /// What is asked for makes no sense of this update; with why.
        case wrong(String)
        case waiting
    }

    /// How far this update is.
    func standing(_ update: UpdateView) -> Standing {
        let summary = update.summary
        switch self {
        case .completed:
            if summary.status == .completed {
                return summary.tally.hasOnlyFailed ? .missed("it has succeeded on no device") : .reached
            }
        case .phase(let name):
            // What has passed and is taken back, or goes no further, is no way on.
            let isOver = summary.status.isFinal || summary.status == .rollingBack
            if isOver, summary.status != .completed { break }
            guard let phase = Self.phase(name, of: update) else {
                let names = update.phases.map(\.name).joined(separator: ", ")
                return .wrong("it has no phase \(name)" + (names.isEmpty ? "" : "; its phases are \(names)"))
            }
            // The gate has spoken, and a person has not.
            let needsApproval = update.gate.map { $0.phase == phase.name && $0.requiresApproval } ?? false
            if phase.verdict == .passed, phase.closedAt != nil || !needsApproval { return .reached }
            if phase.verdict != .passed, phase.closedAt != nil {
                return .missed("no device of \(phase.name) was tried, and it was left behind")
            }
            if summary.status == .completed { return .missed("it has ended and \(phase.name) has not passed") }
        }
        return Self.obstacle(summary)
    }

    private static func phase(_ name: String, of update: UpdateView) -> PhaseRow? {
        if let phase = update.phases.first(where: { $0.name == name }) { return phase }
        guard let number = Int(name), update.phases.indices.contains(number - 1) else { return nil }
        return update.phases[number - 1]
    }

    /// What stands between an update and any goal.
    private static func obstacle(_ update: UpdateSummary) -> Standing {
        switch update.status {
        case .draft: .wrong("it has not been started")
        case .halted, .cancelled, .rollingBack, .rolledBack:
            .missed("it is \(update.status)" + (update.statusText.isEmpty ? "" : ": \(update.statusText)"))
        case .paused where update.hasLostGate: .missed("its gate has failed: roll it back, or cancel it")
        default: .waiting
        }
    }
}
