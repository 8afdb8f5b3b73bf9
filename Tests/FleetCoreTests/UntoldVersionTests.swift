import Testing

@testable import FleetCore

/// A device whose attempt may have changed it, and ended without its word, is not taken to run what it ran before.
@Suite struct UntoldVersionTests {
    private static let old = CoreFixture.old, new = CoreFixture.new, device = "pos-0-0"

    /// How an attempt ends of which the device has not told what came of it, and the update is rolled back.
    enum Way: CaseIterable {
        case gateFails, byHand, rolledBackMeanwhile, silentAfterRestart, triedAgainInVain
    }

    private func fixture(attempts: Int = 1) -> CoreFixture {
        CoreFixture(sites: 1, terminals: 1) { $0.retry.attempts = attempts }
    }

    private func gated() -> UpdateDefinition {
        let phases = [PhaseDefinition(name: "all", percent: 100, gate: Gate(threshold: 9500))]
        return CoreFixture.update(strategy: .progressive(phases: phases, onFailure: .rollBack))
    }

    private func rollBack(_ fixture: inout CoreFixture) {
        #expect(fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil)) == nil)
    }

    /// A rollback that waits for the device, which is offline.
    private func rollingBack(_ way: Way) -> CoreFixture {
        var fixture = fixture(attempts: way == .triedAgainInVain ? 2 : 1)
        fixture.start(way == .gateFails || way == .triedAgainInVain ? gated() : CoreFixture.update())
        fixture.report(Self.device, .reached(.installing))
        if way == .silentAfterRestart { fixture.report(Self.device, .restarted) }
        if way == .rolledBackMeanwhile { rollBack(&fixture) }
        fixture.pass(.hours(12))
        if way == .triedAgainInVain {
            fixture.pass(.hours(1))
            fixture.report(Self.device, .contacted(firmware: nil))
            #expect(fixture.state("u", Self.device) == .inProgress)
            fixture.pass(.hours(12))
        }
        #expect(fixture.state("u", Self.device) == .failed)
        if way == .byHand || way == .silentAfterRestart { rollBack(&fixture) }
        #expect(fixture.state("u/rollback", Self.device) == .pending)
        return fixture
    }

    private func reason(_ fixture: CoreFixture, _ update: String) -> EndReason? {
        fixture.machine.state.update(update)?.assignments.reason(0)
    }

    /// It calls in, and says only then that it runs the new release.
    @Test(arguments: Way.allCases) func aRollbackSendsItBack(_ way: Way) throws {
        var fixture = rollingBack(way)
        fixture.report(Self.device, .contacted(firmware: nil))
        #expect(fixture.state("u/rollback", Self.device) == .inProgress)
        #expect(fixture.machine.state.order(for: DeviceIndex(0))?.release == Self.old)
        fixture.report(Self.device, .contacted(firmware: Self.new))
        #expect(fixture.machine.state.order(for: DeviceIndex(0))?.release == Self.old)
        #expect(fixture.machine.state.update("u")?.status == .rollingBack)
        let state = fixture.machine.state
        #expect(try StateCoder.decode(StateCoder.encode(state)) == state)
        fixture.report(Self.device, .contacted(firmware: Self.old))
        #expect(fixture.state("u/rollback", Self.device) == .completed)
        #expect(fixture.machine.state.update("u")?.status == .rolledBack)
    }

    @Test func oneThatNeverTellsAVersionIsSentBackToo() {
        var fixture = rollingBack(.gateFails)
        fixture.report(Self.device, .contacted(firmware: nil))
        fixture.report(Self.device, .reached(.installing))
        #expect(fixture.machine.state.update("u")?.status == .rollingBack)
        fixture.report(Self.device, .contacted(firmware: Self.old))
        #expect(fixture.machine.state.update("u")?.status == .rolledBack)
    }

