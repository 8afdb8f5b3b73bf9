import FleetCore

/// Who may sit at the engine, as its settings are now.
extension EngineHost {
    /// Who may do what. Before the engine has started: nobody but its owner.
    public var access: AccessSettings { locked { $0.access } }

    /// Calls `body` with who may do what, now and, on the engine's thread, whenever that changes; it must not block.
    public func watchAccess(_ body: @escaping @Sendable (AccessSettings) -> Void) {
        let access = locked { shared in
            shared.accessWatch = body
            return shared.access
        }
        body(access)
    }

    /// A change of who may do what counts at once for those who sit here: a console of somebody who has lost their role is
    /// closed.
    func take(_ access: AccessSettings) {
        let (watch, callbacks) = locked { shared in
            shared.access = access
            for number in shared.seats.keys { shared.assignRole(to: number) }
            shared.oweToAll()
            return (shared.accessWatch, shared.seats.values.filter { $0.news.end != nil }.map(\.onNews))
        }
        watch?(access)
        for onNews in callbacks { onNews() }
    }
}

extension EngineHost.Shared {
    /// Whether a user may have one more seat.
    func hasRoom(for user: ConsoleUser) -> Bool {
        guard seats.count < EngineHost.seatCapacity else { return false }
        guard let account = user.account, !account.isOwner else { return true }
        let own = seats.values.count { $0.user.account?.name == account.name }
        guard own < EngineHost.seatsOfOneUser else { return false }
        return seats.count < Self.seats(openTo: access.role(of: account))
    }

    /// How many seats may be taken before a role finds none any more.
    private static func seats(openTo role: Role?) -> Int {
        switch role {
        case .admin: EngineHost.seatCapacity
        case .operator: EngineHost.seatCapacity - EngineHost.seatsForAdmins
        case .viewer, nil: EngineHost.seatCapacity - EngineHost.seatsForAdmins - EngineHost.seatsForOperators
        }
    }

    /// Gives a seat the role of whoever sits there; ends it where they have none.
    mutating func assignRole(to number: Int) {
        guard let user = seats[number]?.user else { return }
        guard let account = user.account else {
            seats[number]?.role = .admin
            return
        }
        let role = access.role(of: account)
        seats[number]?.role = role
        guard role == nil else { return }
        seats[number]?.news.end = Refusal(
            "this fleet knows no role of \(user.name) any more",
            remedy: "an admin can name you under `access:` in fleet.yaml")
    }
}
