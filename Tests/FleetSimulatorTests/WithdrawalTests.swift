import FleetCore
import FleetEngine
import Testing

@testable import FleetSimulator

/// Orders that are taken back: what terminals make of them.
@Suite struct WithdrawalTests {
    private func cancelled(after moment: Duration) throws -> Trial {
        let update = try SmallFleet.update(.immediate(offline: .queue))
        let script = SmallFleet.script(SmallFleet.devices(3), update) {
            $0.commands = [.init(after: moment, .cancel(update: "u"))]
        }
        return try Trial(script)
    }

    /// Before it has answered, and in the middle of its download.
    @Test(arguments: [Duration.milliseconds(500), .milliseconds(1500)])
    func whatDoesNotInstallIsDropped(moment: Duration) throws {
        let trial = try cancelled(after: moment)
        #expect(try trial.update().status == .cancelled)
        #expect(try trial.update().tally[.cancelled] == 3)
        let device = try trial.device("t-01")
        #expect(device.reason == .cancelled(by: "simulation"))
        #expect(device.firmware == SmallFleet.old)
        #expect(device.attempts == 1)
        // It takes a second to answer.
        #expect(device.endedAt == after(moment + .seconds(1)))
        let flash = try trial.flash("t-01")
        #expect(flash.installations == 0)
        #expect(flash.job == nil)
        #expect(flash.download == nil)
        #expect(flash.ended?.outcome == .dropped)
    }

    @Test func whatInstallsFinishes() throws {
        let trial = try cancelled(after: .seconds(30))
        #expect(try trial.update().status == .cancelled)
        #expect(try trial.update().tally[.completed] == 3)
        #expect(try trial.device("t-01").endedAt == after(SmallFleet.whole))
    }

    /// Nothing is counted as sent back that never left.
    @Test func aRollbackSkipsWhatWasDropped() throws {
        var update = try SmallFleet.update(.immediate(offline: .queue))
        update.inFlight = 1
        let script = SmallFleet.script(SmallFleet.devices(4), update) {
            $0.commands = [
                .init(
                    after: SmallFleet.whole + .milliseconds(500),
                    .rollBack(update: "u", confirmation: "u", preview: nil))
            ]
        }
        let trial = try Trial(script)
        #expect(try trial.update().status == .rolledBack)
        #expect(try trial.update().tally[.completed] == 1)
        #expect(try trial.update().tally[.cancelled] == 3)
        let back = try trial.update("u/rollback")
        #expect(back.status == .completed)
        #expect(back.tally[.completed] == 1)
        #expect(back.devices.filter { $0.state == .skipped }.map(\.reason) == [.alreadyOn(SmallFleet.old)])
        #expect(back.devices.count == 2)
    }

    // MARK: - One terminal

    private func world(_ flash: [FlashRecord] = [], now: Timestamp? = nil) throws -> World {
        let script = try SmallFleet.script(SmallFleet.devices(1), SmallFleet.update(.immediate(offline: .queue)))
        return World(
            records: script.devices, settings: script.settings, profile: script.profile, start: script.start, now: now,
            flash: flash)
    }

    private func order(_ generation: UInt32 = 4, isWithdrawn: Bool = false) -> Order {
        Order(
            device: DeviceIndex(0), update: UpdateIndex(0), attempt: 1, generation: generation, release: SmallFleet.new,
            size: 100_000, isRollback: false, isWithdrawn: isWithdrawn)
    }

    /// What the terminal says about orders until a moment.
    private func words(_ world: World, until moment: Duration) -> [Report.Body] {
        world.takeReports(through: after(moment)).filter { $0.generation == 4 }.map(\.body)
    }

