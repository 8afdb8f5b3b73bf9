import Testing

@testable import FleetCore

/// What `muster trial` found in the core, one test for each.
@Suite struct FoundByTrialsTests {
    private static let permanent = FailureCause(code: "refused", isPermanent: true)

    /// Invariant 17: the next check for silence was set by the heartbeat of before.
    @Test func aShorterHeartbeatIsHeededAtOnce() {
        var fixture = CoreFixture(sites: 1, terminals: 1) {
            $0.heartbeat = .minutes(1)
            $0.missedHeartbeats = 1
        }
        #expect(fixture.machine.nextWake.map { $0 <= fixture.now + .seconds(76) } == true)
        fixture.pass(.seconds(76))
        #expect(fixture.machine.state.devices.fleetCount.statuses.offline == 1)
    }

    /// Invariant 17: nobody looked whether the last terminal that was online had fallen silent, since it was not in
    /// service.
    @Test func aTerminalOutOfServiceFallsSilentInTime() {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        #expect(fixture.command(.decommission(device: "pos-0-0")) == nil)
        #expect(fixture.machine.nextWake != nil)
        fixture.pass(.hours(1))
        #expect(fixture.machine.state.devices.status(DeviceIndex(0)) == .offline)
        fixture.pass(.hours(1))
        #expect(fixture.machine.nextWake == nil)
    }

    /// Invariant 17: an update whose last gate was lost by what turned bad behind it was paused and completed at once.
    @Test func aLastGateThatIsLostLateHoldsTheUpdate() {
        var fixture = CoreFixture(sites: 2, terminals: 1) { $0.retry.attempts = 1 }
        var gate = Gate(threshold: 9000)
        gate.minimumSample = 1
        let phases = [PhaseDefinition(name: "all", percent: 100, gate: gate, wait: .zero)]
        fixture.pass(.hours(1))
        fixture.start(CoreFixture.update(strategy: .progressive(phases: phases, onFailure: .pause)))
        // A gate does not wait for a terminal that is away.
        for firmware in [CoreFixture.old, CoreFixture.new] { fixture.report("pos-0-0", .contacted(firmware: firmware)) }
        #expect(fixture.machine.state.update("u")?.phases[0].closedAt != nil)
        fixture.report("pos-1-0", .contacted(firmware: CoreFixture.old))
        fixture.report("pos-1-0", .gaveUp(Self.permanent))
        #expect(fixture.machine.state.update("u")?.status == .paused)
        #expect(fixture.machine.state.update("u")?.phases[0].verdict == .failed)
        fixture.pass(.hours(100))
        #expect(fixture.machine.state.update("u")?.status == .paused)
    }

    /// Invariant 17: devices beyond the last phase waited for a phase that never came.
    @Test func theLastPhaseIsEveryone() {
        var fixture = CoreFixture()
        let phases = [PhaseDefinition(name: "half", percent: 50)]
        let refusal = fixture.command(
            .draft(CoreFixture.update(strategy: .progressive(phases: phases, onFailure: .pause))))
        #expect(refusal?.message == "the last phase of u ends at 50%, so that the other devices would never be updated")
    }

