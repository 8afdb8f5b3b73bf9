/// On what ground a command was refused, for those who tell it by a number and not only in words.
public enum RefusalGround: Hashable, Sendable {
    /// The role of whoever gave it does not cover it.
    case role
    /// Its key was used for another command.
    case key
    /// There is no such update or device.
    case object
    /// What it was decided on has changed.
    case basis
    /// It cannot be done as things stand.
    case state
}

extension FleetState {
    /// On what ground a command was refused, by the state right behind the refusal.
    public func ground(of refusal: Refusal, _ command: Command, _ origin: Origin) -> RefusalGround {
        if Self.refusal({ () throws(Refusal) in try permit(command, origin) }) != nil { return .role }
        if isKeyOfAnother(command, origin) { return .key }
        if !knowsObject(of: command) { return .object }
        return Self.refusal({ () throws(Refusal) in try expectFresh(command, origin) }) == refusal ? .basis : .state
    }

    private static func refusal(_ check: () throws(Refusal) -> Void) -> Refusal? {
        do throws(Refusal) { try check() } catch { return error }
        return nil
    }

    private func isKeyOfAnother(_ command: Command, _ origin: Origin) -> Bool {
        guard let key = origin.key, let record = recentCommands.entry(of: key)?.record else { return false }
        return (record.verb, record.object, record.origin.user) != (command.verb, command.object, origin.user)
    }

    private func knowsObject(of command: Command) -> Bool {
        switch command {
        case .start(let id), .approve(let id, _), .pause(let id), .resume(let id), .cancel(let id),
            .retryFailed(let id), .rollBack(let id, _, _):
            updateIndex(of: id) != nil
        case .decommission(let id), .accept(let id), .refuse(let id): devices.index(of: id) != nil
        default: true
        }
    }
}
