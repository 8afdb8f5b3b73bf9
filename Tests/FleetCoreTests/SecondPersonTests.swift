import Testing

@testable import FleetCore

/// What is larger than one person may do waits for a second one.
@Suite struct SecondPersonTests {
    private static func person(_ name: String, user: String? = nil, source: String = "test") -> Origin {
        Origin(operatorName: name, source: source, user: user ?? name)
    }

    private static let kim = person("kim"), ada = person("ada")

    private func fixture(updateOver: Int? = nil, rollbackOver: Int? = nil, sites: Int = 3) -> CoreFixture {
        var fixture = CoreFixture(sites: sites, terminals: 1) {
            $0.fourEyes.updateOver = updateOver
            $0.fourEyes.rollbackOver = rollbackOver
        }
        fixture.command(.draft(CoreFixture.update()))
        return fixture
    }

    private func status(_ fixture: CoreFixture) -> UpdateStatus? { fixture.machine.state.update("u")?.status }

    @Test(arguments: [(nil, false), (3, false), (2, true), (0, true)] as [(Int?, Bool)])
    func aStartAboveTheSize(limit: Int?, waits: Bool) {
        var fixture = fixture(updateOver: limit)
        #expect(fixture.command(.start(update: "u"), Self.kim) == nil)
        #expect(status(fixture) == (waits ? .awaitingApproval : .running))
        #expect(fixture.machine.state.orders.isEmpty == waits)
    }

