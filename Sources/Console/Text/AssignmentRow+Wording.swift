import FleetCore
import FleetEngine

/// How a state is drawn: a role, which has a glyph, and always a word with it.
struct StateMark: Hashable, Sendable {
    var role: Role
    var word: String
}

extension AssignmentRow {
    /// Where the device stands. A device that an update sent back is marked as rolled back.
    func mark(isRollback: Bool) -> StateMark {
        switch state {
        case .pending, .scheduled: StateMark(role: waiting?.role ?? .waiting, word: waiting?.word ?? "WAITING")
        case .inProgress where isWithdrawn: StateMark(role: .caution, word: "WITHDRAWN")
        case .inProgress where deferral != nil: StateMark(role: .held, word: "DEFERRED")
        case .inProgress: StateMark(role: .active, word: stepWord)
        case .retrying: StateMark(role: .caution, word: "RETRY \(min(attempt + 1, attempts))/\(attempts)")
        case .completed where turnedBad: StateMark(role: .failed, word: "TURNED BAD")
        case .completed:
            isRollback ? StateMark(role: .rolledBack, word: "ROLLED BACK") : StateMark(role: .ok, word: "OK")
        case .failed: StateMark(role: .failed, word: "FAILED")
        case .cancelled: StateMark(role: .dim, word: "CANCELLED")
        case .skipped: StateMark(role: .dim, word: "SKIPPED")
        }
    }

    private var stepWord: String {
        switch step {
        case .offered: "OFFERED"
        case .downloading: progress.map { "DOWNLOAD \(Self.percent($0))" } ?? "DOWNLOAD"
        case .installing: "INSTALL"
        case .confirming: "CONFIRM"
        case nil: "ACTIVE"
        }
    }

    /// Whole percent, rounded down: 100% only when all bytes are there.
    private static func percent(_ share: Double) -> String {
        guard share.isFinite else { return "" }
        return "\(Int(min(max(share, 0), 1) * 100))%"
    }

    /// Why it stands there, for a column; empty where the state says it all.
    func reasonText(_ times: TimeText) -> String {
        let ending = reason?.description ?? (turnedBad ? "no longer on \(release)" : "")
        switch state {
        case .pending, .scheduled: return waiting?.text(times) ?? ""
        case .retrying:
            return [ending, waiting?.text(times) ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        case .inProgress where isWithdrawn: return "told to drop its order"
        case .inProgress where deferral != nil: return deferral ?? ""
        case .inProgress: return attempt > 1 ? "try \(attempt)/\(attempts)" : ""
        default: return ending
        }
    }

    /// When it came to where it stands; nil where that is not known.
    var since: Timestamp? { state.isFinal ? endedAt : stepSince }
}

extension DeviceRow {
    /// How the device is drawn: by its part in the update, else by its status.
    func mark(isRollback: Bool) -> StateMark {
        if isRefused { return StateMark(role: .dim, word: "REFUSED") }
        if isDecommissioned { return StateMark(role: .dim, word: "RETIRED") }
        if hold != nil { return StateMark(role: .warning, word: "HELD") }
        if lifecycle == .registered { return StateMark(role: .caution, word: "NEW") }
        if let assignment { return assignment.mark(isRollback: isRollback) }
        switch status {
        case .online: return StateMark(role: .text, word: "online")
        case .offline: return StateMark(role: .offline, word: "OFFLINE")
        case .unknown: return StateMark(role: .waiting, word: "NEVER SEEN")
        }
    }
}