    /// Before the order and after it, and it is written down though the registry believed the same.
    @Test(arguments: [false, true]) func oneThatSaysThatItRunsTheOldReleaseIsSentNothing(isOrdered: Bool) throws {
        var fixture = rollingBack(.gateFails)
        if isOrdered { fixture.report(Self.device, .contacted(firmware: nil)) }
        #expect(fixture.machine.state.devices.isVersionUntold(DeviceIndex(0)))
        _ = fixture.machine.takeFacts()
        fixture.report(Self.device, .claimed(firmware: Self.old, sent: 0))
        #expect(reason(fixture, "u/rollback") == .alreadyOn(Self.old))
        #expect(fixture.machine.state.update("u")?.status == .rolledBack)
        #expect(fixture.machine.takeFacts().contains { $0.event == .firmwareReported(DeviceIndex(0), Self.old) })
        #expect(!fixture.machine.state.devices.isVersionUntold(DeviceIndex(0)))
        fixture.report(Self.device, .claimed(firmware: Self.old, sent: 0))
        #expect(!fixture.machine.takeFacts().contains { $0.event == .firmwareReported(DeviceIndex(0), Self.old) })
    }

    /// What failed by its own word has been told.
    @Test func oneThatGivesUpIsBelieved() {
        var fixture = fixture()
        fixture.start(gated())
        fixture.report(Self.device, .reached(.installing))
        fixture.report(Self.device, .gaveUp(FailureCause(code: "disk full", isPermanent: false)))
        #expect(reason(fixture, "u/rollback") == .alreadyOn(Self.old))
    }

    @Test func anotherUpdateDoesNotTakeItForDone() {
        var fixture = fixture()
        fixture.start(CoreFixture.update())
        fixture.report(Self.device, .reached(.installing))
        fixture.pass(.hours(12))
        var back = CoreFixture.update("back")
        (back.release, back.allowsDowngrade) = (Self.old, true)
        fixture.start(back)
        fixture.report(Self.device, .contacted(firmware: nil))
        #expect(fixture.state("back", Self.device) == .inProgress)
    }

    @Test func oneWhoseFormerReleaseIsNotHeldIsNamed() {
        var fixture = fixture()
        var release = CoreFixture.update()
        release.release = Version(3, 0, 0)
        let files = [Artifact(name: "app.bin", size: 1000, sha256: String(repeating: "1", count: 64))]
        fixture.command(.addReleases([Release(version: release.release, artifacts: files)]))
        fixture.start(release)
        fixture.report(Self.device, .reached(.installing))
        rollBack(&fixture)
        fixture.pass(.hours(12))
        fixture.report(Self.device, .contacted(firmware: nil))
        #expect(reason(fixture, "u/rollback") == .releaseWithoutFiles(Self.old))
    }

    // MARK: - A word that comes too late

    /// Rolled back, and the device has dropped its order, or come back, by its own word.
    private func rolledBack(_ word: Report.Body) -> CoreFixture {
        var fixture = fixture()
        fixture.start(CoreFixture.update())
        if word != .dropped { fixture.report(Self.device, .contacted(firmware: Self.new)) }
        rollBack(&fixture)
        fixture.report(Self.device, word)
        #expect(fixture.machine.state.update("u")?.status == .rolledBack)
        return fixture
    }

    @Test(arguments: [Report.Body.dropped, .contacted(firmware: old)])
    func oneThatRunsTheReleaseAfterItsRollbackHasTurnedBad(word: Report.Body) throws {
        var fixture = rolledBack(word)
        #expect(fixture.state("u/rollback", Self.device) == (word == .dropped ? .skipped : .completed))
        fixture.report(Self.device, .contacted(firmware: Self.new))
        let back = try #require(fixture.machine.state.update("u/rollback"))
        #expect(back.assignments.hasTurnedBad(0))
        #expect(back.assignments.reason(0) == .failed(.reports(Self.new)))
        #expect((back.tally.failures, back.tally.succeeded, back.tally.total) == (1, 0, 1))
        CounterTests.check(fixture.machine.state)
        let state = fixture.machine.state
        #expect(try StateCoder.decode(StateCoder.encode(state)) == state)
        // Once, whatever it says on, and it can be sent back again.
        fixture.report(Self.device, .contacted(firmware: Self.old))
        fixture.report(Self.device, .contacted(firmware: Self.new))
        #expect(fixture.machine.state.update("u/rollback")?.tally.turnedBad == 1)
        #expect(fixture.command(.retryFailed(update: "u/rollback")) == nil)
        #expect(fixture.machine.state.order(for: DeviceIndex(0))?.release == Self.old)
    }

