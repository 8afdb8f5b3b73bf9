import FleetCore
import FleetEngine
import Testing

/// A line of the past says what was so then, whatever has become of it since.
@Suite struct EventTextTests {
    private func ends(_ fixture: EngineFixture) -> [String] {
        fixture.loop.eventLines(fixture.log.facts, after: 0).filter { $0.kind == "updateEnded" }.map(\.text)
    }

    private func turnsBad(_ device: UInt32, _ fixture: inout EngineFixture) {
        fixture.contact(device, EngineFixture.old)
        #expect(fixture.log.facts.contains { $0.event.kind == .outcomeTurnedBad })
    }

    @Test func anEndWithoutFailures() throws {
        var fixture = try EngineFixture(devices: 3)
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<3 { fixture.contact(device, EngineFixture.new) }
        #expect(ends(fixture) == ["u completed"])
        turnsBad(1, &fixture)
        #expect(ends(fixture) == ["u completed"])
        #expect(fixture.loop.state.update("u")?.tally.failures == 1)
    }

    @Test func anEndWithAFailure() throws {
        var fixture = try EngineFixture(devices: 3)
        fixture.command(.start(update: "u"))
        let order = fixture.link.sent.first { $0.order.device == DeviceIndex(2) }?.order
        let cause = FailureCause(code: "wrong model", isPermanent: true)
        _ = fixture.loop.step(
            [.report(Report(device: DeviceIndex(2), generation: order?.generation, body: .gaveUp(cause)))],
            now: fixture.now)
        for device: UInt32 in 0..<2 { fixture.contact(device, EngineFixture.new) }
        #expect(ends(fixture) == ["u completed, 1 device failed"])
        turnsBad(0, &fixture)
        #expect(ends(fixture) == ["u completed, 1 device failed"])
        // By an engine that goes on from a checkpoint, too.
        let state = try StateCoder.decode(StateCoder.encode(fixture.loop.state))
        #expect(state == fixture.loop.state && state.update("u")?.failuresAtCompletion == 1)
    }
}