    /// Invariants 9 and 14: a retry of a rollback brought devices to the release they had been taken back from.
    @Test func aRetryOfARollbackGoesBack() throws {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        fixture.start(CoreFixture.update())
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new))
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))
        fixture.report("pos-0-0", .gaveUp(Self.permanent))
        #expect(fixture.command(.retryFailed(update: "u/rollback")) == nil)
        let order = try #require(fixture.machine.state.order(for: DeviceIndex(0)))
        #expect(order.release == CoreFixture.old)
        #expect(order.isRollback)
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.old))
        #expect(fixture.state("u/rollback/retry-1", "pos-0-0") == .completed)
        #expect(
            fixture.command(.rollBack(update: "u/rollback/retry-1", confirmation: "u/rollback/retry-1", preview: nil))
                != nil)
    }

    /// Invariant 5: devices of a phase started whose gate the failures of the phase before had lost already.
    @Test func aPhaseWhoseGateIsLostStartsNothing() {
        var fixture = CoreFixture(sites: 4, terminals: 1) { $0.retry.attempts = 1 }
        var lenient = Gate(threshold: 5000), strict = Gate(threshold: 9900)
        lenient.minimumSample = 1
        strict.minimumSample = 1
        let phases = [
            PhaseDefinition(name: "half", percent: 50, gate: lenient),
            PhaseDefinition(name: "all", percent: 100, gate: strict),
        ]
        fixture.start(CoreFixture.update(strategy: .progressive(phases: phases, onFailure: .pause)))
        let first = fixture.machine.state.orders.map { fixture.machine.state.devices.id($0.device) }
        #expect(first.count == 2)
        fixture.report(first[0], .contacted(firmware: CoreFixture.new))
        fixture.report(first[1], .gaveUp(Self.permanent))
        #expect(fixture.machine.state.orders == [])
        #expect(fixture.machine.state.update("u")?.status == .paused)
        #expect(fixture.machine.state.update("u")?.tally[.pending] == 2)
    }

    /// Invariant 14: a device that ran its release after all was told to install it again.
    @Test func aDeviceThatComesRoundWhileItWaitsHasCompleted() {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        fixture.start(CoreFixture.update())
        fixture.report("pos-0-0", .gaveUp(FailureCause(code: "link lost", isPermanent: false)))
        #expect(fixture.state("u", "pos-0-0") == .retrying)
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new))
        #expect(fixture.state("u", "pos-0-0") == .completed)
        #expect(fixture.machine.state.devices.fleetCount.inFlight == 0)
        #expect(fixture.machine.state.update("u")?.status == .completed)
    }

    /// Invariant 14: a device that somebody else had brought to a newer release was taken down from it.
    @Test(arguments: [true, false])
    func aNewerReleaseIsNotTakenDown(_ isRetrying: Bool) throws {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        fixture.start(CoreFixture.update())
        if isRetrying { fixture.report("pos-0-0", .gaveUp(FailureCause(code: "link lost", isPermanent: false))) }
        fixture.report("pos-0-0", .contacted(firmware: Version(3, 0, 0)))
        fixture.pass(.hours(2))
        #expect(fixture.state("u", "pos-0-0") == .failed)
        #expect(fixture.machine.state.orders == [])
        let record = try #require(fixture.machine.state.update("u"))
        #expect(record.assignments.reason(0)?.description == "on newer 3.0.0")
    }

    /// Invariant 17: an update waited without end for a terminal that its file had taken out of service.
    @Test func aTerminalTakenOutOfServiceByItsFileIsNotWaitedFor() {
        var fixture = CoreFixture(sites: 1, terminals: 1) { $0.limits.inFlight = 0 }
        fixture.start(CoreFixture.update())
        #expect(fixture.state("u", "pos-0-0") == .pending)
        var record = CoreFixture.record(site: 0, terminal: 0)
        record.lifecycle = .decommissioned
        fixture.command(.register([record]))
        #expect(fixture.state("u", "pos-0-0") == .skipped)
        #expect(fixture.machine.state.update("u")?.status == .completed)
    }

    /// Invariant 16: one that waited for another attempt was tried again though it was out of service.
    @Test func aTerminalOutOfServiceIsNotTriedAgain() {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        fixture.start(CoreFixture.update())
        fixture.report("pos-0-0", .gaveUp(FailureCause(code: "link lost", isPermanent: false)))
        var record = CoreFixture.record(site: 0, terminal: 0)
        record.lifecycle = .decommissioned
        fixture.command(.register([record]))
        #expect(fixture.state("u", "pos-0-0") == .failed)
        fixture.pass(.hours(2))
        #expect(fixture.machine.state.orders == [])
    }

    /// Invariant 17: a failed device waited without end for a window in which to be tried again.
    @Test func aDeviceWithNoWindowLeftForAnotherAttemptHasFailed() {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        var update = CoreFixture.update(strategy: .scheduled(missed: .nextWindow))
        update.window = WindowSchedule(
            opensAt: 0, closesAt: 0, recurrence: .once(LocalDate(year: 2026, month: 3, day: 3)))
        fixture.start(update)
        #expect(fixture.state("u", "pos-0-0") == .inProgress)
        fixture.report("pos-0-0", .gaveUp(FailureCause(code: "link lost", isPermanent: false)))
        #expect(fixture.state("u", "pos-0-0") == .retrying)
        // The device is away until the window has closed.
        fixture.pass(.hours(26))
        #expect(fixture.state("u", "pos-0-0") == .failed)
        #expect(fixture.machine.state.update("u")?.status == .completed)
    }

    /// Invariant 5: an update was not rolled back though a device was under way in it, since an update that had started
    /// later had brought that device to its own release before.
    @Test func aRollbackTakesInWhatIsUnderWay() throws {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        let between = Version(1, 5, 0)
        fixture.command(.addReleases([Release(version: between)]))
        var held = CoreFixture.update()
        held.requiresApproval = true
        fixture.start(held)
        var other = CoreFixture.update("other")
        other.release = between
        fixture.start(other)
        fixture.report("pos-0-0", .contacted(firmware: between))
        fixture.command(.approve(update: "u"))
        fixture.report("pos-0-0", .reached(.installing))
        #expect(fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil)) == nil)
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new))
        #expect(try #require(fixture.machine.state.order(for: DeviceIndex(0))).release == between)
    }

    /// Invariant 17: an update waited without end for a window that had passed.
    @Test func anUpdateWhoseOnlyWindowHasPassedIsNotStarted() {
        var fixture = CoreFixture()
        var update = CoreFixture.update(strategy: .scheduled(missed: .onConnect))
        update.window = WindowSchedule(
            opensAt: 7200, closesAt: 10_800, recurrence: .once(LocalDate(year: 2026, month: 1, day: 5)))
        fixture.command(.draft(update))
        let refusal = fixture.command(.start(update: "u"))
        #expect(refusal?.remedy == "give it a date that lies ahead")
        #expect(fixture.machine.state.update("u")?.status == .draft)
    }

    /// Invariant 5: a device started behind another that dropped out in passing, and with it the gate was lost.
    @Test func whatDropsOutAtAStartMayLoseTheGateForTheNext() throws {
        var fixture = CoreFixture(sites: 4, terminals: 1) { $0.limits.inFlight = 1 }
        let phases = [PhaseDefinition(name: "all", percent: 100, gate: Gate(threshold: 7500))]
        fixture.start(CoreFixture.update(strategy: .progressive(phases: phases, onFailure: .pause)))
        let assignments = try #require(fixture.machine.state.update("u")).assignments
        let order = (0..<4).map { fixture.machine.state.devices.id(assignments.device($0)) }
        fixture.report(order[0], .gaveUp(FailureCause(code: "wrong model", isPermanent: true)))
        #expect(fixture.state("u", order[1]) == .inProgress)
        fixture.command(.pause(update: "u"))
        fixture.report(order[1], .contacted(firmware: CoreFixture.new))
        fixture.report(order[2], .contacted(firmware: CoreFixture.new))
        fixture.command(.resume(update: "u"))
        #expect(fixture.state("u", order[2]) == .skipped)
        #expect(fixture.machine.state.update("u")?.pauseReason == .gateFailed(phase: "all"))
        #expect(fixture.state("u", order[3]) == .pending)
    }
}
