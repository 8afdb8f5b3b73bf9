import FleetCore
import Foundation
import Glibc
import TerminalTesting
import Testing

/// Consoles and engines that do not share a fate: the real program on pseudo-terminals.
@Suite(.timeLimit(.minutes(3)))
struct AttachedConsoleTests {
    private let update = "major-3.0.0"

    /// A console with an engine inside and an update under way.
    private func running(_ scratch: ScratchFleet, speed: Int = 60) throws -> ConsoleRun {
        let console = try ConsoleRun(scratch, speed: speed)
        try console.waitUntilOpen()
        try console.start(update)
        try console.wait(for: update, "RUNNING")
        return console
    }

    private func stop(_ scratch: ScratchFleet) throws -> String {
        let run = try MusterRun(["stop", scratch.fleet], scratch)
        #expect(run.code == 0, "\(run.errors)")
        return run.output
    }

    @Test func aSecondConsoleAttachesAndBothAct() throws {
        let scratch = try ScratchFleet()
        let first = try running(scratch)
        let second = try ConsoleRun(scratch, speed: nil, options: ["--operator-name", "kim"], columns: 120, rows: 40)
        try second.waitUntilOpen()
        try second.wait(for: "kim (\(OwnUser.name)) admin +1 other", "DEMO 60x", "RUNNING")
        second.type("p")
        try second.wait(for: "PAUSED by kim")
        try first.wait(for: "paused by kim")
        first.type("R")
        try first.wait(for: "<y>yes")
        first.type("y")
        try first.wait(for: "resume major-3.0.0: accepted")
        try second.wait(for: "RUNNING")
        #expect(try second.quit() == .exited(0))
        #expect(try first.quit() == .exited(0))
        // The engine was the first one's, and its end stopped what was under way.
        let end = try #require(try Audit(scratch).accepted.last)
        #expect(end.verb == "stop" && end.origin.operatorName == OwnUser.name && end.origin.source == "console")
        let commands = try Audit(scratch).operatorCommands
        #expect(commands.map(\.verb) == ["start", "pause", "resume"])
        #expect(
            commands.map(\.origin.operatorName) == [
                OwnUser.name, "kim (\(OwnUser.name))", OwnUser.name,
            ])
    }

    /// The terminal is gone, and the rollout is not.
    @Test(arguments: [true, false]) func aDroppedLineChangesNothing(bySignal: Bool) throws {
        let scratch = try ScratchFleet()
        let console = try running(scratch)
        if bySignal { console.terminal.signal(SIGHUP) } else { console.terminal.hangUp() }
        let next = try ConsoleRun(scratch, speed: nil)
        try next.waitUntilOpen()
        try next.wait(for: update, "RUNNING", "DEMO 60x", "LIVE")
        #expect(try next.quit() == .exited(0))
        #expect(console.terminal.exitStatus == nil)
        #expect(try stop(scratch) == "the engine has ended\n")
        #expect(try console.terminal.waitForExit() == .exited(0))
        #expect(try stop(scratch).hasPrefix("no engine runs"))
    }

    /// An engine that nobody looks at ends by itself once nothing is under way.
    @Test func anEngineWithoutAScreenEndsWithTheRollout() throws {
        let scratch = try ScratchFleet()
        let console = try running(scratch, speed: 100_000)
        console.terminal.signal(SIGHUP)
        #expect(try console.terminal.waitForExit(deadlineSeconds: 60) == .exited(0))
        let status = try Audit(scratch).facts.last { fact in
            if case .updateEnded = fact.event { true } else { false }
        }
        #expect(status != nil)
    }

    @Test func quittingAsksAndDetaches() throws {
        let scratch = try ScratchFleet()
        let console = try running(scratch)
        console.type("q")
        try console.wait(for: "1 UPDATE IS UNDER WAY", update, ConsoleRun.question)
        console.type("\u{1B}")
        try console.wait(without: ConsoleRun.question)
        console.type("q")
        try console.wait(for: ConsoleRun.question)
        console.type("d")
        #expect(try console.terminal.waitForExit() == .exited(0))
        #expect(console.terminal.isTerminalClean)
        let next = try ConsoleRun(scratch, speed: nil)
        try next.waitUntilOpen()
        try next.wait(for: update, "RUNNING", "DEMO 60x", "LIVE")
        // One that is attached leaves without a question: the engine is not its own.
        next.type("q")
        #expect(try next.terminal.waitForExit() == .exited(0))
        #expect(try stop(scratch) == "the engine has ended\n")
    }

    /// `muster stop` ends an engine whose console is open, and the console with it.
    @Test func stopEndsAConsoleThatRunsItsEngine() throws {
        let scratch = try ScratchFleet()
        let console = try running(scratch)
        let other = try ConsoleRun(scratch, speed: nil)
        try other.waitUntilOpen()
        #expect(try stop(scratch) == "the engine has ended\n")
        #expect(try console.terminal.waitForExit() == .exited(0))
        #expect(console.terminal.isTerminalClean)
        try other.wait(for: "STOPPED", "the engine has ended")
        #expect(try other.quit() == .exited(0))
    }

    /// What a dead process left is known for what it is.
    @Test func theNextEngineTakesOverFromADeadOne() throws {
        let scratch = try ScratchFleet()
        let console = try running(scratch)
        console.terminal.signal(SIGKILL)
        #expect(try console.terminal.waitForExit() == .signalled(SIGKILL))
        #expect(FileManager.default.fileExists(atPath: "\(scratch.state)/engine.sock"))
        let next = try ConsoleRun(scratch)
        try next.waitUntilOpen()
        try next.wait(for: update, "RUNNING")
        #expect(try next.quit() == .exited(0))
    }
}
