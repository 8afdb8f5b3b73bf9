import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// An engine that begins from a checkpoint knows what one knows that replays everything.
@Suite struct CheckpointTests {
    @Test func anOrderlyEndLeavesACheckpointOfEverything() throws {
        var fixture = try CheckpointFixture()
        fixture.play(0..<60)
        try fixture.end()
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.directory.state).sorted()
        #expect(names == ["checkpoint", "engine.lock", "journal.born", "journal.sqlite"])
        #expect(try fixture.directory.mode(of: fixture.directory.checkpoint) == 0o600)
        #expect(fixture.loop.checkpointFailure == nil)
        #expect(try fixture.directory.expectTruth() == Int(fixture.loop.state.revision))
    }

    @Test func aRunningEngineKeepsOneEverySoManyFacts() throws {
        var fixture = try CheckpointFixture(interval: 20)
        fixture.play(0..<60)
        fixture.journal.checkpoints.finish()
        try fixture.journal.close()
        let spared = try fixture.directory.expectTruth()
        #expect(spared > 20)
        #expect(spared <= fixture.journal.factCount)
    }

    @Test func theTailIsReplayedBehindIt() throws {
        var fixture = try CheckpointFixture()
        fixture.play(0..<40)
        fixture.loop.shutDown(now: fixture.now)
        let kept = Int(fixture.loop.state.revision)
        fixture.play(40..<90)
        try fixture.journal.close()
        #expect(try fixture.directory.expectTruth() == kept)
        #expect(fixture.journal.factCount > kept)
    }

    @Test func anEngineGoesOnFromIt() throws {
        var fixture = try CheckpointFixture()
        fixture.play(0..<30)
        try fixture.end()
        let other = try TemporaryDirectory()
        try FileManager.default.copyItem(atPath: fixture.directory.state, toPath: other.state)
        try FileManager.default.removeItem(atPath: other.checkpoint)
        var histories: [[Fact]] = []
        for directory in [fixture.directory, other] {
            var next = fixture
            next.journal = try directory.open()
            next.loop = try EngineLoop(log: next.journal, link: NoDeviceLink(), now: fixture.now + .hours(1))
            next.now = fixture.now + .hours(1)
            next.play(30..<90)
            try next.end()
            let journal = try directory.open(.readOnly)
            histories.append(try journal.allFacts)
            try journal.close()
        }
        #expect(histories[0] == histories[1])
    }

    @Test func aShortSessionIsNotWorthOne() throws {
        let fixture = try CheckpointFixture()
        try fixture.journal.close()
        let journal = try fixture.directory.open()
        var loop = try EngineLoop(log: journal, link: NoDeviceLink(), now: fixture.now)
        loop.shutDown(now: fixture.now)
        try journal.close()
        #expect(!FileManager.default.fileExists(atPath: fixture.directory.checkpoint))
    }

    /// A feed that was cut at fewer facts than are wanted now would have a hole.
    @Test func aFeedThatIsTooShortDoesNotCount() throws {
        var fixture = try CheckpointFixture()
        fixture.play(0..<40)
        let feed = Array(fixture.loop.feed.facts.suffix(10))
        let checkpoint = Checkpoint(state: fixture.loop.state, feed: feed, feedCapacity: 10)
        fixture.journal.keep(checkpoint, inBackground: false)
        #expect(try fixture.directory.sparedFacts(feedCapacity: 11) == 0)
        #expect(try fixture.directory.sparedFacts(feedCapacity: 10) == Int(fixture.loop.state.revision))
        try fixture.journal.close()
        #expect(try fixture.directory.expectTruth() == 0)
    }

    @Test func aStateOfOtherFactsIsNotKept() throws {
        let fixture = try CheckpointFixture()
        fixture.journal.keep(Checkpoint(state: FleetState(), feed: [], feedCapacity: 10), inBackground: false)
        #expect(!FileManager.default.fileExists(atPath: fixture.directory.checkpoint))
        try fixture.journal.close()
    }

    /// The engine works on, and says so; what was in the way is left alone.
    @Test func oneThatCannotBeKeptIsTold() throws {
        var fixture = try CheckpointFixture(interval: 20)
        // The fixture's own facts may have brought one already.
        fixture.journal.checkpoints.finish()
        try? FileManager.default.removeItem(atPath: fixture.directory.checkpoint)
        let obstacle = fixture.directory.checkpoint + "/mine"
        try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
        fixture.play(0..<60)
        fixture.journal.checkpoints.finish()
        let why = try #require(fixture.loop.checkpointFailure)
        #expect(why.hasPrefix("\(fixture.directory.checkpoint) cannot be replaced: "))
        #expect(why.hasSuffix("; check the disk, and who may write in \(fixture.directory.state)"))
        #expect(fixture.loop.view(ViewQuery(), now: fixture.now).checkpointFailure == why)
        #expect(fixture.loop.health == .running)
        #expect(!FileManager.default.fileExists(atPath: fixture.directory.checkpoint + ".new"))
        try FileManager.default.removeItem(atPath: fixture.directory.checkpoint)
        fixture.play(60..<120)
        fixture.journal.checkpoints.finish()
        #expect(fixture.loop.checkpointFailure == nil)
        try fixture.journal.close()
        #expect(try fixture.directory.expectTruth() > 0)
    }
}