    @Test func theWordIsSaidAgainWhenItIsAskedForAgain() throws {
        let world = try world()
        world.send([order()])
        #expect(words(world, until: .seconds(2)) == [.reached(.downloading)])
        world.send([order(isWithdrawn: true)])
        #expect(words(world, until: .seconds(4)) == [.dropped])
        world.send([order(isWithdrawn: true)])
        world.send([order(isWithdrawn: true)])
        #expect(words(world, until: .seconds(6)) == [.dropped])
        #expect(world.isSettled)
    }

    /// A terminal that never heard of an order keeps in mind that it was taken back: the order itself may come later.
    @Test func anOrderThatComesAfterItsWithdrawalIsNotCarriedOut() throws {
        let world = try world()
        world.send([order(isWithdrawn: true)])
        #expect(words(world, until: .seconds(2)) == [.dropped])
        world.send([order()])
        #expect(words(world, until: .minutes(4)) == [.dropped])
        #expect(world.flash(DeviceIndex(0)).installations == 0)
    }

    /// One that was taken back long ago says nothing about a later order.
    @Test func aLateWithdrawalOfAnEarlierOrderChangesNothing() throws {
        let world = try world()
        world.send([order(5)])
        _ = world.takeReports(through: after(.seconds(2)))
        world.send([order(isWithdrawn: true)])
        #expect(words(world, until: .seconds(9)) == [])
        #expect(world.flash(DeviceIndex(0)).job?.order == order(5))
    }

    @Test func aTerminalThatInstallsGoesOn() throws {
        let world = try world()
        world.send([order()])
        var said = words(world, until: .seconds(130))
        #expect(said.last == .reached(.installing))
        world.send([order(isWithdrawn: true)])
        said = words(world, until: .minutes(6))
        #expect(said == [.restarted])
        #expect(world.flash(DeviceIndex(0)).running == SmallFleet.new)
        // It runs what was taken back too late, and says that.
        world.send([order(isWithdrawn: true)])
        let contact = world.takeReports(through: after(.minutes(6) + .seconds(2)))
        #expect(contact == [Report(device: DeviceIndex(0), body: .contacted(firmware: SmallFleet.new))])
    }

    /// The link goes down before the terminal has answered, and its power too: it says it when it is back.
    @Test func theWordOutlivesAPowerCut() throws {
        let before = try world()
        before.send([order()])
        _ = before.takeReports(through: after(.seconds(2)))
        before.send([order(isWithdrawn: true)])
        let kept = FlashRecord(device: "t-01", flash: before.flash(DeviceIndex(0)))
        let read = try #require(FlashRecord(bytes: kept.bytes))
        #expect(read == kept)
        #expect(read.flash.ended == Flash.EndedOrder(generation: 4, outcome: .dropped, isReported: false))
        let again = try world([read], now: after(.seconds(10)))
        #expect(words(again, until: .minutes(6)).first == .dropped)
    }

    /// Records of a terminal that gave up, or was done, are as they were before terminals could drop an order.
    @Test func recordsOfOlderTerminalsAreRead() throws {
        var flash = Flash(running: SmallFleet.old)
        let cause = FailureCause(code: "x", isPermanent: true)
        let ends: [(Flash.EndedOrder.Outcome, [UInt8])] = [
            (.done, [1, 4, 0, 1]), (.gaveUp(cause), [1, 4, 1, 1, 120, 1, 1]), (.dropped, [1, 4, 2, 1]),
        ]
        for (outcome, part) in ends {
            flash.ended = Flash.EndedOrder(generation: 4, outcome: outcome, isReported: true)
            let text = Array("1.0.0".utf8)
            let bytes: [UInt8] = [1, 1, 116, 5] + text + [0, 0, 0] + part + [0, 0, 0]
            #expect(FlashRecord(device: "t", flash: flash).bytes == bytes)
            #expect(FlashRecord(bytes: bytes)?.flash == flash)
        }
        #expect(FlashRecord(bytes: [1, 1, 116, 5] + Array("1.0.0".utf8) + [0, 0, 0, 1, 4, 3, 1, 0, 0, 0]) == nil)
    }
}
