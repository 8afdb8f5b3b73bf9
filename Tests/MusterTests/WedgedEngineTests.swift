import Foundation
import Testing

/// An engine that stands still: it holds the fleet, and answers nobody.
@Suite(.timeLimit(.minutes(10)))
struct WedgedEngineTests {
    private static let update = "offline-2.4.0"
    let scratch: ScratchFleet
    let engine: ServeRun

    init() throws {
        scratch = try ScratchFleet()
        engine = try ServeRun(scratch, ["--start", Self.update])
        engine.signal(SIGSTOP)
    }

    private var says: String {
        "muster: the engine (pid \(engine.pid)) holds the fleet and does not answer; waiting for it for up to "
    }

    /// It says so, and what the journal says without the engine.
    @Test func statusTellsFromTheJournal() throws {
        let start = ContinuousClock.now
        let run = try MusterRun(["status", scratch.fleet], scratch)
        // The engine's own deadlines are 40 s.
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(run.code == 1)
        #expect(run.errors.hasPrefix(says), "\(run.errors)")
        #expect(run.errors.contains("the engine (pid \(engine.pid)) holds the fleet and has not answered within 8 s"))
        #expect(run.errors.contains("muster: this is what the journal says without the engine\n"))
        #expect(run.output.contains("engine: has failed: process \(engine.pid) does not answer"), "\(run.output)")
        #expect(run.output.contains(Self.update) && run.output.contains("10 devices: 6 online"))
        #expect(run.output.contains("needs a person: the engine has failed"))
        // Nothing of it has changed the fleet: the engine goes on.
        engine.signal(SIGCONT)
        #expect(try MusterRun(["status", scratch.fleet], scratch).code == 0)
        #expect(engine.stop() == 0)
    }

    /// Each waits, says for whom and how long, and is done once the engine goes on.
    @Test(arguments: [["update", "pause"], ["update", "start"], ["access"], ["stop"]])
    func commandsSayThatTheyWait(words: [String]) throws {
        let objects = ["pause": [Self.update], "start": ["northeast-tax-2.3.2"]]
        let run = try BackgroundRun(words + [scratch.fleet] + (objects[words.last ?? ""] ?? []), scratch)
        try run.wait(forError: says)
        engine.signal(SIGCONT)
        #expect(run.waitForExit() == 0, "\(words): \(run.errors)")
        if words == ["stop"] {
            #expect(run.output == "the engine has ended\n")
        } else {
            #expect(engine.stop() == 0)
        }
    }

    /// Who has said until when they wait waits no longer.
    @Test func aWaitEndsWhenItsTimeIsUp() throws {
        let start = ContinuousClock.now
        let run = try MusterRun(["update", "wait", scratch.fleet, Self.update, "--timeout", "5s"], scratch)
        // The engine's own deadlines are 40 s.
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(run.code == 1 && run.output == "")
        #expect(run.errors.contains("muster: the time is up, and the engine has not said where "), "\(run.errors)")
        #expect(!run.errors.contains("ended by force"))
        engine.signal(SIGCONT)
        #expect(engine.stop() == 0)
    }

    /// What only reads the journal needs no engine.
    @Test func theJournalIsRead() throws {
        for words in [["updates"], ["devices"], ["report"], ["audit", "list"], ["audit", "verify"], ["plan"]] {
            let object = words == ["plan"] ? ["major-3.0.0"] : []
            let run = try MusterRun(words + [scratch.fleet] + object, scratch)
            #expect(run.code == 0, "\(words): \(run.errors)")
        }
        let backup = try MusterRun(["backup", scratch.fleet, "\(scratch.root)/backup.tar"], scratch)
        #expect(backup.code == 0, "\(backup.errors)")
        #expect(try MusterRun(["restore", "\(scratch.root)/backup.tar", "--verify-only"], scratch).code == 0)
        engine.signal(SIGCONT)
        #expect(engine.stop() == 0)
    }
}
