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

    @Test func onePhaseWithSomebodyIsNotOver() throws {
        let fixture = fixture { $0.release = CoreFixture.new }
        #expect(fixture.machine.state.update("u")?.status == .running)
        #expect(fixture.machine.state.update("u")?.currentPhase == 0)
    }
}
