import Testing

@testable import FleetCore

/// On what ground a command is refused, for those who tell it by a number.
@Suite struct RefusalGroundTests {
    private func ground(
        _ command: Command, _ origin: Origin, in fixture: inout CoreFixture
    ) throws -> RefusalGround {
        let refusal = try #require(fixture.machine.handle(command, origin, now: fixture.now))
        return fixture.machine.state.ground(of: refusal, command, origin)
    }

    private func origin(
        _ role: Role? = .admin, user: String = "ci", key: CommandKey? = nil, basis: UInt64? = nil
    ) -> Origin {
        Origin(operatorName: user, source: "test", user: user, role: role, key: key, basis: basis)
    }

    @Test func eachGroundIsTold() throws {
        var fixture = CoreFixture()
        fixture.command(.draft(CoreFixture.update()))
        let key = CommandKey(high: 1, low: 2)
        #expect(try ground(.start(update: "u"), origin(.viewer), in: &fixture) == .role)
        #expect(try ground(.start(update: "u"), origin(nil), in: &fixture) == .role)
        #expect(try ground(.start(update: "none"), origin(), in: &fixture) == .object)
        #expect(try ground(.accept(device: "none"), origin(), in: &fixture) == .object)
        #expect(try ground(.resume(update: "u"), origin(), in: &fixture) == .state)
        #expect(fixture.machine.handle(.start(update: "u"), origin(key: key), now: fixture.now) == nil)
        #expect(try ground(.pause(update: "u"), origin(key: key), in: &fixture) == .key)
        let basis = fixture.machine.state.revision
        #expect(fixture.machine.handle(.pause(update: "u"), origin(user: "kim"), now: fixture.now) == nil)
        #expect(try ground(.resume(update: "u"), origin(basis: basis), in: &fixture) == .basis)
        #expect(try ground(.start(update: "u"), origin(basis: fixture.machine.state.revision), in: &fixture) == .state)
    }
}
