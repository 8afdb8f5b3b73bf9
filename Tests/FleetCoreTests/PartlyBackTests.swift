import Testing

@testable import FleetCore

/// A rollback that is called off leaves devices on the release that was to be taken from them.
@Suite struct PartlyBackTests {
    private static let rollback = Command.rollBack(update: "u", confirmation: "u", preview: nil)

    /// Five devices on the new release, one order at a time, and a rollback that was called off with its second under way.
    private func calledOff() -> CoreFixture {
        var fixture = CoreFixture(sites: 5, terminals: 1) { $0.limits.inFlight = 1 }
        fixture.start(CoreFixture.update())
        answer(&fixture, CoreFixture.new, times: 5)
        fixture.command(Self.rollback)
        answer(&fixture, CoreFixture.old, times: 1)
        fixture.command(.cancel(update: "u/rollback"))
        return fixture
    }

    /// Devices do what they are told, one after the other.
    private func answer(_ fixture: inout CoreFixture, _ version: Version, times: Int) {
        for _ in 0..<times {
            guard let order = fixture.machine.state.orders.first else { return }
            fixture.report(fixture.machine.state.devices.id(order.device), .contacted(firmware: version))
        }
    }

    private func count(_ fixture: CoreFixture, _ update: UpdateIndex) -> [Int] {
        let count = fixture.machine.state.returnCount(of: update)
        return [count.back, count.of]
    }

    private func status(_ fixture: CoreFixture, _ update: String = "u") -> UpdateStatus? {
        fixture.machine.state.update(update)?.status
    }

    @Test func itIsNotRolledBack() throws {
        var fixture = calledOff()
        // What is under way comes to its end first.
        #expect(status(fixture) == .rollingBack)
        #expect(fixture.command(Self.rollback)?.message == "u is rolling back")
        answer(&fixture, CoreFixture.old, times: 1)
        #expect(status(fixture, "u/rollback") == .cancelled)
        #expect(status(fixture) == .halted)
        let index = try #require(fixture.machine.state.updateIndex(of: "u"))
        #expect(count(fixture, index) == [2, 5])
        #expect(fixture.machine.state.completedCount(of: index).done == 3)
        #expect(fixture.machine.state.rollbackSet(index).targets.count == 3)
        let state = fixture.machine.state
        #expect(try StateCoder.decode(StateCoder.encode(state)) == state)
    }

    @Test func anotherRollbackSendsBackTheRest() throws {
        var fixture = calledOff()
        answer(&fixture, CoreFixture.old, times: 1)
        #expect(fixture.command(.retryFailed(update: "u"))?.remedy == "roll it back again: that sends back the rest")
        #expect(
            fixture.command(.retryFailed(update: "u/rollback"))?.remedy
                == "roll u back again: that sends back the rest")
        #expect(fixture.command(Self.rollback) == nil)
        #expect(status(fixture) == .rollingBack)
        #expect(fixture.machine.state.update("u/rollback-2")?.tally.target == 3)
        answer(&fixture, CoreFixture.old, times: 3)
        #expect(status(fixture) == .rolledBack)
        let index = try #require(fixture.machine.state.updateIndex(of: "u"))
        #expect(count(fixture, index) == [5, 5])
        #expect(fixture.machine.state.devices.versionCounts.reduce(0, +) == 5)
        #expect(fixture.machine.state.devices.firmware(DeviceIndex(0)) == CoreFixture.old)
        #expect(fixture.command(Self.rollback)?.message == "u is rolled back")
    }

    @Test func itCanBeCalledOffAgain() throws {
        var fixture = calledOff()
        answer(&fixture, CoreFixture.old, times: 1)
        fixture.command(Self.rollback)
        fixture.command(.cancel(update: "u/rollback-2"))
        answer(&fixture, CoreFixture.old, times: 1)
        #expect(status(fixture) == .halted)
        fixture.command(Self.rollback)
        answer(&fixture, CoreFixture.old, times: 2)
        #expect(status(fixture, "u/rollback-3") == .completed)
        #expect(status(fixture) == .rolledBack)
    }

    /// Called off when the last device was under way, which then came back all the same.
    @Test func oneThatBroughtAllBackAfterAllIsRolledBack() {
        var fixture = CoreFixture(sites: 2, terminals: 1)
        fixture.start(CoreFixture.update())
        answer(&fixture, CoreFixture.new, times: 2)
        fixture.command(Self.rollback)
        fixture.command(.cancel(update: "u/rollback"))
        answer(&fixture, CoreFixture.old, times: 2)
        #expect(status(fixture, "u/rollback") == .cancelled)
        #expect(status(fixture) == .rolledBack)
    }
}
