import FleetCore
import FleetEngine
import Testing

/// A phase of which no device was tried, as operators see it.
@Suite struct UntriedPhaseTests {
    private func paused() throws -> EngineFixture {
        var fixture = try EngineFixture(devices: 4)
        let phases = [PhaseDefinition(name: "canary", percent: 25), PhaseDefinition(name: "all", percent: 100)]
        fixture.command(
            .draft(
                UpdateDefinition(
                    id: "p", release: EngineFixture.new, selector: .all,
                    strategy: .progressive(phases: phases, onFailure: .rollBack))))
        fixture.command(.start(update: "p"))
        let order = try #require(fixture.loop.state.orders.first)
        fixture.command(.decommission(device: fixture.loop.state.devices.id(order.device)))
        return fixture
    }

    @Test func itIsSaidWhereverItIsAsked() throws {
        var fixture = try paused()
        var query = ViewQuery()
        query.update = "p"
        query.eventCount = 50
        let why = "gate of canary is inconclusive: no device was tried"
        var view = fixture.loop.view(query, now: fixture.now)
        #expect(view.update?.summary.statusText == why)
        #expect(view.update?.gate?.size == 0 && view.update?.gate?.minimumSample == 1)
        #expect(view.alerts.map(\.text) == ["p: gate of canary is inconclusive, no device was tried, paused"])
        #expect(fixture.loop.status(now: fixture.now).troubles == ["p is paused: \(why)"])
        fixture.command(.resume(update: "p"))
        view = fixture.loop.view(query, now: fixture.now)
        #expect(view.update?.phases.map(\.verdict) == [.inconclusive, .unproven])
        let line = try #require(view.events.first { $0.text.contains("canary left") })
        #expect(line.text == "p: canary left behind, no device was tried" && line.kind == .caution)
        #expect(!view.events.contains { $0.text == "p: canary done" })
    }

    @Test func anUpdateThatLostAllItsDevicesHadNothingToDo() throws {
        var fixture = try paused()
        for number in 0..<4 { fixture.command(.decommission(device: "pos-\(number)")) }
        var query = ViewQuery()
        query.update = "p"
        let summary = fixture.loop.view(query, now: fixture.now).update?.summary
        #expect(summary?.status == .completed && summary?.statusText == "nothing to do")
    }
}
