import FleetCore
import Testing

/// Which orders are or were a device's own.
@Suite struct OwnOrderTests {
    @Test func alsoThoseOfAttemptsBefore() throws {
        var fixture = CoreFixture(sites: 3, terminals: 1) { $0.retry.attempts = 3 }
        fixture.start(CoreFixture.update())
        let one = "pos-0-0"
        let device = try #require(fixture.machine.state.devices.index(of: one))
        let first = try #require(fixture.machine.state.order(for: device)?.generation)
        // Of nobody, and of one that is not given yet.
        #expect(!fixture.machine.state.hasGiven(0, to: device) && !fixture.machine.state.hasGiven(9999, to: device))
        #expect(fixture.machine.state.hasGiven(first, to: device))
        for other in fixture.machine.state.devices.indices.map({ DeviceIndex(UInt32($0)) }) where other != device {
            #expect(!fixture.machine.state.hasGiven(first, to: other))
        }
        fixture.report(one, .gaveUp(FailureCause(code: "no room", isPermanent: false)))
        #expect(fixture.state("u", one) == .retrying && fixture.machine.state.hasGiven(first, to: device))
        fixture.pass(.hours(2))
        fixture.report(one, .contacted(firmware: CoreFixture.old))
        let second = try #require(fixture.machine.state.order(for: device)?.generation)
        #expect(second > first)
        #expect(fixture.machine.state.hasGiven(first, to: device) && fixture.machine.state.hasGiven(second, to: device))
        #expect(!fixture.machine.state.hasGiven(second + 1, to: device))
    }
}
