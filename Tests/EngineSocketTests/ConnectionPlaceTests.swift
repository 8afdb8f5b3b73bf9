import FleetCore
import Foundation
import Testing

@testable import EngineSocket

/// How many connections each user may have at once.
struct ConnectionPlaceTests {
    private var places = ConnectionPlaces()
    private static let forOperators = EngineSocketServer.mostConnections - EngineSocketServer.keptForAdmins
    private static let common = forOperators - EngineSocketServer.keptForOperators

    /// How many one more user gets, of so many tries.
    private mutating func take(_ user: uid_t, _ tries: Int, isOwner: Bool = false, role: Role? = .viewer) -> Int {
        (0..<tries).count { _ in places.take(user, isOwner: isOwner) { role } }
    }

    @Test mutating func oneUserTakesNoMoreThanTheirs() {
        #expect(take(1001, 100) == EngineSocketServer.mostOfOneUser)
        #expect(take(1002, 1) == 1)
        places.leave(1001)
        #expect(take(1001, 100) == 1)
    }

    /// Root is bounded too, and leaves room for everybody else.
    @Test mutating func ownersHaveMore() {
        #expect(take(0, 100, isOwner: true) == EngineSocketServer.mostOfAnOwner)
        #expect(take(1001, 1) == 1)
    }

    /// However many come together who only look, an operator gets in; and an admin, however many operators do.
    @Test mutating func theLastAreForOperatorsAndAdmins() {
        let taken = (1...100).reduce(0) { $0 + take(uid_t(1000 + $1), 100) }
        #expect(taken == Self.common)
        #expect(take(2000, 1) == 0)
        #expect(take(2002, 1, role: nil) == 0)
        let operators = (1...100).reduce(0) { $0 + take(uid_t(3000 + $1), 100, role: .operator) }
        #expect(operators == EngineSocketServer.keptForOperators)
        #expect(take(2001, 1, role: .admin) == 1)
        #expect(take(0, 100, isOwner: true) == EngineSocketServer.keptForAdmins - 1)
        #expect(take(2001, 1, role: .admin) == 0)
    }

    /// Names and groups are not looked up where it does not matter.
    @Test mutating func nobodyIsLookedUpInVain() {
        for _ in 0..<100 {
            _ = places.take(1001, isOwner: false) {
                Issue.record("there is room, or it is the user's own bound")
                return .admin
            }
        }
    }

    @Test mutating func whatIsGivenBackIsFree() {
        #expect(places.isEmpty)
        #expect(take(1001, 2) == 2)
        places.leave(1001)
        #expect(!places.isEmpty)
        places.leave(1001)
        #expect(places.isEmpty)
    }
}
