import FleetCore

/// What may be ordered from here. The engine decides; the console asks the same table, so that no key promises more.
extension ConsoleState {
    /// Whether no command goes out from here at all.
    var onlyLooksOn: Bool { !may(.operator) }

    /// Whether somebody of this role at least may sit here and order.
    func may(_ needed: FleetCore.Role) -> Bool {
        guard let role, !isReadOnly else { return needed == .viewer }
        return role >= needed
    }

    /// Whether a command of the `:` line may be given here.
    func may(_ name: CommandName) -> Bool { may(name.requiredRole) }

    /// Why a command that needs a role is not possible here; nil: it is.
    func objection(to word: String, needing needed: FleetCore.Role) -> String? {
        guard !may(needed) else { return nil }
        guard !isReadOnly, let role else { return "this console is read-only: \(word) is not possible" }
        let article = needed == .viewer ? "a" : "an"
        return "you are \(role) here: \(word) needs \(article) \(needed)"
    }

    /// What the header says of it.
    var rightsWord: String { isReadOnly ? "RO" : role?.description ?? "no role" }
}

extension ConsoleDialog {
    /// The word of what it would give; nil: no command.
    var word: String? {
        switch self {
        case .typed(let confirmation): confirmation.kind.action.rawValue
        case .yesNo(let question): question.action.rawValue
        case .device(let question): question.kind.rawValue
        case .quit, .over: nil
        }
    }

    /// The lowest role that may confirm it.
    var requiredRole: FleetCore.Role {
        switch self {
        case .typed(let confirmation): confirmation.kind.action.requiredRole
        case .yesNo(let question): question.action.requiredRole
        case .device(let question): question.command.requiredRole
        case .quit, .over: .viewer
        }
    }

    /// What it is about; nil: nothing in particular.
    var object: String? {
        switch self {
        case .typed(let confirmation): confirmation.update.id
        case .yesNo(let question): question.update.id
        case .device(let question): question.device
        case .quit, .over: nil
        }
    }

    var isTyped: Bool {
        if case .typed = self { return true }
        return false
    }
}

extension TypedConfirmation.Kind {
    var action: ConsoleAction {
        switch self {
        case .rollback: .rollback
        case .cancel: .cancel
        case .start: .start
        case .retry: .retry
        }
    }
}

extension YesNoQuestion {
    var action: ConsoleAction { resumes ? .resume : .approve }
}

extension ConsoleAction {
    /// The lowest role that may do it.
    var requiredRole: FleetCore.Role {
        switch self {
        case .pause: Command.pause(update: "").requiredRole
        case .resume: Command.resume(update: "").requiredRole
        case .rollback: Command.rollBack(update: "", confirmation: "", preview: nil).requiredRole
        case .cancel: Command.cancel(update: "").requiredRole
        case .approve: Command.approve(update: "").requiredRole
        case .retry: Command.retryFailed(update: "").requiredRole
        case .start: Command.start(update: "").requiredRole
        default: .viewer
        }
    }
}

extension CommandName {
    /// The lowest role that may give it.
    var requiredRole: FleetCore.Role {
        switch deviceQuestion {
        case .accept: Command.accept(device: "").requiredRole
        case .refuse: Command.refuse(device: "").requiredRole
        case nil: action?.requiredRole ?? .viewer
        }
    }
}
