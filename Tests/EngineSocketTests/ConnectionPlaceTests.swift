import Foundation
import Testing

@testable import EngineSocket

/// How many connections each user may have at once.
struct ConnectionPlaceTests {
    private var places = ConnectionPlaces()
    private static let common = EngineSocketServer.mostConnections - EngineSocketServer.keptForAdmins

    /// How many one more user gets, of so many tries.
    private mutating func take(_ user: uid_t, _ tries: Int, isOwner: Bool = false, isAdmin: Bool = false) -> Int {
        (0..<tries).count { _ in places.take(user, isOwner: isOwner) { isAdmin } }
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

    /// However many users come together, an admin gets in.
    @Test mutating func theLastAreForAdmins() {
        let taken = (1...100).reduce(0) { $0 + take(uid_t(1000 + $1), 100) }
        #expect(taken == Self.common)
        #expect(take(2000, 1) == 0)
        #expect(take(2001, 1, isAdmin: true) == 1)
        #expect(take(0, 100, isOwner: true) == EngineSocketServer.keptForAdmins - 1)
        #expect(take(2001, 1, isAdmin: true) == 0)
    }

    /// Names and groups are not looked up where it does not matter.
    @Test mutating func nobodyIsLookedUpInVain() {
        for _ in 0..<100 {
            _ = places.take(1001, isOwner: false) {
                Issue.record("there is room, or it is the user's own bound")
                return false
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
