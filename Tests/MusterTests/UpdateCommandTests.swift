import Foundation
import TerminalTesting
import Testing

/// `muster update`: what the console's keys do, from the command line.
@Suite(.timeLimit(.minutes(10)))
struct UpdateCommandTests {
    let scratch: ScratchFleet
    static let patch = "critical-patch-2.4.1"

    init() throws { scratch = try ScratchFleet() }

    private func update(_ step: String, _ id: String = patch, _ options: String...) throws -> MusterRun {
        try MusterRun(["update", step, scratch.fleet, id] + options, scratch)
    }

    private func status(_ id: String = patch) throws -> String? {
        try MusterRun(["updates", scratch.fleet, "--json"], scratch).list()
            .first { $0["id"] as? String == id }?["status"] as? String
    }

    @Test(arguments: [true, false]) func anUpdateIsStartedHeldAndEnded(whileAnEngineRuns: Bool) throws {
        let serve = whileAnEngineRuns ? try ServeRun(scratch) : nil
        for (step, words, then) in [
            ("start", "start", "running"), ("pause", "pause", "paused"), ("resume", "resume", "running"),
        ] {
            let run = try update(step, Self.patch, "--reason", "because of \(step)")
            #expect(run.code == 0, "\(run.errors)")
            #expect(run.output == "\(words) \(Self.patch): accepted\n")
            #expect(try status() == then)
        }
        #expect(try update("cancel").code == 0)
        #expect(serve?.stop() ?? 0 == 0)
        let commands = try Audit(scratch).accepted.filter { $0.origin.source == "command line" }
        #expect(commands.map(\.verb) == ["start", "pause", "resume", "cancel"])
        #expect(commands.map(\.origin.reason) == ["because of start", "because of pause", "because of resume", ""])
        #expect(Set(commands.map(\.origin.operatorName)) == [OwnUser.name])
    }

    @Test(arguments: ["pause", "resume", "cancel", "approve", "retry"])
    func whatMakesNoSense(step: String) throws {
        if step == "cancel" { _ = try update(step) }
        let run = try update(step)
        #expect(run.code == 2)
        #expect(run.output == "")
        #expect(run.errors.contains("; "), "\(run.errors)")
    }

    @Test func anUpdateThatIsNotThere() throws {
        let run = try update("start", "critical-patch-2.4.")
        #expect(run.code == 2)
        let refusal = "muster: there is no update critical-patch-2.4.; did you mean \(Self.patch)?\n"
        #expect(run.errors == refusal + "muster: a new state in \(scratch.state)\n")
        #expect(try update("start", "critical-patch-2.4.").errors == refusal)
        let serve = try ServeRun(scratch)
        #expect(try update("start", "critical-patch-2.4.").errors == refusal)
        #expect(serve.stop() == 0)
    }

    /// Whoever has started it cannot approve it too, with an engine or without.
    @Test(arguments: [true, false]) func aSecondPersonIsNeeded(whileAnEngineRuns: Bool) throws {
        try scratch.write(
            "fleet.yaml", Array((try scratch.text("fleet.yaml") + "\nfour-eyes: {update-over: 2}\n").utf8))
        let serve = whileAnEngineRuns ? try ServeRun(scratch) : nil
        let start = try update("start")
        #expect(start.code == 0)
        #expect(start.output == "start \(Self.patch): waits for a second person, 6 devices\n")
        #expect(try status() == "awaiting approval")
        let approval = try update("approve")
        #expect(approval.code == 2)
        #expect(approval.errors.contains("another person must approve it"), "\(approval.errors)")
        #expect(try update("pause").code == 0)
        #expect(try status() == "paused")
        #expect(serve?.stop() ?? 0 == 0)
    }

