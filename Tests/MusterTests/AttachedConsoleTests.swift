import FleetCore
import Foundation
import Glibc
import TerminalTesting
import Testing

/// Consoles and engines that do not share a fate: the real program on pseudo-terminals.
@Suite(.timeLimit(.minutes(10)))
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

    /// `muster stop` ends an engine whose console is open, which stays as those that are attached do.
    @Test func stopEndsTheEngineOfAConsole() throws {
        let scratch = try ScratchFleet()
        let console = try running(scratch)
        let other = try ConsoleRun(scratch, speed: nil)
        try other.waitUntilOpen()
        #expect(try stop(scratch) == "the engine has ended\n")
        try console.wait(for: "STOPPED", "\(OwnUser.name) stopped the engine")
        #expect(try console.quit() == .exited(0))
        #expect(console.terminal.isTerminalClean)
        try other.wait(for: "STOPPED", "the engine has ended")
        other.type("p")
        try other.wait(for: "nothing was sent: the engine has ended")
        #expect(try other.quit() == .exited(0))
    }

    /// A shell with job control runs a console with an engine inside, and brings it back when a line is typed.
    private func runningUnderAShell(_ scratch: ScratchFleet) throws -> ConsoleRun {
        let command = try scratch.command(["console", scratch.fleet, "--simulate", "--speed", "60"])
        let script = "set -m; \"$0\" \"$@\"; echo SHELL; read line; fg >/dev/null; echo DONE"
        let console = try ConsoleRun(scratch, through: "/bin/sh", ["-c", script, command.program] + command.arguments)
        try console.waitUntilOpen()
        try console.start(update)
        try console.wait(for: update, "RUNNING")
        return console
    }

    /// The process of the engine that runs.
    private func engineProcess(_ scratch: ScratchFleet) throws -> pid_t {
        let run = try MusterRun(["status", scratch.fleet, "--json"], scratch)
        let answer = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any], "\(run.errors)")
        let engine = try #require(answer["engine"] as? [String: Any])
        return pid_t(try #require(engine["process"] as? Int))
    }

    /// Whoever holds the engine may go to the shell: the others' engine does not stop with them.
    @Test(arguments: [false, true]) func toTheShellWithoutTheEngine(bySignal: Bool) throws {
        let scratch = try ScratchFleet()
        let console = try runningUnderAShell(scratch)
        let former = try engineProcess(scratch)
        if bySignal { kill(former, SIGTSTP) } else { console.type("\u{1A}") }
        try console.wait(for: "SHELL")
        let process = try engineProcess(scratch)
        #expect(process != former)
        let next = try ConsoleRun(scratch, speed: nil)
        try next.waitUntilOpen()
        try next.wait(for: update, "RUNNING", "DEMO 60x", "LIVE")
        next.type("p")
        try next.wait(for: "PAUSED by \(OwnUser.name)")
        console.type("\n")
        try console.wait(for: "the engine goes on as process \(process)", "PAUSED", "LIVE")
        // It is one that is attached now, and leaves without a question.
        console.type("q")
        try console.wait(for: "DONE")
        #expect(try console.terminal.waitForExit() == .exited(0))
        #expect(try engineProcess(scratch) == process)
        next.type("q")
        #expect(try next.terminal.waitForExit() == .exited(0))
        #expect(try stop(scratch) == "the engine has ended\n")
        let log = try String(contentsOfFile: "\(scratch.state)/engine.log", encoding: .utf8)
        #expect(log.contains("the engine runs without a screen, as process \(process)"), "\(log)")
        #expect(log.contains("the engine ends: `muster stop` has asked for it"), "\(log)")
    }

    /// An idle console says how old what it shows is, though no key is pressed.
    @Test func anEngineThatStandsStillIsOld() throws {
        let scratch = try ScratchFleet()
        let first = try ConsoleRun(scratch, speed: nil)
        try first.waitUntilOpen()
        let second = try ConsoleRun(scratch, speed: nil)
        try second.waitUntilOpen()
        try second.wait(for: "LIVE")
        first.terminal.signal(SIGSTOP)
        try second.wait(for: "s OLD")
        try second.wait(without: "LIVE")
        first.terminal.signal(SIGCONT)
        try second.wait(for: "LIVE")
        #expect(try second.quit() == .exited(0))
        #expect(try first.quit() == .exited(0))
    }

    /// An engine without a screen that has nothing to do says why it does not stay.
    @Test func anIdleEngineWithoutAScreenSaysWhyItEnds() throws {
        let scratch = try ScratchFleet()
        let run = try MusterRun(["console", scratch.fleet, "--detached", "--simulate"], scratch)
        #expect(run.code == 0)
        #expect(run.errors.contains("the engine ends: no update is under way and no console is open"), "\(run.errors)")
    }

    /// A full disk ends the engine. The console that held it says so, also with its exit code, and keeps nobody from the next.
    @Test(arguments: [[], ["--simulate"]]) func aConsoleWhoseEngineHasFailedDoesNotEndWell(options: [String]) throws {
        let scratch = try ScratchFleet()
        let command = try scratch.command(["console", scratch.fleet] + options)
        // A write beyond the limit fails only where its signal is ignored.
        let script = "trap '' XFSZ; exec \"$0\" \"$@\""
        let console = try ConsoleRun(scratch, through: "/bin/sh", ["-c", script, command.program] + command.arguments)
        try console.waitUntilOpen()
        let process = try engineProcess(scratch)
        try console.focus(update)
        console.type("s")
        try console.wait(for: "Type \(update): [")
        try console.wait(without: "the engine is counting")
        try console.typeByHand(update)
        try console.wait(for: "enter: start")
        let limit = try Process.run(
            URL(filePath: "/usr/bin/prlimit"), arguments: ["--pid", "\(process)", "--fsize=0:0"])
        limit.waitUntilExit()
        #expect(limit.terminationStatus == 0)
        console.type("\r")
        try console.wait(for: "STOPPED")
        // In the moment in which it still listens, or behind that.
        let stopped = try MusterRun(["stop", scratch.fleet], scratch)
        #expect(stopped.code == 0, "\(stopped.errors)")
        #expect(!stopped.errors.contains("start the engine again; start it again"), "\(stopped.errors)")
        try console.wait(for: "STOPPED")
        #expect(!console.text.contains("or the connection to it"), "\(console.text)")
        let status = try MusterRun(["status", scratch.fleet], scratch)
        #expect(status.output.contains("engine: none runs"), "\(status.output)\(status.errors)")
        let next = try ConsoleRun(scratch, speed: options.isEmpty ? nil : 60)
        try next.waitUntilOpen()
        try console.wait(for: "LIVE")
        #expect(try next.quit() == .exited(0))
        console.type("q")
        #expect(try console.terminal.waitForExit() == .exited(1))
        #expect(console.text.contains("the engine has failed"))
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
