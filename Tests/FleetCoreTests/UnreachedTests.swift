import FleetCore
import Testing

/// What follows from the word of whoever did not get through to a device.
@Suite struct UnreachedTests {
    private let refused = FailureCause(code: "ssh: connection refused", isPermanent: false)
    private let changed = FailureCause(code: "ssh: the host key has changed", isPermanent: true)

    @Test func anAttemptEndsAndIsTriedAgain() {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        fixture.start(CoreFixture.update())
        fixture.report("pos-0-0", .unreached(refused))
        #expect(fixture.state("u", "pos-0-0") == .retrying)
        fixture.pass(.minutes(2))
        fixture.report("pos-0-0", .unreached(changed))
        #expect(fixture.state("u", "pos-0-0") == .failed)
    }

    /// It is no sign of life: a device that is offline stays so, and one that is online falls silent in time.
    @Test func itProvesNoPresence() {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        fixture.pass(.minutes(9))
        fixture.report("pos-0-0", .unreached(changed))
        fixture.pass(.minutes(4))
        let device = DeviceIndex(0)
        #expect(fixture.machine.state.devices.status(device) == .offline)
        fixture.report("pos-0-0", .unreached(changed))
        #expect(fixture.machine.state.devices.status(device) == .offline)
    }

    /// A cause that somebody has to mend is known of the device, once.
    @Test func aCauseToMendIsKept() {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        fixture.report("pos-0-0", .described([Tag("model", "t1")]))
        fixture.report("pos-0-0", .unreached(refused))
        _ = fixture.machine.takeFacts()
        fixture.report("pos-0-0", .unreached(changed))
        fixture.report("pos-0-0", .unreached(changed))
        let tags = [Tag("model", "t1"), Tag("not reached", "ssh: the host key has changed")]
        #expect(fixture.machine.takeFacts().map(\.event) == [.deviceDescribed(DeviceIndex(0), tags)])
    }

    @Test func aStaleOneEndsNothing() {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        fixture.start(CoreFixture.update())
        fixture.report("pos-0-0", .unreached(refused), generation: 99)
        #expect(fixture.state("u", "pos-0-0") == .inProgress)
    }
}
