import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import EngineSocket

/// Consoles behind the socket.
@Suite(.timeLimit(.minutes(10)))
struct AttachTests {
    private func attach(
        _ engine: ListeningEngine, isReadOnly: Bool = false, alias: String? = nil
    ) throws -> AttachedEngine {
        try #require(try AttachedEngine.attach(to: engine.directory, isReadOnly: isReadOnly, alias: alias) {})
    }

    private func wait<Value>(_ console: AttachedEngine, for found: (ConsoleNews) -> Value?) -> Value? {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let value = found(console.takeNews()) { return value }
            console.waitForNews(seconds: 1)
        }
        return nil
    }

    private var query: ViewQuery {
        var query = ViewQuery()
        query.eventCount = 5
        query.deviceRows = RowRange(offset: 0, count: 10)
        return query
    }

    @Test func aConsoleSeesWhatTheEngineShowsAndGivesCommands() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let console = try attach(engine)
        defer { console.leave() }
        console.ask(query)
        let view = try #require(wait(console) { $0.view })
        #expect(view.devices.rows.map(\.id) == ["till-1"])
        #expect(view.query == query)
        let ticket = try #require(console.submit(.accept(device: "nobody"), reason: ""))
        let reply = try #require(wait(console) { $0.replies.first })
        #expect(reply.ticket == ticket)
        #expect(reply.refusal?.message.contains("nobody") == true)
        #expect(console.submit(.decommission(device: "till-1"), reason: "broken") != nil)
        let events = try #require(
            wait(console) { $0.view?.devices.rows.first?.isDecommissioned == true ? $0.view?.events : nil })
        #expect(events.contains { $0.who == UserName.own && $0.text.contains("decommission till-1") })
    }

    /// Who it is says the kernel; a name of one's own stands beside that and never in its place.
    @Test func anAliasStandsBesideTheUser() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let console = try attach(engine, isReadOnly: true, alias: "kim")
        defer { console.leave() }
        #expect(console.user.name == "kim (\(UserName.own))")
        #expect(console.user.isReadOnly)
        let message = #expect(throws: EngineSocketError.self) {
            _ = try AttachedEngine.attach(to: engine.directory, isReadOnly: true, alias: "k\u{1B}m") {}
        }
        #expect(message?.message.contains("cannot be the name of an operator") == true)
    }

    /// A console that was refused its keys by itself is refused by the engine too.
    @Test func aReadOnlyConsoleGivesNoCommands() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let console = try attach(engine, isReadOnly: true)
        defer { console.leave() }
        _ = console.submit(.decommission(device: "till-1"), reason: "")
        let reply = try #require(wait(console) { $0.replies.first })
        #expect(reply.refusal?.message.contains("looks on") == true)
    }

    /// An engine with nothing to tell is heard of all the same, and a console that does not listen is told once.
    @Test func anIdleEngineIsHeardOf() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let console = try attach(engine)
        defer { console.leave() }
        console.ask(query)
        #expect(wait(console) { $0.view } != nil)
        // Between two views, of which an idle engine makes one in 20 s, the silence is broken several times.
        let deadline = ContinuousClock.now + .seconds(20)
        var last = Duration.zero, beats = 0, views = 0
        while beats < 3, ContinuousClock.now < deadline {
            let silence = try #require(console.silence)
            if silence < last { beats += 1 }
            last = silence
            if console.takeNews().view != nil { views += 1 }
            console.waitForNews(seconds: 0.05)
        }
        #expect(beats >= 3 && views <= 1)
        engine.stopListening()
        #expect(wait(console) { $0.view?.health.failure } != nil)
        #expect(console.silence == nil)
    }

    /// The screen stays, says that it stands still, and goes on with the next engine.
    @Test func aConsoleAttachesAnewToTheNextEngine() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let console = try attach(engine)
        defer { console.leave() }
        console.ask(query)
        #expect(wait(console) { $0.view?.health } == .running)
        engine.stopListening()
        let stopped = try #require(wait(console) { $0.view })
        #expect(stopped.health.failure != nil)
        #expect(stopped.devices.rows.map(\.id) == ["till-1"])
        #expect(console.submit(.decommission(device: "till-1"), reason: "") == nil)
        try engine.listen()
        #expect(wait(console) { $0.view?.health } == .running)
    }

    /// The line drops before, while or after the engine decides: the command is sent again, and carried out once.
    @Test func aCommandWhoseAnswerWasLostIsSentAgain() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let console = try attach(engine)
        defer { console.leave() }
        for round in 0..<8 {
            let command: Command = round.isMultiple(of: 2) ? .decommission(device: "till-1") : .accept(device: "till-1")
            let ticket = try #require(submit(command, to: console))
            for _ in 0..<round * round * 40 { sched_yield() }
            engine.stopListening()
            try engine.listen()
            // Were it done twice, the second time would be refused.
            let reply = try #require(wait(console) { news in news.replies.first { $0.ticket == ticket } })
            #expect(reply.refusal == nil, "round \(round)")
        }
    }

    private func submit(_ command: Command, to console: AttachedEngine) -> UInt64? {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let ticket = console.submit(command, reason: "") { return ticket }
            console.waitForNews(seconds: 0.05)
        }
        return nil
    }

    /// The answer says here too what waits, and what was approved.
    @Test func theAnswerSaysWhatCameOfIt() throws {
        let engine = try ListeningEngine()
        var settings = FleetSettings(name: "shop")
        settings.fourEyes.updateOver = 0
        let definition = UpdateDefinition(
            id: "u", release: Version(2, 0, 0), selector: .all, strategy: .immediate(offline: .queue))
        let origin = Origin(operatorName: "test", source: "files")
        for command in [
            .configure(settings), .addReleases([Release(version: Version(2, 0, 0))]), .draft(definition),
        ] as [Command] {
            #expect(engine.host.submit(command, origin) { _ in })
        }
        try engine.listen()
        let console = try attach(engine)
        defer { console.leave() }
        #expect(console.submit(.start(update: "u"), reason: "") != nil)
        let reply = try #require(wait(console) { $0.replies.first })
        #expect(reply.refusal == nil && reply.note == "waits for a second person, 1 device")
    }

    /// What was decided on a view that somebody else has changed since is refused, and the refusal says what they did.
    @Test func aStaleDecisionIsRefused() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let kim = try attach(engine, alias: "kim"), ada = try attach(engine, alias: "ada")
        defer { for console in [kim, ada] { console.leave() } }
        kim.ask(query)
        let view = try #require(wait(kim) { $0.view })
        #expect(ada.submit(.decommission(device: "till-1"), reason: "broken", basis: view.revision) != nil)
        #expect(try #require(wait(ada) { $0.replies.first }).refusal == nil)
        #expect(kim.submit(.accept(device: "till-1"), reason: "", basis: view.revision) != nil)
        // The view may come with the answer, or behind it.
        var shown = view
        let reply = wait(kim) { news in
            shown = news.view ?? shown
            return news.replies.first
        }
        let refusal = try #require(reply?.refusal)
        #expect(refusal.message.hasPrefix("ada (\(UserName.own)) gave `decommission` for till-1 at "))
        while shown.revision == view.revision { shown = try #require(wait(kim) { $0.view }) }
        let now = shown
        #expect(now.devices.rows.first?.isDecommissioned == true)
        #expect(kim.submit(.accept(device: "till-1"), reason: "", basis: now.revision) != nil)
        #expect(try #require(wait(kim) { $0.replies.first }).refusal == nil)
    }

    /// A console that says rubbish is shown out, and the others stay.
    @Test(arguments: [[0, 0, 0, 0], [1, 0, 0, 0, 99], [255, 255, 255, 255], [3, 0, 0, 0, 2, 1, 1]] as [[UInt8]])
    func rubbishEndsTheConnection(bytes: [UInt8]) throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let console = try attach(engine)
        defer { console.leave() }
        let client = RawClient(engine.path)
        defer { client.close() }
        client.send("{\"attach\":{\"isReadOnly\":false},\"version\":7}\n")
        // It shows its place taken before it is shown out.
        console.ask(query)
        #expect(wait(console) { $0.view?.consoles.count == 2 ? true : nil } == true)
        client.send(bytes)
        #expect(client.readAll().contains("\"outcome\":\"done\""))
        #expect(wait(console) { $0.view?.consoles.count == 1 ? true : nil } == true)
    }

    @Test func aConsoleOfAnotherVersionIsToldSo() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let client = RawClient(engine.path)
        defer { client.close() }
        client.send("{\"attach\":{\"isReadOnly\":false},\"version\":99}\n")
        #expect(client.readAll().contains("does not understand"))
    }

    @Test func stopIsPassedOn() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let response = try EngineSocketClient.send(EngineRequest(.stop, ""), to: engine.directory)
        #expect(response?.outcome == .done)
        #expect(engine.isToStop)
    }
}
