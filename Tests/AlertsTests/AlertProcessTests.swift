import Foundation
import TerminalTesting
import Testing

/// The real program, which is killed, stopped and asked.
@Suite(.timeLimit(.minutes(10)))
struct AlertProcessTests {
    private func webhook(_ receiver: Receiver) -> String {
        "{webhook: {url: \"\(receiver.url)\", secret-file: SECRET}}"
    }

    @Test func anEndIsToldByBothWays() throws {
        let receiver = try Receiver()
        let folder = try ScratchFolder()
        let hook = try folder.script("hook", "echo \"$MUSTER_ALERT_KIND $MUSTER_ALERT_TEXT\" >>'\(folder.path)/runs'")
        let fleet = try AlertFleet(
            alerts: "{webhook: {url: \"\(receiver.url)\", secret-file: SECRET}, command: [\(hook)]}")
        let serve = try fleet.serve("serve", ["--start", "now"])
        let request = try #require(try receiver.wait(for: 1).first)
        #expect(request.kind == "completed")
        #expect(
            request.json["text"] as? String == "now ended and updated NO device: 0 updated, 0 failed, 1 skipped")
        try eventually("the hook") {
            folder.text("runs") == "completed now ended and updated NO device: 0 updated, 0 failed, 1 skipped\n"
        }
        #expect(serve.stop() == 0)
        // Nothing was live.
        #expect(receiver.requests.count == 1)
        // The journal is whole by itself, though the alerts read it to the last.
        #expect(!FileManager.default.fileExists(atPath: "\(fleet.state)/journal.sqlite-wal"))
        #expect(fleet.folder.text("serve").contains(#""message":"alert delivered""#))
        #expect(try fleet.folder.mode("state/alerts.json") == 0o600)
    }

    /// Killed between the fact and its delivery: it is told after the next start, under the same id.
    @Test func aKillLosesNothing() throws {
        let receiver = try Receiver([.hang])
        let fleet = try AlertFleet(alerts: webhook(receiver))
        let first = try fleet.serve("first")
        try fleet.update("start", "now")
        let cut = try #require(try receiver.wait(for: 1).first)
        kill(first.processIdentifier, SIGKILL)
        first.waitUntilExit()
        receiver.set([.answer(200)])
        let second = try fleet.serve("second")
        let requests = try receiver.wait(for: 3)
        #expect(requests[1...].contains { $0.id == cut.id && $0.body == cut.body })
        let stopped = try #require(requests.first { $0.kind == "engine-stopped" })
        #expect((stopped.json["text"] as? String)?.contains("was not ended in good order; last fact at ") == true)
        #expect(second.stop() == 0)
        #expect(receiver.requests.count == 3)
        // A start behind a good end has nothing to tell.
        let third = try fleet.serve("third")
        #expect(third.stop() == 0 && receiver.requests.count == 3)
    }

    /// A fact of a moment in which no engine ran.
    @Test func whatACommandDidWithoutAnEngineIsToldByTheNext() throws {
        let receiver = try Receiver()
        let fleet = try AlertFleet(alerts: webhook(receiver))
        #expect(try fleet.serve("first").stop() == 0)
        try fleet.update("start", "now")
        let second = try fleet.serve("second")
        #expect(try receiver.wait(for: 1).map(\.kind) == ["completed"])
        #expect(second.stop() == 0)
    }

    @Test func aStopWithSomethingLiveIsTold() throws {
        let receiver = try Receiver()
        let fleet = try AlertFleet(alerts: webhook(receiver))
        let serve = try fleet.serve("serve", ["--start", "later"])
        #expect(serve.stop() == 0)
        let request = try #require(receiver.requests.first)
        #expect(
            request.json["text"] as? String
                == "the engine of shop was stopped while 1 update is live: later; 0 devices under way")
        #expect(receiver.requests.count == 1)
    }

    @Test func aSecondEngineDoesNotTouchTheAlertsOfTheFirst() throws {
        let receiver = try Receiver()
        let fleet = try AlertFleet(alerts: webhook(receiver))
        let first = try fleet.serve("first")
        // They begin behind the gateway.
        try eventually("alerts.json") { !fleet.folder.text("state/alerts.json").isEmpty }
        let before = fleet.folder.text("state/alerts.json")
        let second = try fleet.run(["serve", fleet.fleet, "--state", fleet.state, "--listen", "127.0.0.1:0"])
        #expect(second.code == 1 && second.text.contains("another engine runs here"))
        #expect(fleet.folder.text("state/alerts.json") == before)
        #expect(first.stop() == 0 && receiver.requests.isEmpty)
    }

    @Test func theTestCommandSaysWhatHappened() throws {
        let receiver = try Receiver([.answer(200), .answer(404)])
        let folder = try ScratchFolder()
        let hook = try folder.script("hook", "cat >'\(folder.path)/body'")
        let fleet = try AlertFleet(
            alerts: "{webhook: {url: \"\(receiver.url)\", secret-file: SECRET}, command: [\(hook)]}")
        let good = try fleet.run(["alert", "test", fleet.fleet])
        #expect(good.code == 0)
        #expect(
            good.text == """
                webhook \(receiver.url): delivered, it answered 200
                command \(hook): delivered, it ended with 0

                """)
        #expect(folder.text("body").contains(#""kind":"test""#))
        // What is wrong elsewhere keeps nothing from it.
        try fleet.folder.write("fleet/updates/later.yaml", "version: 1\nid: later\n")
        receiver.set([.answer(404)])
        let bad = try fleet.run(["alert", "test", fleet.fleet])
        #expect(
            bad.code == 1 && bad.text.contains("\nwebhook \(receiver.url): FAILED, it answered 404\n"), "\(bad.text)")
    }

    @Test func withoutWhatItNeedsNothingStarts() throws {
        let fleet = try AlertFleet(
            alerts: "{webhook: {url: \"https://a.example\", secret-file: /nowhere/secret}}")
        for arguments in [["alert", "test", fleet.fleet], ["serve", fleet.fleet, "--state", fleet.state]] {
            let run = try fleet.run(arguments)
            #expect(run.code == 2 && run.text.contains("the secret /nowhere/secret cannot be read"), "\(run.text)")
        }
        #expect(!FileManager.default.fileExists(atPath: fleet.state))
        let none = try AlertFleet(alerts: "{command: [/bin/true]}")
        try none.folder.write("fleet/fleet.yaml", "version: 1\nname: shop\n")
        let run = try none.run(["alert", "test", none.fleet])
        #expect(run.code == 2 && run.text.contains("the fleet has no alerts"))
    }
}
