import FleetCore
import Foundation

/// Who has how many of the places of those who ask once. Nobody takes so many that others find none: each user has a bound of
/// their own, and the last places are for operators and admins, so that whoever decides comes in whatever others do.
struct ConnectionPlaces {
    private var taken: [uid_t: Int] = [:]

    /// Whether nobody has one.
    var isEmpty: Bool { taken.isEmpty }

    /// Takes a place; false: there is none for this user now.
    /// - Parameters:
    ///   - isOwner: Whether it is root, or the engine's owner.
    ///   - role: What the fleet knows the user as; asked only where it matters.
    mutating func take(_ user: uid_t, isOwner: Bool, role: () -> Role?) -> Bool {
        let all = taken.values.reduce(0, +), own = taken[user] ?? 0
        guard all < EngineSocketServer.mostConnections,
            own < (isOwner ? EngineSocketServer.mostOfAnOwner : EngineSocketServer.mostOfOneUser)
        else { return false }
        guard isOwner || all < Self.places(openTo: nil) || all < Self.places(openTo: role()) else { return false }
        taken[user] = own + 1
        return true
    }

    /// How many places may be taken before a role finds none any more.
    private static func places(openTo role: Role?) -> Int {
        let forOperators = EngineSocketServer.mostConnections - EngineSocketServer.keptForAdmins
        return switch role {
        case .admin: EngineSocketServer.mostConnections
        case .operator: forOperators
        case .viewer, nil: forOperators - EngineSocketServer.keptForOperators
        }
    }

    /// Gives a place back.
    mutating func leave(_ user: uid_t) {
        let left = (taken[user] ?? 0) - 1
        taken[user] = left > 0 ? left : nil
    }
}
