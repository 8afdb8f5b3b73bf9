import Testing

@testable import FleetCore

/// On what ground a command is refused, for those who tell it by a number.
@Suite struct RefusalGroundTests {
    private func ground(
        _ command: Command, _ origin: Origin, in fixture: inout CoreFixture
    ) throws -> RefusalGround {
        let refusal = fixture.machine.handle(command, origin, now: fixture.now)
        return fixture.machine.state.ground(of: try #require(refusal), command, origin)
    }

    private func origin(
        _ role: Role? = .admin, user: String = "ci", key: CommandKey? = nil, basis: UInt64? = nil
    ) -> Origin {
        Origin(operatorName: user, source: "test", user: user, role: role, key: key, basis: basis)
    }

    @Test func eachGroundIsTold() throws {
        var fixture = CoreFixture()
        fixture.command(.draft(CoreFixture.update()))
        for (command, origin, expected) in [
            (Command.start(update: "u"), origin(.viewer), RefusalGround.role),
            (.start(update: "u"), origin(nil), .role), (.start(update: "none"), origin(), .object),
            (.accept(device: "none"), origin(), .object), (.resume(update: "u"), origin(), .state),
        ] {
            let found = try ground(command, origin, in: &fixture)
            #expect(found == expected, "\(command)")
        }
        let key = CommandKey(high: 1, low: 2)
        let started = fixture.machine.handle(.start(update: "u"), origin(key: key), now: fixture.now)
        let basis = fixture.machine.state.revision
        let paused = fixture.machine.handle(.pause(update: "u"), origin(user: "kim"), now: fixture.now)
        #expect(started == nil && paused == nil)
        let now = fixture.machine.state.revision
        for (command, origin, expected) in [
            (Command.pause(update: "u"), origin(key: key), RefusalGround.key),
            (.resume(update: "u"), origin(basis: basis), .basis), (.start(update: "u"), origin(basis: now), .state),
        ] {
            let found = try ground(command, origin, in: &fixture)
            #expect(found == expected, "\(command)")
        }
    }
}
