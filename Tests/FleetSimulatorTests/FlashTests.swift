import FleetCore
import FleetEngine
import Testing

@testable import FleetSimulator

/// What a terminal makes of its flash after a power cut.
@Suite struct FlashTests {
    private static let generation: UInt32 = 4

    private func world(_ flash: [FlashRecord] = [], now: Timestamp? = nil) throws -> World {
        let script = try SmallFleet.script(SmallFleet.devices(1), SmallFleet.update(.immediate(offline: .queue)))
        return World(
            records: script.devices, settings: script.settings, profile: script.profile, start: script.start, now: now,
            flash: flash)
    }

    private func order(to release: Version, isRollback: Bool) -> Order {
        Order(
            device: DeviceIndex(0), update: UpdateIndex(0), attempt: 1, generation: Self.generation, release: release,
            size: isRollback ? 0 : 100_000, isRollback: isRollback, isWithdrawn: false)
    }

    /// Carries an order out from what is in flash; gives every flash that was written on the way, with its moment.
    private func writes(
        _ order: Order, from flash: [FlashRecord], now: Timestamp? = nil
    ) throws -> [(record: FlashRecord, at: Timestamp)] {
        let world = try world(flash, now: now), end = world.now + .hours(2)
        var writes: [(record: FlashRecord, at: Timestamp)] = []
        world.onFlash = { writes.append(($0, world.now)) }
        // A terminal that is told again what it knows is none the worse.
        world.send([order])
        while let next = world.nextEventAt, next < end { _ = world.takeReports(through: next) }
        return writes
    }

    private func expectEndWhereverItIsCut(_ order: Order, from flash: [FlashRecord]) throws {
        let whole = try writes(order, from: flash)
        #expect(whole.count >= 4 && whole.last?.record.flash.running == order.release)
        for (record, at) in whole {
            let after = try writes(order, from: [record], now: at)
            let last = (after.last?.record ?? record).flash
            #expect(last.running == order.release, "cut at \(record.flash)")
            #expect(last.job == nil && last.download == nil, "cut at \(record.flash)")
        }
    }

    /// A simulation that was killed between the first two writes of an order left a terminal that fetched for ever.
    @Test func anOrderComesToItsEndWhicheverWriteWasTheLastBeforeAPowerCut() throws {
        try expectEndWhereverItIsCut(order(to: SmallFleet.new, isRollback: false), from: [])
    }

    @Test func soDoesAReturnToTheOtherSlot() throws {
        var flash = Flash(running: SmallFleet.new)
        flash.otherSlot = SmallFleet.old
        let device = try world().records[0].id
        try expectEndWhereverItIsCut(
            order(to: SmallFleet.old, isRollback: true), from: [FlashRecord(device: device, flash: flash)])
    }
}
