import Testing

@testable import FleetCore

/// Commands that are accepted and refused, and what each leaves behind.
@Suite struct CommandTests {
    @Test func everyCommandLeavesItsTrace() {
        var fixture = CoreFixture()
        _ = fixture.machine.takeFacts()
        fixture.command(.pause(update: "nothing"))
        let facts = fixture.machine.takeFacts()
        let trace = CommandRecord(
            verb: "pause", object: "nothing", origin: Origin(operatorName: "kim", source: "test"))
        #expect(
            facts == [
                Fact(
                    at: fixture.now,
                    .commandRefused(
                        trace,
                        Refusal("there is no update nothing", remedy: "the updates are in `updates/`")))
            ])
    }

    @Test func filesThatSayNothingNewLeaveNoFact() {
        var fixture = CoreFixture()
        fixture.command(.draft(CoreFixture.update()))
        _ = fixture.machine.takeFacts()
        fixture.command(.configure(fixture.machine.state.settings))
        fixture.command(.register([CoreFixture.record(site: 0, terminal: 0)]))
        fixture.command(.draft(CoreFixture.update()))
        fixture.command(.addReleases([Release(version: CoreFixture.old)]))
        #expect(fixture.machine.takeFacts() == [])
    }

    @Test func aNearMissIsNamed() {
        var fixture = CoreFixture()
        fixture.command(.draft(CoreFixture.update("spring-rollout")))
        let refusal = fixture.command(.start(update: "spring-rolout"))
        #expect(refusal?.remedy == "did you mean spring-rollout?")
    }

    @Test func rollbackNeedsTheIdAndTheSameSet() throws {
        var fixture = CoreFixture(sites: 3, terminals: 1) { $0.limits.inFlight = 1 }
        fixture.start(CoreFixture.update())
        let index = try #require(fixture.machine.state.updateIndex(of: "u"))
        let revision = fixture.machine.state.rollbackRevision(index)
        #expect(fixture.command(.rollBack(update: "u", confirmation: "U", preview: revision)) != nil)
        let first = try #require(fixture.machine.state.orders.first?.device)
        fixture.report(fixture.machine.state.devices.id(first), .contacted(firmware: CoreFixture.new))
        // The next device has started: the set is another one.
        #expect(fixture.command(.rollBack(update: "u", confirmation: "u", preview: revision)) != nil)
        let later = fixture.machine.state.rollbackRevision(index)
        #expect(fixture.command(.rollBack(update: "u", confirmation: "u", preview: later)) == nil)
        #expect(fixture.machine.state.update("u")?.status == .rollingBack)
        #expect(fixture.machine.state.update("u")?.tally[.cancelled] == 1)
    }

    @Test func rollbackSendsEachDeviceToWhatItHad() throws {
        var fixture = CoreFixture(sites: 2, terminals: 1)
        fixture.command(.addReleases([Release(version: Version(1, 5, 0))]))
        fixture.report("pos-1-0", .contacted(firmware: Version(1, 5, 0)))
        fixture.start(CoreFixture.update())
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new))
        fixture.report("pos-1-0", .contacted(firmware: CoreFixture.new))
        #expect(fixture.machine.state.update("u")?.status == .completed)
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))
        let orders = fixture.machine.state.orders.map { order in
            "\(fixture.machine.state.devices.id(order.device)) \(order.release) \(order.isRollback)"
        }
        #expect(orders.sorted() == ["pos-0-0 1.0.0 true", "pos-1-0 1.5.0 true"])
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.old))
        #expect(fixture.machine.state.update("u")?.status == .rollingBack)
        fixture.report("pos-1-0", .contacted(firmware: Version(1, 5, 0)))
        #expect(fixture.machine.state.update("u")?.status == .rolledBack)
        #expect(fixture.machine.state.update("u/rollback")?.status == .completed)
        #expect(fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil)) != nil)
    }

    @Test func anUpdateThatIsCancelledEndsWithItsLastDevice() {
        var fixture = CoreFixture(sites: 3, terminals: 1) { $0.limits.inFlight = 1 }
        fixture.start(CoreFixture.update())
        fixture.command(.cancel(update: "u"))
        #expect(fixture.machine.state.update("u")?.status == .running)
        #expect(fixture.machine.state.update("u")?.tally[.cancelled] == 2)
        #expect(fixture.command(.cancel(update: "u")) != nil)
        guard let device = fixture.machine.state.orders.first?.device else {
            Issue.record("nothing is in flight")
            return
        }
        fixture.report(fixture.machine.state.devices.id(device), .contacted(firmware: CoreFixture.new))
        #expect(fixture.machine.state.update("u")?.status == .cancelled)
    }

    @Test func retryTriesTheFailedOnly() {
        var fixture = CoreFixture(sites: 2, terminals: 1)
        fixture.start(CoreFixture.update())
        fixture.report("pos-0-0", .gaveUp(FailureCause(code: "wrong model", isPermanent: true)))
        fixture.report("pos-1-0", .contacted(firmware: CoreFixture.new))
        #expect(fixture.machine.state.update("u")?.status == .completed)
        #expect(fixture.command(.retryFailed(update: "u")) == nil)
        #expect(fixture.state("u/retry-1", "pos-0-0") == .inProgress)
        #expect(fixture.state("u/retry-1", "pos-1-0") == nil)
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new))
        #expect(fixture.machine.state.update("u/retry-1")?.status == .completed)
        #expect(fixture.state("u", "pos-0-0") == .failed)
    }

    @Test func aDecommissionedDeviceIsNeverOfferedAnything() {
        var fixture = CoreFixture(sites: 2, terminals: 1)
        fixture.command(.decommission(device: "pos-0-0"))
        fixture.start(CoreFixture.update())
        #expect(fixture.state("u", "pos-0-0") == nil)
        #expect(fixture.state("u", "pos-1-0") == .inProgress)
        fixture.command(.register([CoreFixture.record(site: 0, terminal: 0)]))
        #expect(fixture.machine.state.devices.record(DeviceIndex(0)).lifecycle == .decommissioned)
    }

    @Test func aStartedUpdateKeepsItsDefinition() {
        var fixture = CoreFixture()
        fixture.start(CoreFixture.update())
        var changed = CoreFixture.update()
        changed.title = "another"
        #expect(fixture.command(.draft(changed)) != nil)
        #expect(fixture.machine.state.update("u")?.definition.title == "")
    }

    @Test func theUpdatesOwnApprovalComesFirst() {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        var definition = CoreFixture.update()
        definition.requiresApproval = true
        fixture.start(definition)
        #expect(fixture.machine.state.update("u")?.status == .awaitingApproval)
        #expect(fixture.machine.state.orders == [])
        fixture.command(.approve(update: "u"))
        #expect(fixture.machine.state.orders.count == 1)
        #expect(fixture.command(.approve(update: "u")) != nil)
    }
}
