import Testing

@testable import FleetCore

/// A device that is taken out of service for good while it is busy: one command does it, and nothing waits for it.
@Suite struct TakenOutTests {
    private enum Way: CaseIterable {
        /// By an operator, by the fleet's files, and by an operator who was asked about two terminals under one id.
        case decommissioned, filed, refused
    }

    private func take(_ id: String, outOf fixture: inout CoreFixture, _ way: Way) {
        switch way {
        case .decommissioned: #expect(fixture.command(.decommission(device: id)) == nil)
        case .filed:
            var record = CoreFixture.record(site: 0, terminal: 0)
            record.lifecycle = .decommissioned
            #expect(fixture.command(.register([record])) == nil)
        case .refused:
            fixture.report(id, .twoUnderOneID(evidence: "two"))
            #expect(fixture.command(.refuse(device: id)) == nil)
        }
        #expect(fixture.lifecycle(id) == .decommissioned)
    }

    private func reason(_ fixture: CoreFixture) -> String? {
        fixture.machine.state.update("u")?.assignments.reason(0).map { "\($0)" }
    }

    /// It has changed nothing, and is neither a success nor a failure.
    @Test(arguments: Way.allCases) private func beforeItInstallsItIsLeftOut(_ way: Way) {
        for isDownloading in [false, true] {
            var fixture = CoreFixture(sites: 1, terminals: 1)
            fixture.start(CoreFixture.update())
            if isDownloading { fixture.report("pos-0-0", .received(bytes: 5)) }
            take("pos-0-0", outOf: &fixture, way)
            #expect(fixture.state("u", "pos-0-0") == .skipped)
            #expect(reason(fixture) == "decommissioned")
            #expect(fixture.machine.state.orders == [])
            #expect(fixture.machine.state.update("u")?.status == .completed)
            #expect(fixture.machine.presence.download(DeviceIndex(0), generation: 1) == nil)
        }
    }

    /// Nobody will hear how it ended.
    @Test(arguments: Way.allCases) private func pastThePointOfNoReturnItHasFailed(_ way: Way) {
        for step in [AttemptStep.installing, .confirming] {
            var fixture = CoreFixture(sites: 1, terminals: 1)
            fixture.start(CoreFixture.update())
            fixture.report("pos-0-0", .reached(step))
            take("pos-0-0", outOf: &fixture, way)
            #expect(fixture.state("u", "pos-0-0") == .failed)
            #expect(reason(fixture) == "decommissioned")
            #expect(fixture.machine.state.update("u")?.tally.failures == 1)
            fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new), generation: 1)
            #expect(fixture.state("u", "pos-0-0") == .failed)
        }
    }

    @Test func itsPlaceIsFree() {
        var fixture = CoreFixture(sites: 2, terminals: 1) { $0.limits.inFlight = 1 }
        fixture.start(CoreFixture.update())
        let ids = ["pos-0-0", "pos-1-0"]
        let busy = ids.first { fixture.state("u", $0) == .inProgress } ?? ""
        let other = ids.first { $0 != busy } ?? ""
        #expect(fixture.state("u", other) == .pending)
        #expect(fixture.command(.decommission(device: busy)) == nil)
        #expect(fixture.state("u", other) == .inProgress)
        #expect(fixture.command(.decommission(device: busy))?.message == "\(busy) is decommissioned")
    }

    /// It is one canary less, and no reason to send anybody back.
    @Test func itLosesNoGate() {
        var fixture = CoreFixture(sites: 4, terminals: 1)
        let phases = [
            PhaseDefinition(name: "canary", percent: 50), PhaseDefinition(name: "all", percent: 100),
        ]
        fixture.start(CoreFixture.update(strategy: .progressive(phases: phases, onFailure: .rollBack)))
        let canaries = ["pos-0-0", "pos-1-0", "pos-2-0", "pos-3-0"].filter { fixture.state("u", $0) == .inProgress }
        #expect(canaries.count == 2)
        fixture.command(.decommission(device: canaries[0]))
        fixture.report(canaries[1], .contacted(firmware: CoreFixture.new))
        #expect(fixture.machine.state.update("u")?.phases[0].verdict == .passed)
        #expect(fixture.machine.state.update("u")?.currentPhase == 1)
    }
}
