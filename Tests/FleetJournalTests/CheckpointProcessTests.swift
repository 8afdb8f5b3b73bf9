import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// A real process that is killed while it keeps one checkpoint after another.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CheckpointProcessTests {
    /// The rounds go on in one folder, so that each also starts from what a killed process left.
    @Test func aKillAtAnyMomentLeavesTheTruth() throws {
        let directory = try TemporaryDirectory()
        var random = SystemRandomNumberGenerator()
        var spared: [Int] = []
        for _ in 0..<15 {
            let probe = try ProbeProcess("checkpoint", directory.state)
            while probe.account.durable == nil, try probe.line() != nil {}
            for _ in 0..<Int.random(in: 0..<80, using: &random) { _ = try probe.line() }
            probe.kill()
            let last = probe.account.acknowledged

            let journal = try directory.open(fleet: "probe")
            let short = try EngineLoop(reading: journal), long = try EngineLoop(reading: EveryFact(journal))
            #expect(journal.factCount >= last)
            #expect(short.state == long.state)
            #expect(short.feed.facts == long.feed.facts)
            try journal.recover(feedCapacity: 1) {
                spared.append(Int($0.state.revision))
            } _: { _ in
            }
            try journal.close()
        }
        #expect(spared.count > 5, "most kills come after a checkpoint")
        #expect(spared == spared.sorted())
    }
}
