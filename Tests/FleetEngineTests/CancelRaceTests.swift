import FleetCore
import FleetEngine
import Testing

/// A cancel that comes in the batch in which an update would go on: once it is acknowledged nothing new begins.
@Suite struct CancelRaceTests {
    private static let devices = 12

    /// SplitMix64.
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private func progressive(_ random: inout Random) -> UpdateDefinition {
        let percents = [[25, 50, 100], [10, 100], [50, 100]].randomElement(using: &random) ?? [100]
        let phases = percents.map {
            PhaseDefinition(name: "p\($0)", percent: $0, gate: Gate(threshold: 5000))
        }
        return UpdateDefinition(
            id: "p", release: EngineFixture.new, selector: .all,
            strategy: .progressive(phases: phases, onFailure: .pause))
    }

    /// What the devices under way say when they are done.
    private func reports(_ fixture: EngineFixture) -> [EngineInput] {
        fixture.loop.state.orders.map { order in
            .report(
                Report(device: order.device, generation: order.generation, body: .contacted(firmware: order.release)))
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>) func nothingNewAfterTheAcknowledgement(seed: UInt64) throws {
        var random = Random(state: seed)
        var fixture = try EngineFixture(devices: Self.devices)
        fixture.command(.draft(progressive(&random)))
        fixture.command(.start(update: "p"))
        for _ in 0..<Int.random(in: 0...1, using: &random) {
            _ = fixture.loop.step(reports(fixture), now: fixture.now)
        }
        let origin = Origin(operatorName: "kim", source: "test", user: "kim", key: CommandKey(high: 1, low: seed))
        let cancel = EngineInput.command(.cancel(update: "p"), origin, ticket: 9)
        let batch = (reports(fixture) + [cancel]).shuffled(using: &random)
        let before = (sent: fixture.link.sent.count, facts: fixture.log.facts.count)
        let replies = fixture.loop.step(batch, now: fixture.now)
        try #require(replies.map(\.ticket) == [9])
        guard replies[0].refusal == nil else { return }
        // It comes once more, as after a dropped line, while the last devices call.
        for _ in 0..<20 {
            fixture.now = fixture.now + .minutes(5)
            _ = fixture.loop.step(reports(fixture) + [cancel], now: fixture.now)
        }
        let facts = fixture.log.facts.dropFirst(before.facts).map(\.event)
        let accepted = try #require(facts.firstIndex { $0.isCancel })
        #expect(facts.count { $0.isCancel } == 1)
        #expect(!facts[accepted...].contains { $0.isNewStart }, "seed \(seed)")
        #expect(!fixture.link.sent.dropFirst(before.sent).contains { !$0.order.isWithdrawn }, "seed \(seed)")
        #expect(fixture.loop.state.update("p")?.status == .cancelled)
    }
}

extension Event {
    fileprivate var isCancel: Bool {
        if case .commandAccepted(let record) = self { return record.verb == "cancel" }
        return false
    }

    fileprivate var isNewStart: Bool {
        switch self {
        case .attemptStarted, .phaseOpened: true
        default: false
        }
    }
}
