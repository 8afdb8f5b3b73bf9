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
