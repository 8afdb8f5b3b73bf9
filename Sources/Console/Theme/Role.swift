import Cells

/// What a cell means. Screens name roles; themes give them colours and glyphs.
public enum Role: UInt8, CaseIterable, Sendable {
    case text = 0
    case dim, title, key, border, focus, selection
    case ok, failed, active, waiting, held, rolledBack, offline, caution, warning
    case gaugeEmpty, gate, interval, badge, input, error

    /// The role's name in theme files.
    public var name: String {
        switch self {
        case .text: "text"
        case .dim: "dim"
        case .title: "title"
        case .key: "key"
        case .border: "border"
        case .focus: "focus"
        case .selection: "selection"
        case .ok: "ok"
        case .failed: "failed"
        case .active: "active"
        case .waiting: "waiting"
        case .held: "held"
        case .rolledBack: "rolled-back"
        case .offline: "offline"
        case .caution: "caution"
        case .warning: "warning"
        case .gaugeEmpty: "gauge-empty"
        case .gate: "gate"
        case .interval: "interval"
        case .badge: "badge"
        case .input: "input"
        case .error: "error"
        }
    }

    /// The role of this name in theme files; nil if there is none.
    public init?(name: String) {
        guard let role = Role.allCases.first(where: { $0.name == name }) else { return nil }
        self = role
    }

    /// The role as cells carry it.
    public var id: RoleID { RoleID(rawValue) }
}
