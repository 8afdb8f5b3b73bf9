import Testing

@testable import FleetCore

/// A device that is in use puts off its order: the clocks wait for it, within a bound, and nothing is journalled.
@Suite struct DeferralTests {
    private func offered() -> (fixture: CoreFixture, device: DeviceIndex, generation: UInt32) {
        var fixture = CoreFixture(sites: 1, terminals: 1)
        fixture.start(CoreFixture.update())
        let order = fixture.machine.state.orders[0]
        return (fixture, order.device, order.generation)
    }

    private func deadline(_ fixture: CoreFixture) -> Timestamp? {
        let state = fixture.machine.state
        guard let update = state.update("u"), let position = update.assignments.position(of: DeviceIndex(0)) else {
            return nil
        }
        return state.deadline(update.index, position, presence: fixture.machine.presence)
    }

    @Test func theDeadlineWaitsForADay() throws {
        var (fixture, device, generation) = offered()
        let limit = fixture.machine.state.settings.deadlines[.offered]
        let first = fixture.now
        #expect(deadline(fixture) == first + limit)
        for _ in 0..<200 {
            fixture.report("pos-0-0", .deferred(why: "a sale"))
            let held = min(fixture.now, first + Presence.longestDeferral)
            #expect(deadline(fixture) == held + limit)
            #expect(fixture.state("u", "pos-0-0") == .inProgress)
            guard fixture.now < first + Presence.longestDeferral else { break }
            fixture.pass(.minutes(10))
        }
        #expect(fixture.machine.presence.deferral(device, generation: generation)?.why == "a sale")
        fixture.pass(limit + .seconds(1))
        #expect(fixture.state("u", "pos-0-0") == .retrying)
    }

    @Test func itEndsWithTheNextStep() {
        var (fixture, device, generation) = offered()
        fixture.report("pos-0-0", .deferred(why: "a sale"))
        #expect(fixture.machine.presence.deferral(device, generation: generation) != nil)
        fixture.report("pos-0-0", .reached(.downloading))
        #expect(fixture.machine.presence.deferral(device, generation: generation) == nil)
    }

    @Test func aWordAboutAnotherOrderIsNotKept() {
        var (fixture, device, generation) = offered()
        fixture.report("pos-0-0", .deferred(why: "a sale"), generation: generation + 1)
        #expect(fixture.machine.presence.deferral(device, generation: generation) == nil)
    }

    @Test func aLongReasonIsCut() {
        var (fixture, device, generation) = offered()
        fixture.report("pos-0-0", .deferred(why: String(repeating: "x", count: 5000)))
        let why = fixture.machine.presence.deferral(device, generation: generation)?.why
        #expect(why?.utf8.count == Presence.mostDeferralText)
    }
}
