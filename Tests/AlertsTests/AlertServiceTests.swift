import FleetCore
import FleetEngine
import FleetJournal
import Foundation
import Logging
import Synchronization
import Testing

@testable import Alerts

/// The service on a real journal, with real receivers.
@Suite(.timeLimit(.minutes(10)))
struct AlertServiceTests {
    let folder: ScratchFolder
    let secret: String

    init() throws {
        folder = try ScratchFolder()
        secret = try folder.write("secret", "s")
    }

    private var state: String { "\(folder.path)/state" }

    /// An engine's journal with the facts of a story, as far as it is told.
    private func journal(_ facts: [Fact]) throws -> SQLiteJournal {
        let journal = try SQLiteJournal.open(directory: state, fleet: "shop", mode: .readWrite)
        if !facts.isEmpty { try journal.append(facts) }
        return journal
    }

    private func service(
        _ receiver: Receiver?, command: [String] = [], factCount: Int,
        _ change: (inout AlertService.Options) -> Void = { _ in }
    ) -> AlertService {
        var settings = AlertSettings()
        if let receiver { settings.webhook = AlertWebhook(url: receiver.url, secretFile: secret) }
        settings.command = command
        var options = AlertService.Options(
            settings: settings, fleet: "shop", directory: state,
            now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) })
        options.schedule.firstPause = .milliseconds(20)
        options.schedule.longestPause = .milliseconds(100)
        options.interval = .milliseconds(20)
        change(&options)
        let directory = state
        return AlertService(
            options, factCount: factCount, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            openJournal: { try SQLiteJournal.open(directory: directory, fleet: "shop", mode: .readOnly) })
    }

    /// An update of which every device failed, in two parts: before its end, and its end.
    private func failingUpdate() -> (before: [Fact], end: [Fact]) {
        var story = Story()
        story.start("u")
        let before = story.facts
        story.all(.gaveUp(Story.broken))
        return (before, Array(story.facts.dropFirst(before.count)))
    }

    @Test func anAlertIsToldOnceItsFactIsDurable() throws {
        let (before, end) = failingUpdate()
        let journal = try journal(before), receiver = try Receiver()
        let service = service(receiver, factCount: before.count)
        service.start { nil }
        try journal.append(end)
        let request = try #require(try receiver.wait(for: 1).first)
        #expect(request.kind == "completed" && request.json["severity"] as? String == "critical")
        #expect(request.id == "\(before.count + end.count)-completed")
        #expect((request.json["outcome"] as? [String: Int])?["failed"] == 4)
        try journal.close()
        service.end()
        #expect(receiver.requests.count == 1 && service.counts.delivered == [.webhook: 1])
        #expect(try folder.mode("state/alerts.json") == 0o600)
    }

    @Test func historyIsNotTold() throws {
        let (before, end) = failingUpdate()
        let journal = try journal(before + end), receiver = try Receiver()
        let service = service(receiver, factCount: before.count + end.count)
        service.start { nil }
        var story = Story()
        story.start("u")
        try eventually("the cursor") {
            service.shared.withLock { $0.outbox.cursor } == UInt64(before.count + end.count)
        }
        try journal.close()
        service.end()
        #expect(receiver.requests.isEmpty)
    }

    @Test func aFailureIsTriedAgain() throws {
        let (before, end) = failingUpdate()
        let journal = try journal(before), receiver = try Receiver([.answer(500), .drop, .answer(429), .answer(200)])
        let service = service(receiver, factCount: before.count)
        service.start { nil }
        try journal.append(end)
        let requests = try receiver.wait(for: 4)
        #expect(Set(requests.map(\.id)).count == 1 && Set(requests.map(\.body)).count == 1)
        try eventually("the delivery") { service.counts.delivered == [.webhook: 1] }
        #expect(service.counts.failed == [.webhook: 3])
        try journal.close()
        service.end()
    }

    @Test func whatIsRefusedOrTriedTooOftenIsGivenUp() throws {
        let (before, end) = failingUpdate()
        let journal = try journal(before), receiver = try Receiver([.answer(404)])
        let hook = try folder.script("hook", "echo x >>'\(folder.path)/runs'; exit 1")
        let service = service(receiver, command: [hook], factCount: before.count) { $0.schedule.mostAttempts = 3 }
        service.start { nil }
        try journal.append(end)
        try eventually("both ways given up") { service.counts.givenUp == [.webhook: 1, .command: 1] }
        #expect(receiver.requests.count == 1 && folder.text("runs") == "x\nx\nx\n")
        #expect(service.shared.withLock { $0.outbox.pending.isEmpty })
        try journal.close()
        service.end()
    }

    /// A receiver that hangs holds up neither the other way nor the end.
    @Test func whatHangsHoldsUpNothingElse() throws {
        let (before, end) = failingUpdate()
        let journal = try journal(before), receiver = try Receiver([.hang])
        let hook = try folder.script("hook", "echo \"$MUSTER_ALERT_ID\" >>'\(folder.path)/runs'")
        let service = service(receiver, command: [hook], factCount: before.count) {
            $0.webhookTime = .seconds(600)
            $0.lastChance = .milliseconds(200)
        }
        service.start { nil }
        try journal.append(end)
        _ = try receiver.wait(for: 1)
        try eventually("the hook") { folder.text("runs") == "\(before.count + end.count)-completed\n" }
        try journal.close()
        let begin = ContinuousClock.now
        service.end()
        #expect(ContinuousClock.now - begin < .seconds(10))
        // It is told after the next start, with the same id, and by the way that lacks it only.
        receiver.set([.answer(200)])
        let next = self.service(receiver, command: [hook], factCount: before.count + end.count)
        next.start { nil }
        let requests = try receiver.wait(for: 2)
        #expect(requests[0].id == requests[1].id && requests[0].body == requests[1].body)
        next.end()
        #expect(folder.text("runs").split(separator: "\n").count == 1)
    }

    /// A journal that grew while nothing watched it, as by a crash before anything was seen.
    @Test func whatWasMissedIsTold() throws {
        let (before, end) = failingUpdate()
        let journal = try journal(before), receiver = try Receiver()
        let first = service(receiver, factCount: before.count)
        first.start { nil }
        first.end(isHandedOver: true)
        try journal.append(end)
        try journal.append([Fact(at: end[0].at, .engineStarted)])
        let second = service(receiver, factCount: before.count + end.count)
        second.start { nil }
        #expect(try receiver.wait(for: 1).map(\.id) == ["\(before.count + end.count)-completed"])
        try journal.close()
        second.end()
        #expect(receiver.requests.count == 1)
    }

    @Test func anEngineThatFailedIsToldOf() throws {
        let (before, _) = failingUpdate()
        let journal = try journal(before), receiver = try Receiver()
        let service = service(receiver, factCount: before.count)
        let failure = Mutex<String?>(nil)
        service.start { failure.withLock { $0 } }
        failure.withLock { $0 = "the disk is full" }
        let request = try #require(try receiver.wait(for: 1).first)
        #expect(request.kind == "engine-stopped")
        #expect(request.json["text"] as? String == "the engine of shop has failed: the disk is full")
        try journal.close()
        service.end()
        #expect(receiver.requests.count == 1)
    }

    @Test func aStopIsToldWhileUpdatesAreLive() throws {
        let (before, end) = failingUpdate()
        let journal = try journal(before), receiver = try Receiver()
        let service = service(receiver, factCount: before.count)
        service.start { nil }
        service.end()
        let request = try #require(receiver.requests.first)
        #expect(
            request.json["text"] as? String
                == "the engine of shop was stopped while 1 update is live: u; 4 devices under way")
        try journal.append(end)
        let next = self.service(receiver, factCount: before.count)
        next.start { nil }
        next.end()
        #expect(receiver.requests.map(\.kind) == ["engine-stopped", "completed"])
        try journal.close()
    }

    @Test func aHandOverIsNoStop() throws {
        let (before, _) = failingUpdate()
        let journal = try journal(before), receiver = try Receiver()
        let service = service(receiver, factCount: before.count)
        service.start { nil }
        service.end(isHandedOver: true)
        #expect(receiver.requests.isEmpty)
        try journal.close()
    }

    @Test func anUncleanEndIsFoundAtTheNextStart() throws {
        let (before, _) = failingUpdate()
        let journal = try journal(before), receiver = try Receiver()
        var cut = Outbox(cursor: UInt64(before.count) - 2)
        cut.isRunning = true
        try OutboxFile(directory: state).write(cut)
        let service = service(receiver, factCount: before.count)
        try journal.append([Fact(at: before[before.count - 1].at + .hours(3), .engineStarted)])
        service.start { nil }
        let request = try #require(try receiver.wait(for: 1).first)
        #expect(request.id == "\(before.count)-engine-stopped")
        #expect(
            request.json["text"] as? String
                == "the engine of shop was not ended in good order; last fact at \(before[before.count - 1].at.iso)")
        service.end(isHandedOver: true)
        let next = self.service(receiver, factCount: before.count + 1)
        next.start { nil }
        next.end(isHandedOver: true)
        #expect(receiver.requests.count == 1)
        try journal.close()
    }

    /// With a checkpoint behind the cursor the state at a fact is folded anew, not taken from it.
    @Test func aCheckpointHidesNothing() throws {
        var story = Story()
        story.start("u")
        let before = story.facts
        story.all(.gaveUp(Story.broken))
        let journal = try journal(story.facts), receiver = try Receiver()
        journal.keep(Checkpoint(state: story.machine.state, feed: [], feedCapacity: 0), inBackground: false)
        #expect(journal.checkpointFailure == nil)
        try OutboxFile(directory: state).write(Outbox(cursor: UInt64(before.count)))
        let service = service(receiver, factCount: story.facts.count)
        service.start { nil }
        #expect(try receiver.wait(for: 1).map(\.kind) == ["completed"])
        try journal.close()
        service.end()
    }

    @Test func anOlderJournalGoesOnAtItsEnd() throws {
        let (before, end) = failingUpdate()
        let journal = try journal(before + end), receiver = try Receiver()
        try OutboxFile(directory: state).write(Outbox(cursor: 1_000_000))
        let service = service(receiver, factCount: before.count + end.count)
        service.start { nil }
        try journal.close()
        service.end()
        #expect(receiver.requests.isEmpty)
        #expect(try OutboxFile(directory: state).read()?.cursor == UInt64(before.count + end.count))
    }

    @Test func onlyWhatIsAskedForIsTold() throws {
        let (before, end) = failingUpdate()
        let journal = try journal(before + end), receiver = try Receiver()
        let service = service(receiver, factCount: before.count) { $0.settings.kinds = [.silent] }
        service.start { nil }
        try journal.close()
        service.end()
        #expect(receiver.requests.isEmpty)
    }

    /// A thousand devices fall silent over a while: one alert for those of a moment, one more at the end of the span.
    @Test func aThousandSilentDevicesAreFewPosts() throws {
        var story = Story(devices: 1000)
        story.start("u")
        story.all(.reached(.installing))
        story.all(.restarted)
        let before = story.facts
        story.pass(.hours(1))
        let end = Array(story.facts.dropFirst(before.count))
        let journal = try journal(before), receiver = try Receiver()
        let service = service(receiver, factCount: before.count) { $0.settings.collapse = .seconds(30) }
        service.start { nil }
        for start in stride(from: 0, to: end.count, by: 50) {
            try journal.append(Array(end[start..<min(end.count, start + 50)]))
        }
        _ = try receiver.wait(for: 2)
        try journal.close()
        service.end()
        let silent = receiver.requests.filter { $0.kind == "silent" }
        #expect((1...2).contains(silent.count))
        #expect(silent.compactMap { $0.json["count"] as? Int }.reduce(0, +) == 1000)
        #expect(silent.allSatisfy { ($0.json["devices"] as? [String])?.count == 5 })
    }
}
