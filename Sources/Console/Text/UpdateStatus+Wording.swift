import FleetCore
import FleetEngine

extension UpdateStatus {
    /// How it is drawn.
    var role: Role {
        switch self {
        case .draft: .dim
        case .awaitingApproval: .caution
        case .scheduled: .waiting
        case .running: .active
        case .paused: .held
        case .completed: .ok
        case .halted: .failed
        case .cancelled: .dim
        case .rollingBack, .rolledBack: .rolledBack
        }
    }

    /// The word in badges.
    var word: String { description.uppercased() }

    /// Whether nothing starts in it any more.
    var isOver: Bool { isFinal || self == .rollingBack }
}

extension UpdateSummary {
    /// How it is drawn. An update that went through its list without a success is no good news.
    var role: Role {
        isCancelling ? .held : hasOnlyFailed ? .failed : isPartlyBack ? .caution : status.role
    }

    /// Whether devices did not come back that were to.
    var isPartlyBack: Bool { unsent > 0 }

    /// The word of its status.
    var word: String {
        hasOnlyFailed ? "ALL FAILED" : isPartlyBack && status.isFinal ? "PARTLY BACK" : standing.uppercased()
    }

    private var hasOnlyFailed: Bool { status == .completed && tally.hasOnlyFailed }

    /// The badge: `RUNNING`, `PAUSED by kim`, `PAUSED: gate of canary is inconclusive`.
    var badge: String { [word, badgeReason].compactMap { $0 }.joined(separator: " ") }

    /// What stands behind the badge of a paused update, `by kim`, `gate of canary is inconclusive`, and behind that of
    /// one that is being cancelled: `3 still out`.
    var badgeReason: String? {
        if isCancelling { return "\(tally.active) still out" }
        guard status == .paused || status == .halted && isPartlyBack, !statusText.isEmpty else { return nil }
        let prefix = "paused "
        return statusText.hasPrefix(prefix) ? String(statusText.dropFirst(prefix.count)) : statusText
    }

    /// Whether its devices go back to what they ran before.
    var isRollback: Bool { goesBack }

    /// Devices that have come to an end, of those the update was meant to reach.
    var doneText: String { "\(tally.succeeded + tally.failures)/\(tally.target)" }
}

extension GateVerdict {
    /// How it is drawn.
    var role: Role {
        switch self {
        case .waiting: .waiting
        case .unproven: .active
        case .passed: .ok
        case .failed: .failed
        case .inconclusive: .caution
        }
    }

    /// The word in gauges and rows.
    var word: String { description.uppercased() }
}

extension EventRow.Kind {
    /// How it is drawn.
    var role: Role {
        switch self {
        case .completed: .ok
        case .failed: .failed
        case .active: .active
        case .held: .held
        case .rolledBack: .rolledBack
        case .offline: .offline
        case .caution: .caution
        case .plain: .text
        }
    }
}
