/// The commands of the `:` line.
enum CommandName: String, CaseIterable, Sendable {
    case pause, resume, rollback, cancel, approve, retry, start
    case update, updates, detail, queue, events, device, goto, region, sort, filter, time, theme, freeze
    case acknowledge, copy, export, help, quit
    case accept, refuse

    /// What may follow.
    enum Argument: Hashable, Sendable {
        case none, update, updateAndReason, device, region, sort, filter, time, theme
    }

    var argument: Argument {
        switch self {
        case .pause: .updateAndReason
        case .resume, .rollback, .cancel, .approve, .retry, .start, .update, .detail: .update
        case .device, .goto, .accept, .refuse: .device
        case .region: .region
        case .sort: .sort
        case .filter: .filter
        case .time: .time
        case .theme: .theme
        default: .none
        }
    }

    /// The action that does the same; nil if the command needs its argument.
    var action: ConsoleAction? {
        switch self {
        case .update, .device, .goto, .region, .sort, .filter, .time, .theme, .accept, .refuse: nil
        default: ConsoleAction(rawValue: rawValue)
        }
    }

    /// What it asks about a device; nil: nothing.
    var deviceQuestion: DeviceQuestion.Kind? {
        switch self {
        case .accept: .accept
        case .refuse: .refuse
        default: nil
        }
    }

    /// Whether it goes to the engine, so that a console that only looks on has no use for it.
    var isCommand: Bool { action?.isCommand == true || deviceQuestion != nil }

    /// How it is written, in the help.
    var usage: String {
        switch argument {
        case .none: rawValue
        case .update: self == .update ? "update ID" : "\(rawValue) [ID]"
        case .updateAndReason: "\(rawValue) [ID] [REASON]"
        case .device: "\(rawValue) ID"
        case .region: "region NAME|all"
        case .sort: "sort [-]KEY"
        case .filter: "filter TEXT"
        case .time: "time utc|fleet|site"
        case .theme: "theme NAME"
        }
    }
}
