import Testing

@testable import FleetCore

/// An update that is stopped takes back what has changed nothing yet, and by the device's word only.
@Suite struct WithdrawalTests {
    /// Three terminals in stores of their own: one offered, one downloading, one installing.
    private func underWay(_ definition: UpdateDefinition = CoreFixture.update()) -> CoreFixture {
        var fixture = CoreFixture(sites: 3, terminals: 1)
        fixture.start(definition)
        fixture.report("pos-1-0", .received(bytes: 1))
        fixture.report("pos-2-0", .reached(.installing))
        return fixture
    }

    private func withdrawn(_ fixture: CoreFixture) -> [String] {
        fixture.machine.state.orders.filter(\.isWithdrawn).map { fixture.machine.state.devices.id($0.device) }.sorted()
    }

    private func reason(_ fixture: CoreFixture, _ update: String, _ device: UInt32) -> EndReason? {
        guard let record = fixture.machine.state.update(update),
            let position = record.assignments.position(of: DeviceIndex(device))
        else { return nil }
        return record.assignments.reason(position)
    }

    @Test func aCancelWithdrawsWhatDoesNotInstall() throws {
        var fixture = underWay()
        var expected = fixture.machine.state.orders
        #expect(withdrawn(fixture) == [])
        fixture.command(.cancel(update: "u"))
        for place in expected.indices { expected[place].isWithdrawn = expected[place].device != DeviceIndex(2) }
        // The same orders, of the same generations.
        #expect(fixture.machine.state.orders == expected)
        #expect(fixture.machine.state.devices.fleetCount.inFlight == 3)
        for id in ["pos-0-0", "pos-1-0"] {
            fixture.report(id, .dropped)
            #expect(fixture.state("u", id) == .cancelled)
        }
        #expect(reason(fixture, "u", 1) == .cancelled(by: "kim"))
        #expect(fixture.machine.state.devices.liveUpdate(DeviceIndex(1)) == nil)
        #expect(fixture.machine.state.devices.fleetCount.inFlight == 1)
        #expect(fixture.machine.presence.download(DeviceIndex(1), generation: expected[1].generation) == nil)
        CounterTests.check(fixture.machine.state)
        fixture.report("pos-2-0", .contacted(firmware: CoreFixture.new))
        let update = try #require(fixture.machine.state.update("u"))
        #expect(update.status == .cancelled)
        #expect(update.tally.failures == 0)
        #expect(update.tally.succeeded == 1)
        let state = fixture.machine.state
        #expect(try StateCoder.decode(StateCoder.encode(state)) == state)
    }

    @Test func theSlotOfADroppedOrderIsFree() {
        var fixture = underWay()
        fixture.command(.cancel(update: "u"))
        fixture.start(CoreFixture.update("next"))
        #expect(fixture.state("next", "pos-0-0") == .pending)
        fixture.report("pos-0-0", .dropped)
        #expect(fixture.state("next", "pos-0-0") == .inProgress)
        #expect(fixture.machine.state.order(for: DeviceIndex(0))?.isWithdrawn == false)
    }

    /// The order stood: it is given again after a pause, like any that failed for a passing cause.
    @Test func anOrderDroppedUnaskedIsAFailedAttempt() {
        var fixture = underWay()
        fixture.report("pos-0-0", .dropped)
        #expect(fixture.state("u", "pos-0-0") == .retrying)
        #expect(reason(fixture, "u", 0) == .failed(.dropped))
    }

    @Test func aWordAboutAnotherOrderChangesNothing() {
        var fixture = underWay()
        fixture.command(.cancel(update: "u"))
        fixture.report("pos-0-0", .dropped, generation: 99)
        #expect(fixture.state("u", "pos-0-0") == .inProgress)
    }

    @Test func oneThatInstallsAfterAllGoesOn() {
        var fixture = underWay()
        fixture.command(.cancel(update: "u"))
        fixture.report("pos-0-0", .reached(.installing))
        #expect(withdrawn(fixture) == ["pos-1-0"])
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new))
        #expect(fixture.state("u", "pos-0-0") == .completed)
    }

    @Test func oneThatAnswersNothingEndsByItsDeadline() {
        var fixture = underWay()
        fixture.command(.cancel(update: "u"))
        fixture.pass(.hours(12))
        #expect(fixture.state("u", "pos-0-0") == .failed)
        #expect(fixture.state("u", "pos-1-0") == .failed)
        #expect(reason(fixture, "u", 1) == .failed(.noAnswer))
    }

    /// A pause, an expiry and a window that closes stop new starts, and take back nothing.
    @Test func whatIsNotStoppedIsNotWithdrawn() {
        var paused = underWay()
        paused.command(.pause(update: "u"))
        #expect(withdrawn(paused) == [])
        var expired = CoreFixture(sites: 3, terminals: 1)
        expired.start(CoreFixture.update(strategy: .onConnect(expires: .minutes(5))))
        expired.pass(.minutes(1))
        expired.report("pos-0-0", .contacted(firmware: CoreFixture.old))
        #expect(expired.state("u", "pos-0-0") == .inProgress)
        expired.pass(.minutes(5))
        #expect(expired.state("u", "pos-1-0") == .cancelled)
        #expect(withdrawn(expired) == [])
    }

    private func progressive(_ policy: FailurePolicy) -> UpdateDefinition {
        let phases = [PhaseDefinition(name: "all", percent: 100, gate: Gate(threshold: 9000), wait: .zero)]
        return CoreFixture.update(strategy: .progressive(phases: phases, onFailure: policy))
    }

    @Test func aFailedGateWithdraws() {
        for policy in [FailurePolicy.rollBack, .pause] {
            var fixture = underWay(progressive(policy))
            fixture.report("pos-2-0", .gaveUp(FailureCause(code: "wrong model", isPermanent: true)))
            #expect(withdrawn(fixture) == (policy == .rollBack ? ["pos-0-0", "pos-1-0"] : []))
            guard policy == .rollBack else { continue }
            fixture.report("pos-0-0", .dropped)
            #expect(reason(fixture, "u", 0) == .gateFailed(phase: "all"))
            // What the gate said stands.
            #expect(fixture.machine.state.update("u")?.phases[0].verdict == .failed)
        }
    }

    /// The rollback waits for the word of a device that was told to drop its order, and sends back what has changed only.
    @Test func aRollbackPassesOverWhatDroppedItsOrder() throws {
        var fixture = underWay()
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))
        fixture.report("pos-2-0", .contacted(firmware: CoreFixture.new))
        #expect(fixture.state("u/rollback", "pos-2-0") == .inProgress)
        #expect(fixture.state("u/rollback", "pos-0-0") == .pending)
        fixture.report("pos-0-0", .dropped)
        fixture.report("pos-1-0", .dropped)
        #expect(fixture.state("u/rollback", "pos-0-0") == .skipped)
        #expect(reason(fixture, "u/rollback", 1) == .alreadyOn(CoreFixture.old))
        fixture.report("pos-2-0", .contacted(firmware: CoreFixture.old))
        let back = try #require(fixture.machine.state.update("u/rollback"))
        #expect(back.status == .completed)
        #expect(back.tally.succeeded == 1)
        #expect(fixture.machine.state.update("u")?.status == .rolledBack)
    }
}