    /// A slip in `--state` is no fleet of its own.
    @Test(arguments: ["pause", "resume", "cancel", "rollback", "approve", "retry", "wait"])
    func aStateThatIsNotThereIsToldNothing(step: String) throws {
        let place = "\(scratch.root)/typo", yes = step == "wait" ? [] : ["--yes"]
        let run = try MusterRun(["update", step, scratch.fleet, Self.patch, "--state", place] + yes, scratch)
        #expect(run.code == 2 && run.output == "")
        #expect(run.errors.contains("there is no journal at \(place)"), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: place))
    }

    @Test func whatNobodyCarriesOutYetIsSaidSo() throws {
        let place = "\(scratch.root)/new", alone = "muster: no engine runs on it; one that starts will carry it out\n"
        let start = try update("start", Self.patch, "--state", place)
        #expect(start.code == 0 && start.output == "start \(Self.patch): accepted\n")
        #expect(start.errors.hasSuffix("muster: a new state in \(place)\n" + alone), "\(start.errors)")
        let pause = try update("pause", Self.patch, "--state", place)
        #expect(pause.code == 0 && pause.errors.hasSuffix(alone) && !pause.errors.contains("new state"))
        let serve = try ServeRun(scratch, ["--state", place])
        let resume = try update("resume", Self.patch, "--state", place)
        #expect(resume.code == 0 && !resume.errors.contains("no engine"), "\(resume.errors)")
        #expect(serve.stop() == 0)
    }

    @Test func aDecisionOnAnotherJournalIsRefused() throws {
        let row = try MusterRun(["updates", scratch.fleet, "--json"], scratch).list().first
        let revision = try #require(row?["revision"] as? Int)
        #expect(try update("start", Self.patch, "--if-unchanged-since", "\(revision)").code == 0)
        let refused = try update("cancel", Self.patch, "--if-unchanged-since", "1000000")
        #expect(refused.code == 2)
        #expect(refused.errors.contains("the journal ends with"), "\(refused.errors)")
        #expect(try update("pause", Self.patch, "--if-unchanged-since", "1000000").code == 0)
    }

    /// A script has nobody who could type.
    @Test func aRollbackIsConfirmed() throws {
        let run = try update("rollback")
        #expect(run.code == 2)
        #expect(run.errors.contains("--yes"))
        #expect(try FileTree(scratch.state).paths == [])
        #expect(try update("start").code == 0)
        let confirmed = try update("rollback", Self.patch, "--yes", "--reason", "tills are down")
        #expect(confirmed.code == 0, "\(confirmed.errors)")
        #expect(confirmed.output == "roll back \(Self.patch): accepted\n")
        let command = try Audit(scratch).accepted.last
        #expect(command?.verb == "roll back")
        #expect(command?.origin.reason == "tills are down")
    }

    private func rollback(answering text: String) throws -> PtyProcess {
        let terminal = try PtyProcess(
            executable: try BuiltProduct.path(of: "muster"),
            arguments: ["update", "rollback", scratch.fleet, Self.patch], environment: scratch.environment,
            columns: 80, rows: 24)
        try terminal.waitUntil { $0.contains("Type \(Self.patch) to roll it back:") }
        terminal.send(keys: text + "\r")
        return terminal
    }

    @Test func theIdIsTypedOnATerminal() throws {
        let wrong = try rollback(answering: "yes")
        try wrong.waitUntil { $0.contains("is not the id") }
        #expect(try wrong.waitForExit() == .exited(2))
        let right = try rollback(answering: Self.patch)
        try right.waitUntil { $0.contains("only a started update can be rolled back") }
        #expect(try right.waitForExit() == .exited(2))
    }

    /// An engine that was just started holds the journal before it listens.
    @Test func anEngineThatStartsIsWaitedFor() throws {
        for _ in 0..<3 {
            let console = try ConsoleRun(scratch)
            let run = try update("pause", "nothing")
            #expect(run.code == 2, "\(run.errors)")
            #expect(run.errors.contains("there is no update nothing"), "\(run.errors)")
            console.terminal.signal(SIGKILL)
            _ = try console.terminal.waitForExit()
        }
    }
}
