import FleetCore
import FleetEngine
import Testing

/// Nothing is acknowledged, sent or shown before it is durable.
@Suite struct EngineLoopTests {
    @Test func ordersFollowTheirFacts() throws {
        var fixture = try EngineFixture()
        fixture.command(.start(update: "u"))
        #expect(fixture.link.sent.count == 5)
        for (order, durable) in fixture.link.sent {
            let attempt = Event.attemptStarted(order.update, order.device, attempt: 1)
            let place = try #require(fixture.log.facts.firstIndex { $0.event == attempt })
            #expect(place < durable)
        }
    }

    /// Orders are taken back in the step in which their update is stopped, behind its facts, and at each later contact.
    @Test func withdrawalsAreSentAtOnceAndAgain() throws {
        var fixture = try EngineFixture()
        fixture.command(.start(update: "u"))
        let generation = try #require(fixture.loop.state.order(for: DeviceIndex(0))?.generation)
        let installs = Report(device: DeviceIndex(0), generation: generation, body: .reached(.installing))
        _ = fixture.loop.step([.report(installs)], now: fixture.now)
        fixture.command(.cancel(update: "u"))
        let told = fixture.link.sent.dropFirst(5)
        #expect(told.map(\.order.device.rawValue).sorted() == [1, 2, 3, 4])
        let stopped = try #require(fixture.log.facts.firstIndex { $0.event.isStop })
        for (order, durable) in told {
            #expect(order.isWithdrawn)
            #expect(stopped < durable)
        }
        fixture.contact(3, EngineFixture.old)
        #expect(fixture.link.sent.last?.order == fixture.loop.state.order(for: DeviceIndex(3)))
        #expect(fixture.link.sent.count == 10)
        let link = RecordingLink(fixture.log)
        _ = try EngineLoop(log: fixture.log, link: link, now: fixture.now)
        #expect(link.sent.filter(\.order.isWithdrawn).map(\.order.device.rawValue).sorted() == [1, 2, 3, 4])
    }

    /// One that calls in the batch in which its order is taken back is told once.
    @Test func aWithdrawalIsSentOnce() throws {
        var fixture = try EngineFixture()
        fixture.command(.start(update: "u"))
        let contact = Report(device: DeviceIndex(1), body: .contacted(firmware: EngineFixture.old))
        let cancel = EngineInput.command(
            .cancel(update: "u"), Origin(operatorName: "kim", source: "test"), ticket: 1)
        _ = fixture.loop.step([.report(contact), cancel], now: fixture.now)
        #expect(fixture.link.sent.dropFirst(5).map(\.order.device.rawValue).sorted() == [0, 1, 2, 3, 4])
    }

    @Test func oneBatchIsOneCommit() throws {
        var fixture = try EngineFixture()
        let before = fixture.log.appends
        let origin = Origin(operatorName: "kim", source: "test")
        let replies = fixture.loop.step(
            [
                .command(.start(update: "u"), origin, ticket: 1), .command(.pause(update: "u"), origin, ticket: 2),
                .command(.pause(update: "nothing"), origin, ticket: 3),
            ], now: fixture.now)
        #expect(fixture.log.appends == before + 1)
        #expect(replies.map(\.ticket) == [1, 2, 3])
        #expect(replies.map { $0.refusal == nil } == [true, true, false])
    }

    @Test func aFailedAppendStopsTheEngine() throws {
        var fixture = try EngineFixture()
        fixture.log.appendsLeft = 0
        let reply = fixture.command(.start(update: "u"))
        #expect(reply?.refusal?.description == "the engine has stopped: the disk is full; make room")
        #expect(fixture.link.sent.isEmpty)
        #expect(fixture.loop.health == .stopped("the disk is full; make room"))
        #expect(fixture.loop.nextWake == nil)
        let durable = fixture.log.facts.count
        fixture.log.appendsLeft = nil
        // It does not try again: what the disk kept is not known.
        #expect(fixture.command(.pause(update: "u"))?.refusal != nil)
        #expect(fixture.log.facts.count == durable)
        #expect(fixture.loop.view(ViewQuery(), now: fixture.now).health == fixture.loop.health)
    }

    @Test func aNewEngineGoesOnFromTheJournal() throws {
        var fixture = try EngineFixture()
        fixture.command(.start(update: "u"))
        fixture.contact(0, EngineFixture.new)
        let link = RecordingLink(fixture.log)
        let later = try EngineLoop(log: fixture.log, link: link, now: fixture.now + .hours(1))
        let again = link.sent.map(\.order).sorted { $0.generation < $1.generation }
        #expect(again == fixture.link.sent.map(\.order).filter { $0.device != DeviceIndex(0) })
        #expect(later.state.update("u")?.tally[.completed] == 1)
        // The engine's own absence is nobody's failure.
        #expect(later.state.update("u")?.tally[.inProgress] == 4)
        #expect(later.state.devices.fleetCount.statuses.online == 5)
    }

    /// An engine that does not know yet that another took its journal repeats no order and acknowledges nothing, not
    /// even what would leave no fact.
    @Test func anEngineThatWasReplacedSaysNothing() throws {
        var fixture = try EngineFixture()
        fixture.command(.start(update: "u"))
        let sent = fixture.link.sent.count
        fixture.contact(0, EngineFixture.old)
        #expect(fixture.link.sent.count == sent + 1)
        fixture.log.isOwn = false
        let reply = fixture.command(.configure(FleetSettings(name: "fixture")))
        #expect(reply?.refusal != nil)
        fixture.contact(0, EngineFixture.old)
        #expect(fixture.link.sent.count == sent + 1)
        #expect(fixture.loop.health == .stopped("another engine runs here; stop"))
    }

    @Test func sightingsAreWrittenInBatches() throws {
        var fixture = try EngineFixture()
        let before = fixture.log.facts.count
        for device in 0..<5 as Range<UInt32> { fixture.contact(device, EngineFixture.old) }
        #expect(fixture.log.facts.count == before)
        let due = try #require(fixture.loop.nextWake)
        fixture.now = due
        _ = fixture.loop.step([], now: due)
        let sightings = fixture.log.facts.dropFirst(before).compactMap { fact -> [Sighting]? in
            guard case .devicesSeen(let sightings) = fact.event else { return nil }
            return sightings
        }
        #expect(sightings.map(\.count) == [5])
    }

    @Test func aClockThatGoesBackIsNotFollowed() throws {
        var fixture = try EngineFixture()
        fixture.command(.start(update: "u"))
        let last = fixture.loop.state.lastFactAt
        fixture.now = last - .days(365)
        fixture.contact(0, EngineFixture.new)
        #expect(fixture.log.facts.last?.at == last)
        #expect(fixture.loop.state.update("u")?.tally[.completed] == 1)
    }

    @Test func readingDecidesNothing() throws {
        var fixture = try EngineFixture()
        fixture.command(.start(update: "u"))
        let durable = fixture.log.facts.count
        var reading = try EngineLoop(reading: fixture.log)
        #expect(reading.assume([.pause(update: "u")], now: fixture.now).isEmpty)
        #expect(reading.state.update("u")?.status == .paused)
        #expect(fixture.log.facts.count == durable)
        #expect(fixture.loop.state.update("u")?.status == .running)
    }
}

extension Event {
    fileprivate var isStop: Bool {
        if case .startsEnded = self { return true }
        return false
    }
}