    @Test func oneThatWasGivenTheReleaseAnewHasNot() {
        var fixture = rolledBack(.dropped)
        fixture.start(CoreFixture.update("again"))
        fixture.report(Self.device, .contacted(firmware: Self.new))
        #expect(fixture.state("again", Self.device) == .completed)
        fixture.report(Self.device, .contacted(firmware: Self.old))
        fixture.report(Self.device, .contacted(firmware: Self.new))
        #expect(fixture.machine.state.update("u/rollback")?.assignments.hasTurnedBad(0) == false)
    }

    /// An update that was declared before the one that was rolled back, and came to the device after it.
    @Test func oneThatAnOlderUpdateGaveTheReleaseHasNot() {
        var fixture = fixture()
        fixture.command(.draft(CoreFixture.update("first")))
        fixture.start(CoreFixture.update())
        fixture.report(Self.device, .contacted(firmware: Self.new))
        rollBack(&fixture)
        fixture.report(Self.device, .contacted(firmware: Self.old))
        #expect(fixture.machine.state.update("u")?.status == .rolledBack)
        fixture.command(.start(update: "first"))
        fixture.report(Self.device, .reached(.installing))
        fixture.report(Self.device, .restarted)
        fixture.pass(.hours(12))
        #expect(fixture.state("first", Self.device) == .failed)
        fixture.report(Self.device, .contacted(firmware: Self.new))
        #expect(fixture.machine.state.update("u/rollback")?.assignments.hasTurnedBad(0) == false)
    }

    /// An update has brought it to a release, and another one, as its device says, not to the next: the rollback of that
    /// leaves it out, wrongly.
    @Test func oneThatWasTakenForBackByItsWordHasTurnedBad() {
        var fixture = fixture()
        let third = Version(3, 0, 0)
        fixture.command(.addReleases([Release(version: third)]))
        let phases = [PhaseDefinition(name: "all", percent: 100, gate: Gate(threshold: 9500), wait: .hours(1))]
        fixture.start(CoreFixture.update("before", strategy: .progressive(phases: phases, onFailure: .pause)))
        fixture.report(Self.device, .contacted(firmware: Self.new))
        var update = CoreFixture.update()
        update.release = third
        fixture.start(update)
        fixture.report(Self.device, .reached(.installing))
        fixture.report(Self.device, .gaveUp(FailureCause(code: "disk full", isPermanent: false)))
        rollBack(&fixture)
        #expect(reason(fixture, "u/rollback") == .alreadyOn(Self.new))
        fixture.report(Self.device, .contacted(firmware: third))
        #expect(fixture.machine.state.update("u/rollback")?.assignments.hasTurnedBad(0) == true)
        #expect(fixture.machine.state.update("before")?.assignments.hasTurnedBad(0) == true)
        #expect(fixture.command(.retryFailed(update: "u/rollback")) == nil)
        #expect(fixture.machine.state.order(for: DeviceIndex(0))?.release == Self.new)
    }

    /// Another update has brought it to a third release since: what it says that it runs counts, whatever came between.
    @Test func oneThatRunsItAgainIsNotBackWhateverCameSince() {
        var fixture = rolledBack(.contacted(firmware: Self.old))
        fixture.command(.addReleases([Release(version: Version(3, 0, 0))]))
        var next = CoreFixture.update("next")
        next.release = Version(3, 0, 0)
        fixture.start(next)
        fixture.report(Self.device, .contacted(firmware: Version(3, 0, 0)))
        for firmware in [Self.new, Version(3, 0, 0), Self.new] {
            fixture.report(Self.device, .contacted(firmware: firmware))
        }
        #expect(fixture.machine.state.update("next")?.assignments.hasTurnedBad(0) == true)
        #expect(fixture.machine.state.update("u/rollback")?.assignments.hasTurnedBad(0) == true)
    }

    @Test func aRollbackOfWhatAnotherUpdateChangedSinceSaysSo() {
        var fixture = fixture()
        fixture.command(.addReleases([Release(version: Version(3, 0, 0))]))
        fixture.start(CoreFixture.update())
        fixture.report(Self.device, .contacted(firmware: Self.new))
        fixture.pass(.minutes(1))
        var next = CoreFixture.update("next")
        next.release = Version(3, 0, 0)
        fixture.start(next)
        fixture.report(Self.device, .contacted(firmware: Version(3, 0, 0)))
        let refusal = fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))
        #expect(
            refusal?.message == "no device that u has changed can be sent back: pos-0-0 is superseded by next")
    }
}
