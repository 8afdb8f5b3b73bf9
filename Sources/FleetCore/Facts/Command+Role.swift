/// What each role may do: the one table.
extension Command {
    /// The lowest role that may give the command.
    public var requiredRole: Role {
        switch self {
        case .lookOn: .viewer
        case .start, .approve, .pause, .resume, .cancel, .rollBack, .retryFailed: .operator
        case .accept, .refuse, .decommission, .register, .issueToken, .revokeToken, .issueAPIToken,
            .revokeAPIToken, .configure, .addReleases, .draft, .stopEngine:
            .admin
        }
    }
}

extension FleetState {
    /// Refuses a command that the role of whoever gives it does not cover.
    func permit(_ command: Command, _ origin: Origin) throws(Refusal) {
        let needed = command.requiredRole
        guard let role = origin.role else {
            throw Refusal(
                "this fleet knows no role of \(origin.operatorName)",
                remedy: "an admin can name the user or a group of theirs under `access:` in fleet.yaml")
        }
        guard role >= needed else {
            let article = needed == .operator || needed == .admin ? "an" : "a"
            throw Refusal(
                "\(origin.operatorName) is \(role) here, and `\(command.verb)` needs \(article) \(needed)",
                remedy: needed == .admin ? "ask an admin" : "ask \(article) \(needed), or an admin for that role")
        }
    }
}
