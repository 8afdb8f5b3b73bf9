import Foundation
import Testing

/// `muster watch`: every fact once, over the end of an engine, until nobody reads.
@Suite(.timeLimit(.minutes(10)))
struct WatchCommandTests {
    let scratch: ScratchFleet

    init() throws { scratch = try ScratchFleet() }

    private func pause(_ verb: String) throws {
        let run = try MusterRun(["update", verb, scratch.fleet, "offline-2.4.0", "--reason", "watch"], scratch)
        #expect(run.code == 0, "\(run.errors)")
    }

    private func isCommand(_ verb: String) -> ([String: Any]) -> Bool {
        { $0["kind"] as? String == "commandAccepted" && ($0["text"] as? String)?.hasPrefix(verb) == true }
    }

    @Test func everyFactOnceOverARestart() throws {
        let first = try ServeRun(scratch, ["--start", "offline-2.4.0"])
        let watch = try WatchRun(scratch, ["--after", "0"])
        var lines = try watch.lines(through: isCommand("start"))
        try pause("pause")
        lines += try watch.lines(through: isCommand("pause"))
        #expect(first.stop() == 0)
        // Without an engine a command is written by itself, which is a fact too.
        try pause("resume")
        lines += try watch.lines(through: isCommand("resume"))
        let second = try ServeRun(scratch)
        try pause("pause")
        lines += try watch.lines(through: isCommand("pause"))
        #expect(second.stop() == 0)
        #expect(lines.map { $0["number"] as? Int } == Array(1...lines.count))
        #expect(lines.count(where: { $0["kind"] as? String == "engineStarted" }) >= 3)
        let paused = try #require(lines.last)
        #expect(paused["who"] as? String == OwnUser.name && paused["update"] as? String == "offline-2.4.0")
        #expect(paused["device"] is NSNull && paused["at"] is String)
        #expect(try watch.closeOutput() == 0)
        // One that goes on behind a number has what is missing and no more.
        let number = try #require(lines[lines.count - 5]["number"] as? Int)
        let later = try WatchRun(scratch, ["--after", "\(number)", "--update", "offline-2.4.0"])
        let next = try later.next()
        let wanted = lines.suffix(4).first { $0["update"] as? String == "offline-2.4.0" }
        #expect(next["number"] as? Int == wanted?["number"] as? Int)
    }

    @Test func whatIsMissingIsSaid() throws {
        #expect(try MusterRun(["watch", scratch.fleet], scratch).code == 2)
        let serve = try ServeRun(scratch)
        let ahead = try MusterRun(["watch", scratch.fleet, "--after", "1000000"], scratch)
        let watch = try WatchRun(scratch, ["--update", "offline-2.4.9"])
        try watch.wait(forError: "there is no update offline-2.4.9 (did you mean offline-2.4.0?): waiting for one")
        #expect(try watch.closeOutput() == 0)
        #expect(ahead.code == 1 && ahead.errors.contains("has no fact 1000000"), "\(ahead.errors)")
        #expect(serve.stop() == 0)
    }
}
