import Testing

@testable import FleetCore

/// An update whose frozen list has nobody to update is over at its start: no gate passes with no device.
@Suite struct NothingToDoTests {
    private func fixture(_ change: (inout UpdateDefinition) -> Void = { _ in }) -> CoreFixture {
        var fixture = CoreFixture(sites: 2, terminals: 1)
        let phases = [
            PhaseDefinition(name: "canary", percent: 10, wait: .hours(23)), PhaseDefinition(name: "all", percent: 100),
        ]
        var update = CoreFixture.update(strategy: .progressive(phases: phases, onFailure: .rollBack))
        // What everybody runs already.
        update.release = CoreFixture.old
        change(&update)
        fixture.start(update)
        return fixture
    }

    private func expectOver(_ fixture: CoreFixture) throws {
        let record = try #require(fixture.machine.state.update("u"))
        #expect(record.status == .completed && record.endedAt == fixture.now)
        #expect(record.tally.total == 2 && record.tally[.skipped] == 2)
        #expect(record.phases.allSatisfy { $0.verdict != .passed && $0.openedAt == nil })
        #expect(fixture.machine.state.openUpdates.isEmpty)
    }

    @Test func itEndsAtItsStart() throws { try expectOver(fixture()) }

    /// Nobody has to approve what changes nothing.
    @Test func itWaitsForNoApproval() throws { try expectOver(fixture { $0.requiresApproval = true }) }

    private static let ids = ["pos-0-0", "pos-1-0", "pos-2-0", "pos-3-0"]

    /// Four terminals, a canary of one; gives it too.
    private func withCanary(
        _ strategy: (inout [PhaseDefinition]) -> Void = { _ in }
    ) throws -> (fixture: CoreFixture, canary: String) {
        var fixture = CoreFixture(sites: 4, terminals: 1)
        var phases = [
            PhaseDefinition(name: "canary", percent: 25, wait: .hours(23)), PhaseDefinition(name: "all", percent: 100),
        ]
        strategy(&phases)
        fixture.start(CoreFixture.update(strategy: .progressive(phases: phases, onFailure: .rollBack)))
        let canary = try #require(Self.ids.first { fixture.state("u", $0) == .inProgress })
        return (fixture, canary)
    }

    private func record(_ fixture: CoreFixture) throws -> UpdateRecord {
        try #require(fixture.machine.state.update("u"))
    }

    /// Fewer ends than the least sample, which is one: the update pauses, and a person decides.
    @Test func aPhaseOfWhichNobodyWasTriedPassesNothing() throws {
        var (fixture, canary) = try withCanary()
        fixture.command(.decommission(device: canary))
        var record = try record(fixture)
        #expect(record.status == .paused && record.pauseReason == .inconclusive(phase: "canary"))
        #expect(record.phases[0].verdict == .inconclusive && record.phases[0].closedAt == nil)
        #expect(record.untriedPhase == 0 && record.currentPhase == 0)
        fixture.pass(.minutes(5))
        #expect(try self.record(fixture).status == .paused)
        // Whoever resumes goes on without it, and it counts as passed no more than before.
        #expect(fixture.command(.resume(update: "u")) == nil)
        record = try self.record(fixture)
        #expect(record.status == .running && record.currentPhase == 1 && record.untriedPhase == nil)
        #expect(record.phases[0].verdict == .inconclusive && record.phases[0].closedAt == fixture.now)
        #expect(record.phases[1].verdict == .unproven && record.tally[.inProgress] == 3)
        for id in Self.ids where id != canary { fixture.report(id, .contacted(firmware: CoreFixture.new)) }
        record = try self.record(fixture)
        #expect(record.status == .completed)
        #expect(record.phases.map(\.verdict) == [.inconclusive, .passed])
    }

    /// One who held the update meant something else by it.
    @Test func aResumeOfWhatSomebodyHeldDoesNotGoOnWithoutIt() throws {
        var (fixture, canary) = try withCanary()
        fixture.command(.pause(update: "u"))
        fixture.command(.decommission(device: canary))
        #expect(try record(fixture).phases[0].verdict == .unproven)
        fixture.command(.resume(update: "u"))
        #expect(try record(fixture).pauseReason == .inconclusive(phase: "canary"))
        #expect(try record(fixture).currentPhase == 0)
    }

    /// What is to be approved is a pass; here is none.
    @Test func anApprovalIsNoWayRoundIt() throws {
        var (fixture, canary) = try withCanary { $0[0].gate.requiresApproval = true }
        fixture.command(.decommission(device: canary))
        #expect(fixture.command(.approve(update: "u")) != nil)
        #expect(try record(fixture).currentPhase == 0)
    }

    /// All are left out while it runs: it is over, by no gate.
    @Test func anUpdateThatLosesAllItsDevicesIsOver() throws {
        var (fixture, canary) = try withCanary()
        for id in Self.ids where id != canary { fixture.command(.decommission(device: id)) }
        #expect(try record(fixture).status == .running)
        fixture.command(.decommission(device: canary))
        let record = try record(fixture)
        #expect(record.status == .completed && record.reachesNobody)
        #expect(record.phases.allSatisfy { $0.verdict != .passed && $0.closedAt == nil })
        // The same where the update was paused for its canary before.
        var (other, first) = try withCanary()
        other.command(.decommission(device: first))
        #expect(try self.record(other).status == .paused)
        for id in Self.ids where id != first { other.command(.decommission(device: id)) }
        #expect(try self.record(other).status == .completed)
    }

    @Test func onePhaseWithSomebodyIsNotOver() throws {
        let fixture = fixture { $0.release = CoreFixture.new }
        #expect(fixture.machine.state.update("u")?.status == .running)
        #expect(fixture.machine.state.update("u")?.currentPhase == 0)
    }
}