    /// Whoever has drawn a token could use it as well: it is no person of its own.
    @Test func aTokenIsNobody() {
        let token = Self.person("token ci", source: "api")
        var asked = fixture(updateOver: 2)
        #expect(
            asked.command(.start(update: "u"), token)?.message
                == "the start of u needs two people, and a token is none")
        #expect(status(asked) == .draft)
        #expect(asked.command(.start(update: "u"), Self.kim) == nil)
        #expect(
            asked.command(.approve(update: "u"), token)?.message
                == "the start of u waits for a second person, which api cannot be")
        #expect(asked.command(.approve(update: "u"), Self.ada) == nil)
        var small = fixture(updateOver: 3)
        #expect(small.command(.start(update: "u"), token) == nil)
    }

    @Test func anotherPersonApproves() throws {
        var fixture = fixture(updateOver: 2)
        fixture.command(.start(update: "u"), Self.kim)
        let update = try #require(fixture.machine.state.update("u"))
        #expect(update.proposal == Proposal(.start, devices: 3, by: "kim", user: "kim"))
        #expect(
            fixture.machine.state.waitReason(
                update.index, 0, presence: fixture.machine.presence, now: fixture.now)
                == .secondPerson(askedBy: "kim"))
        #expect(
            fixture.command(.approve(update: "u"), Self.kim)?.message
                == "kim asked for the start of u, and another person must approve it")
        #expect(fixture.command(.approve(update: "u"), Self.person("ada", user: "kim")) != nil)
        #expect(fixture.command(.approve(update: "u"), Self.person("engine", user: "", source: "files")) != nil)
        #expect(status(fixture) == .awaitingApproval)
        #expect(fixture.command(.approve(update: "u"), Self.ada) == nil)
        #expect(status(fixture) == .running)
        #expect(fixture.machine.state.update("u")?.proposal == nil)
        #expect(fixture.machine.state.orders.count == 3)
    }

    /// One approval is enough for an update that needs one anyway.
    @Test func theSecondPersonIsTheApproval() {
        var fixture = fixture(updateOver: 2)
        var definition = CoreFixture.update()
        definition.requiresApproval = true
        fixture.command(.draft(definition))
        fixture.command(.start(update: "u"), Self.kim)
        #expect(fixture.command(.approve(update: "u"), Self.kim) != nil)
        #expect(fixture.command(.approve(update: "u"), Self.ada) == nil)
        #expect(status(fixture) == .running)
    }

    @Test func whatWaitsCanBeHeldAndCalledOff() {
        var fixture = fixture(updateOver: 2)
        fixture.command(.start(update: "u"), Self.kim)
        #expect(fixture.command(.pause(update: "u"), Self.kim) == nil)
        #expect(fixture.command(.approve(update: "u"), Self.ada) != nil)
        #expect(fixture.command(.resume(update: "u"), Self.kim) == nil)
        #expect(status(fixture) == .awaitingApproval)
        #expect(fixture.command(.cancel(update: "u"), Self.kim) == nil)
        #expect(status(fixture) == .cancelled)
        #expect(fixture.machine.state.update("u")?.proposal == nil)
        #expect(fixture.machine.state.orders.isEmpty)
    }

    /// Everything is frozen at the start: devices that come later make it no larger.
    @Test func devicesThatComeLaterDoNotCount() {
        var fixture = fixture(updateOver: 3)
        fixture.command(.start(update: "u"), Self.kim)
        fixture.command(.register([CoreFixture.record(site: 9, terminal: 0)]))
        #expect(status(fixture) == .running)
    }

    @Test(arguments: [true, false]) func aRollbackIsConfirmedByAnother(byApproval: Bool) {
        var fixture = fixture(rollbackOver: 2)
        fixture.command(.start(update: "u"), Self.kim)
        for site in 0..<2 { fixture.report("pos-\(site)-0", .contacted(firmware: CoreFixture.new)) }
        let rollback = Command.rollBack(update: "u", confirmation: "u", preview: nil)
        #expect(fixture.command(rollback, Self.kim) == nil)
        #expect(status(fixture) == .paused)
        #expect(fixture.machine.state.update("u")?.proposal?.devices == 3)
        #expect(fixture.machine.state.update("u/rollback") == nil)
        #expect(fixture.command(rollback, Self.kim) != nil)
        #expect(fixture.command(.approve(update: "u"), Self.kim) != nil)
        let confirmation = byApproval ? Command.approve(update: "u") : rollback
        #expect(fixture.command(confirmation, Self.ada) == nil)
        #expect(status(fixture) == .rollingBack)
        #expect(fixture.machine.state.update("u")?.proposal == nil)
    }

    @Test func aRollbackThatWasAskedForIsCalledOff() {
        var fixture = fixture(rollbackOver: 2)
        fixture.command(.start(update: "u"), Self.kim)
        for site in 0..<3 { fixture.report("pos-\(site)-0", .contacted(firmware: CoreFixture.new)) }
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil), Self.kim)
        #expect(status(fixture) == .completed)
        #expect(fixture.command(.cancel(update: "u"), Self.kim) == nil)
        #expect(fixture.machine.state.update("u")?.proposal == nil)
        #expect(fixture.command(.approve(update: "u"), Self.ada)?.message == "nothing in u waits for an approval")
        #expect(fixture.command(.cancel(update: "u"), Self.kim)?.message == "u is completed")
    }

    /// What is asked back spreads no further: new starts end at once, and what is under way goes on.
    @Test func anUpdateThatIsAskedBackIsHeld() {
        var fixture = CoreFixture(sites: 6, terminals: 1) {
            $0.fourEyes.rollbackOver = 1
            $0.limits.inFlight = 2
        }
        fixture.start(CoreFixture.update())
        let rollback = Command.rollBack(update: "u", confirmation: "u", preview: nil)
        #expect(fixture.command(rollback, Self.kim) == nil)
        #expect(status(fixture) == .paused)
        for order in fixture.machine.state.orders {
            fixture.report(fixture.machine.state.devices.id(order.device), .contacted(firmware: CoreFixture.new))
        }
        fixture.pass(.hours(1))
        #expect(fixture.machine.state.update("u")?.tally[.completed] == 2)
        #expect(fixture.machine.state.update("u")?.tally.waiting == 4)
        #expect(fixture.machine.state.orders.isEmpty)
        #expect(fixture.command(.approve(update: "u"), Self.ada) == nil)
        #expect(fixture.machine.state.update("u/rollback")?.tally.target == 2)
    }

    /// Whoever lets it go on does not want it back; nobody approves what has spread since.
    @Test func goingOnCallsOffTheRollback() {
        var fixture = CoreFixture(sites: 6, terminals: 1) {
            $0.fourEyes.rollbackOver = 1
            $0.limits.inFlight = 2
        }
        fixture.start(CoreFixture.update())
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil), Self.kim)
        #expect(fixture.command(.resume(update: "u"), Self.ada) == nil)
        #expect(status(fixture) == .running)
        #expect(fixture.machine.state.update("u")?.proposal == nil)
        #expect(fixture.command(.approve(update: "u"), Self.ada)?.message == "nothing in u waits for an approval")
    }

    /// The approval is of the devices that were shown, or of as many as were asked for.
    @Test func anApprovalOfAnotherSetIsRefused() throws {
        var fixture = fixture(rollbackOver: 1)
        fixture.command(.start(update: "u"), Self.kim)
        for site in 0..<3 { fixture.report("pos-\(site)-0", .contacted(firmware: CoreFixture.new)) }
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil), Self.kim)
        let index = try #require(fixture.machine.state.updateIndex(of: "u"))
        let shown = fixture.machine.state.rollbackRevision(index)
        fixture.command(.decommission(device: "pos-0-0"))
        let update = try #require(fixture.machine.state.update("u"))
        #expect(fixture.machine.state.presentProposal(update)?.devices == 2)
        #expect(
            fixture.command(.approve(update: "u"), Self.ada)?.message
                == "kim asked for the rollback of 3 devices of u, and it is 2 now")
        #expect(
            fixture.command(.approve(update: "u", preview: shown), Self.ada)?.message
                == "the devices of u have changed since they were shown")
        #expect(fixture.machine.state.update("u/rollback") == nil)
        let now = fixture.machine.state.rollbackRevision(index)
        #expect(fixture.command(.approve(update: "u", preview: now), Self.ada) == nil)
        #expect(fixture.machine.state.update("u/rollback")?.tally.target == 2)
    }

    /// A gate is nobody: what it decides waits for nobody.
    @Test func aFailedGateRollsBackByItself() {
        var fixture = CoreFixture(sites: 4, terminals: 1) { $0.fourEyes.rollbackOver = 0 }
        let phases = [PhaseDefinition(name: "all", percent: 100, gate: Gate(threshold: 9500))]
        fixture.start(CoreFixture.update(strategy: .progressive(phases: phases, onFailure: .rollBack)))
        fixture.report("pos-0-0", .gaveUp(FailureCause(code: "wrong model", isPermanent: true)))
        #expect(status(fixture) == .rollingBack)
    }

    @Test func aRetryAboveTheSize() {
        var fixture = fixture(updateOver: 2)
        fixture.command(.start(update: "u"), Self.kim)
        fixture.command(.approve(update: "u"), Self.ada)
        let cause = FailureCause(code: "wrong model", isPermanent: true)
        for site in 0..<3 { fixture.report("pos-\(site)-0", .gaveUp(cause)) }
        #expect(status(fixture) == .completed)
        #expect(fixture.command(.retryFailed(update: "u"), Self.ada) == nil)
        #expect(fixture.machine.state.update("u/retry-1") == nil)
        #expect(fixture.command(.approve(update: "u"), Self.ada) != nil)
        #expect(fixture.command(.approve(update: "u"), Self.kim) == nil)
        #expect(fixture.machine.state.update("u/retry-1")?.status == .running)
        #expect(fixture.machine.state.update("u")?.proposal == nil)
    }

    /// The second person decides on what is asked for, and not on what they saw before.
    @Test func anApprovalOfSomethingElseIsTooLate() {
        var fixture = fixture(rollbackOver: 0)
        fixture.command(.start(update: "u"), Self.kim)
        var ada = Self.ada
        ada.basis = fixture.machine.state.revision
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil), Self.kim)
        #expect(fixture.command(.approve(update: "u"), ada)?.message.hasPrefix("kim gave `roll back` for u") == true)
        ada.basis = fixture.machine.state.revision
        #expect(fixture.command(.approve(update: "u"), ada) == nil)
    }

    @Test func aStateWithAProposalComesBack() throws {
        var fixture = fixture(updateOver: 2)
        fixture.command(.start(update: "u"), Self.kim)
        let state = fixture.machine.state
        #expect(try StateCoder.decode(StateCoder.encode(state)) == state)
    }

    /// What is held needs its resume first, which brings it back to waiting; the refusal says so.
    @Test(arguments: [true, false]) func aStartThatIsPausedMeanwhile(isProposed: Bool) {
        var fixture = fixture(updateOver: isProposed ? 2 : nil)
        var definition = CoreFixture.update()
        definition.requiresApproval = !isProposed
        fixture.command(.draft(definition))
        fixture.command(.start(update: "u"), Self.kim)
        #expect(fixture.command(.pause(update: "u"), Self.kim) == nil)
        let refusal = fixture.command(.approve(update: "u"), Self.ada)
        #expect(refusal?.message == "u is paused")
        #expect(refusal?.remedy == "resume it first: it waits for an approval again then")
        #expect(fixture.command(.resume(update: "u"), Self.kim) == nil)
        #expect(status(fixture) == .awaitingApproval)
        #expect(fixture.command(.approve(update: "u"), Self.ada) == nil)
        #expect(status(fixture) == .running)
    }

    /// A pause of what runs is no waiting for an approval.
    @Test func whatIsPausedOtherwiseWaitsForNoApproval() {
        var fixture = fixture()
        fixture.command(.start(update: "u"), Self.kim)
        fixture.command(.pause(update: "u"), Self.kim)
        #expect(fixture.command(.approve(update: "u"), Self.ada)?.message == "nothing in u waits for an approval")
    }
}
