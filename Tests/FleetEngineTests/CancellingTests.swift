import FleetCore
import Testing

@testable import FleetEngine

/// An update that is called off while devices are under way.
@Suite struct CancellingTests {
    private static var fetched: EngineLoop.Options {
        var options = EngineLoop.Options()
        options.ordersAreFetched = true
        return options
    }

    private func summary(_ fixture: EngineFixture) throws -> UpdateSummary {
        var loop = fixture.loop
        return try #require(loop.view(ViewQuery(), now: fixture.now).updates.first)
    }

    @Test func itIsBeingCancelledUntilTheLastHasSaidItsWord() throws {
        var fixture = try EngineFixture(devices: 2)
        fixture.command(.start(update: "u"))
        #expect(try summary(fixture).standing == "running")
        fixture.command(.cancel(update: "u"))
        #expect(try summary(fixture).standing == "cancelling")
        #expect(try summary(fixture).statusText == "2 still out, cancelled by kim")
        fixture.contact(0, EngineFixture.new)
        #expect(try summary(fixture).statusText == "1 still out, cancelled by kim")
        fixture.contact(1, EngineFixture.new)
        #expect(try summary(fixture).standing == "cancelled")
        #expect(try summary(fixture).statusText == "cancelled by kim")
    }

    @Test func whereNoDeviceCalledInItEndsAtOnce() throws {
        var fixture = try EngineFixture(options: Self.fetched)
        fixture.now = fixture.now + .seconds(1)
        fixture.command(.start(update: "u"))
        #expect(try summary(fixture).tally[.inProgress] == 5)
        fixture.now = fixture.now + .seconds(1)
        fixture.command(.cancel(update: "u"))
        #expect(try summary(fixture).standing == "cancelled")
        #expect(try summary(fixture).tally[.cancelled] == 5)
        #expect(fixture.loop.state.orders == [])
    }

    /// One that called in since has been told; one whose order was made by its call has too.
    @Test func whoMayKnowOfItsOrderIsWaitedFor() throws {
        var fixture = try EngineFixture(options: Self.fetched)
        fixture.now = fixture.now + .seconds(1)
        fixture.contact(0, EngineFixture.old)
        fixture.command(.start(update: "u"))
        fixture.now = fixture.now + .seconds(1)
        fixture.contact(1, EngineFixture.old)
        fixture.command(.cancel(update: "u"))
        #expect(try summary(fixture).statusText == "2 still out, cancelled by kim")
        #expect(fixture.loop.state.orders.map(\.device.rawValue).sorted() == [0, 1])
        #expect(!fixture.loop.state.orders.contains { !$0.isWithdrawn })
    }

    /// A contact of the time before may have been lost with the process.
    @Test func anEngineThatStartedSinceWaits() throws {
        var fixture = try EngineFixture(options: Self.fetched)
        fixture.command(.start(update: "u"))
        fixture.now = fixture.now + .seconds(1)
        fixture.loop = try EngineLoop(
            log: fixture.log, link: fixture.link, now: fixture.now, options: Self.fetched)
        fixture.command(.cancel(update: "u"))
        #expect(try summary(fixture).statusText == "5 still out, cancelled by kim")
    }
}
