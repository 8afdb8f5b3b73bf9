import FleetCore
import FleetEngine
import Testing

/// What a device is told that calls in.
@Suite struct CallTests {
    private func work(_ loop: inout EngineLoop, _ device: String, at now: Timestamp) -> DeviceAnswer.Work? {
        let call = DeviceCall(device: device, reports: [.init(.contacted(firmware: nil))])
        return loop.step([.call(call, ticket: 1)], now: now).first { $0.ticket == 1 }?.answer?.work
    }

    /// Of what it was sent before, only the engine of that time knew.
    @Test func anOrderOfAnEarlierEngineIsToldFromAnOwn() throws {
        var fixture = try EngineFixture()
        fixture.command(.start(update: "u"))
        #expect(work(&fixture.loop, "pos-0", at: fixture.now)?.isOlderThanEngine == false)
        let later = fixture.now + .minutes(1)
        var next = try EngineLoop(log: fixture.log, link: fixture.link, now: later)
        let known = try #require(work(&next, "pos-0", at: later))
        #expect(known.isOlderThanEngine)
        // Another attempt of it is as old as the first.
        let cause = FailureCause(code: "no space", isPermanent: false)
        let report = Report(device: known.order.device, generation: known.order.generation, body: .gaveUp(cause))
        _ = next.step([.report(report)], now: later)
        #expect(work(&next, "pos-0", at: later) == nil)
        let due = try #require(next.nextWake)
        let again = try #require(work(&next, "pos-0", at: due))
        #expect(again.order.attempt == 2 && again.isOlderThanEngine)
    }
}
