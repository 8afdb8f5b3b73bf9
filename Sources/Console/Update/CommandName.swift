/// The commands of the `:` line.
enum CommandName: String, CaseIterable, Sendable {
    case pause, resume, rollback, cancel, approve, retry, start
    case update, updates, detail, queue, events, device, goto, region, sort, filter, time, theme, freeze
    case acknowledge, copy, export, help, quit

    /// What may follow.
    enum Argument: Hashable, Sendable {
        case none, update, updateAndReason, device, region, sort, filter, time, theme
    }

    var argument: Argument {
        switch self {
        case .pause: .updateAndReason
        case .resume, .rollback, .cancel, .approve, .retry, .start, .update: .update
        case .device, .goto: .device
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
        case .update, .device, .goto, .region, .sort, .filter, .time, .theme: nil
        default: ConsoleAction(rawValue: rawValue)
        }
    }

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
