import FleetCore
import Testing

/// Commands that are sent again, and such as were decided on what is not so any more.
@Suite struct RepeatedCommandTests {
    private static let key = CommandKey(high: 1, low: 2)

    private func origin(_ name: String, key: CommandKey? = nil, basis: UInt64? = nil) -> Origin {
        Origin(operatorName: name, source: "test", user: name, role: .operator, key: key, basis: basis)
    }

    @Test func aCommandThatIsSentAgainIsAppliedOnce() {
        var fixture = CoreFixture()
        fixture.start(CoreFixture.update())
        let kim = origin("kim", key: Self.key)
        #expect(fixture.machine.handle(.pause(update: "u"), kim, now: fixture.now) == nil)
        #expect(fixture.command(.resume(update: "u")) == nil)
        _ = fixture.machine.takeFacts()
        #expect(fixture.machine.handle(.pause(update: "u"), kim, now: fixture.now) == nil)
        #expect(fixture.machine.takeFacts() == [])
        #expect(fixture.machine.state.update("u")?.status == .running)
    }

    @Test func aRefusalIsGivenAgain() {
        var fixture = CoreFixture()
        fixture.start(CoreFixture.update())
        let kim = origin("kim", key: Self.key)
        let refusal = fixture.machine.handle(.resume(update: "u"), kim, now: fixture.now)
        #expect(refusal != nil)
        #expect(fixture.command(.pause(update: "u")) == nil)
        // It could be carried out by now; whoever asked has been told that it was not.
        #expect(fixture.machine.handle(.resume(update: "u"), kim, now: fixture.now) == refusal)
        #expect(fixture.machine.state.update("u")?.status == .paused)
    }

    @Test func aKeyIsForOneCommandOfOnePerson() {
        var fixture = CoreFixture()
        fixture.start(CoreFixture.update())
        _ = fixture.machine.handle(.pause(update: "u"), origin("kim", key: Self.key), now: fixture.now)
        let other = fixture.machine.handle(.resume(update: "u"), origin("kim", key: Self.key), now: fixture.now)
        #expect(other?.message == "the key of this command was used for `pause` of u")
        let stranger = fixture.machine.handle(.pause(update: "u"), origin("lea", key: Self.key), now: fixture.now)
        #expect(stranger?.message == "the key of this command was used for `pause` of u")
    }

    @Test func keysOutliveACheckpoint() throws {
        var fixture = CoreFixture()
        fixture.start(CoreFixture.update())
        let kim = origin("kim", key: Self.key)
        _ = fixture.machine.handle(.pause(update: "u"), kim, now: fixture.now)
        var machine = FleetMachine()
        machine.begin(from: try StateCoder.decode(StateCoder.encode(fixture.machine.state)))
        machine.takeUp(now: fixture.now)
        _ = machine.takeFacts()
        #expect(machine.handle(.pause(update: "u"), kim, now: fixture.now) == nil)
        #expect(machine.takeFacts() == [])
    }

    @Test func theLaterOfTwoIsRefusedAndShownWhy() {
        var fixture = CoreFixture()
        fixture.start(CoreFixture.update())
        let seen = fixture.machine.state.revision
        #expect(fixture.machine.handle(.pause(update: "u"), origin("kim", basis: seen), now: fixture.now) == nil)
        let late = fixture.machine.handle(.cancel(update: "u"), origin("lea", basis: seen), now: fixture.now)
        #expect(late?.message.contains("kim gave `pause`") ?? false)
        #expect(fixture.machine.state.update("u")?.status == .paused)
        // Who paused it knows that; who has looked again does too; and to pause is never too late.
        #expect(fixture.machine.handle(.resume(update: "u"), origin("kim", basis: seen), now: fixture.now) == nil)
        let again = fixture.machine.state.revision
        #expect(fixture.machine.handle(.pause(update: "u"), origin("lea", basis: seen), now: fixture.now) == nil)
        #expect(fixture.machine.handle(.cancel(update: "u"), origin("lea", basis: again), now: fixture.now) == nil)
    }
}
