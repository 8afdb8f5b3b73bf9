import Testing

@testable import FleetCore

/// What becomes of a fleet whose journal came from a backup.
struct RestoreTests {
    private static let operatorOrigin = Origin(operatorName: "kim", source: "test", reason: "the disk died")

    /// A rollout in the middle: of eight terminals some have an order, since each site keeps one that works.
    private func rollout() -> CoreFixture {
        var fixture = CoreFixture()
        fixture.start(CoreFixture.update())
        return fixture
    }

    /// The fixture after its facts went through a backup.
    private func restored(_ fixture: CoreFixture) throws -> CoreFixture {
        var restored = fixture
        var machine = FleetMachine()
        machine.begin(from: fixture.machine.state)
        try machine.restore(Self.operatorOrigin, now: fixture.now)
        restored.machine = machine
        restored.machine.takeUp(now: fixture.now)
        restored.machine.tick(now: fixture.now)
        return restored
    }

    private func underWay(_ fixture: CoreFixture) -> [DeviceIndex] {
        fixture.machine.state.orders.map(\.device)
    }

    @Test func nothingGoesOnByItself() throws {
        let before = rollout()
        #expect(!underWay(before).isEmpty)
        var fixture = try restored(before)
        #expect(underWay(fixture) == [])
        #expect(fixture.machine.state.update("u")?.status == .paused)
        fixture.pass(.hours(5))
        #expect(underWay(fixture) == [])
        let facts = fixture.machine.takeFacts()
        #expect(
            facts.first?.event
                == .commandAccepted(CommandRecord(verb: "restore", object: "fixture", origin: Self.operatorOrigin)))
    }

    @Test func noOrderHasTheNumberOfAnother() throws {
        let before = rollout()
        let numbers = before.machine.state.orders.map(\.generation)
        var fixture = try restored(before)
        fixture.command(.resume(update: "u"))
        let again = fixture.machine.state.orders.map(\.generation)
        #expect(again.count == numbers.count)
        #expect(again.allSatisfy { $0 > FleetState.restoreStride })
        // What is still said of an order from before counts for none.
        let device = before.machine.state.orders[0].device
        let id = fixture.machine.state.devices.id(device)
        fixture.report(id, .gaveUp(FailureCause(code: "hash mismatch", isPermanent: true)), generation: numbers[0])
        #expect(fixture.state("u", id) == .inProgress)
    }

    @Test func aDeviceThatWentOnMeanwhileHasCompleted() throws {
        let before = rollout()
        let id = before.machine.state.devices.id(before.machine.state.orders[0].device)
        var fixture = try restored(before)
        #expect(fixture.state("u", id) == .retrying)
        fixture.report(id, .contacted(firmware: CoreFixture.new))
        #expect(fixture.state("u", id) == .completed)
    }

    /// What was called off in the backup stays so: an order under way then has no second try.
    @Test func aCancelledUpdateEnds() throws {
        var before = rollout()
        before.command(.cancel(update: "u"))
        #expect(!underWay(before).isEmpty)
        let fixture = try restored(before)
        #expect(underWay(fixture) == [])
        #expect(fixture.machine.state.update("u")?.status == .cancelled)
    }

    /// A device may speak of an order that it was given after the backup, and is not told that it never was.
    @Test func whatWasGivenSinceTheBackupMayHaveBeenAnybodys() throws {
        let before = rollout(), state = before.machine.state
        let (one, other) = (state.orders[0], state.orders[1])
        #expect(!state.hasGiven(state.generation + 1, to: one.device))
        let after = try restored(before).machine.state
        #expect(after.generation > state.generation + 1)
        for number in [state.generation + 1, after.generation] {
            #expect(after.hasGiven(number, to: one.device) && after.hasGiven(number, to: other.device))
        }
        #expect(after.hasGiven(one.generation, to: one.device) && !after.hasGiven(one.generation, to: other.device))
        #expect(!after.hasGiven(after.generation + 1, to: one.device))
    }

    @Test func anUpdateThatIsPausedStaysAsItIs() throws {
        var before = rollout()
        before.command(.pause(update: "u"))
        let fixture = try restored(before)
        #expect(fixture.machine.state.update("u")?.pauseReason == .operatorPaused(name: "kim"))
        #expect(underWay(fixture) == [])
    }

    /// The state that is read back from a checkpoint is held to all that holds in a fold.
    @Test func theStateIsWhole() throws {
        let state = try restored(rollout()).machine.state
        #expect(state.missing == nil)
        #expect(try StateCoder.encode(StateCoder.decode(StateCoder.encode(state))) == StateCoder.encode(state))
    }

    @Test func thereIsAnEndToRestoring() throws {
        var fixture = CoreFixture()
        for _ in 0..<127 { fixture = try restored(fixture) }
        #expect(throws: Refusal.self) {
            for _ in 0..<2 { fixture = try restored(fixture) }
        }
    }
}
