import Testing

@testable import FleetCore

/// What a rollback goes back to, where the registry was wrong about what a device ran.
@Suite struct FirmwareBeforeTests {
    private static let told = Version(1, 5, 0)

    /// One terminal that is offered the new release, by a registry that believes it on the old one.
    private func offered() -> CoreFixture {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        fixture.start(CoreFixture.update())
        return fixture
    }

    private func before(_ fixture: CoreFixture) throws -> Version? {
        let update = try #require(fixture.machine.state.updateIndex(of: "u"))
        return fixture.machine.state.previousVersion(update, 0)
    }

    @Test func itIsWhatTheDeviceSaysBeforeItInstalls() throws {
        for step in [Report.Body.reached(.offered), .reached(.downloading), .received(bytes: 7)] {
            var fixture = offered()
            #expect(try before(fixture) == CoreFixture.old)
            fixture.report("pos-0-0", step)
            fixture.report("pos-0-0", .contacted(firmware: Self.told))
            #expect(try before(fixture) == Self.told)
            #expect(fixture.state("u", "pos-0-0") == .inProgress)
            let state = fixture.machine.state
            #expect(try StateCoder.decode(StateCoder.encode(state)) == state)
        }
    }

    @Test func itIsNotWhatTheDeviceSaysOnceItInstalls() throws {
        for step in [AttemptStep.installing, .confirming] {
            var fixture = offered()
            fixture.report("pos-0-0", .reached(step))
            fixture.report("pos-0-0", .contacted(firmware: Self.told))
            #expect(try before(fixture) == CoreFixture.old)
        }
    }

    /// Its reports of the steps may have been lost.
    @Test func itIsNotTheReleaseOfTheUpdate() throws {
        var fixture = offered()
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new))
        #expect(fixture.state("u", "pos-0-0") == .completed)
        #expect(try before(fixture) == CoreFixture.old)
    }

    @Test func anAttemptThatNeverInstalledLeavesItOpen() throws {
        var fixture = offered()
        fixture.report("pos-0-0", .gaveUp(FailureCause(code: "no space", isPermanent: false)))
        #expect(fixture.state("u", "pos-0-0") == .retrying)
        fixture.report("pos-0-0", .contacted(firmware: Self.told))
        #expect(try before(fixture) == Self.told)
    }

    @Test func anAttemptThatInstalledSettlesIt() throws {
        var fixture = offered()
        fixture.report("pos-0-0", .reached(.installing))
        fixture.report("pos-0-0", .gaveUp(FailureCause(code: "no space", isPermanent: false)))
        fixture.report("pos-0-0", .contacted(firmware: Self.told))
        #expect(try before(fixture) == CoreFixture.old)
    }

    @Test func aRollbackGoesBackToIt() throws {
        var fixture = offered()
        fixture.command(.addReleases([Release(version: Self.told)]))
        fixture.report("pos-0-0", .contacted(firmware: Self.told))
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new))
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))
        #expect(fixture.machine.state.order(for: DeviceIndex(0))?.release == Self.told)
        fixture.report("pos-0-0", .contacted(firmware: Self.told))
        #expect(fixture.machine.state.update("u")?.status == .rolledBack)
    }

    /// Nothing was changed on a device that says so after the rollback was ordered, and nothing is.
    @Test func aRollbackThatIsUnderWayHearsOfIt() throws {
        var fixture = offered()
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))
        fixture.report("pos-0-0", .contacted(firmware: Self.told))
        fixture.report("pos-0-0", .dropped)
        #expect(fixture.state("u/rollback", "pos-0-0") == .skipped)
        #expect(fixture.machine.state.update("u")?.status == .rolledBack)
    }
}
