import Foundation
import Glibc
import TerminalTesting
import Testing

/// An engine that is to go on in a process of its own: it ends here only once that one has proved that it can.
@Suite(.timeLimit(.minutes(10)))
struct HandOverTests {
    private let update = "major-3.0.0"

    /// The process of the engine that runs; 0: none does.
    private func engineProcess(_ scratch: ScratchFleet) throws -> pid_t {
        let run = try MusterRun(["status", scratch.fleet, "--state", scratch.state, "--json"], scratch)
        let engine = try #require(try run.object()["engine"] as? [String: Any], "\(run.errors)")
        return pid_t(engine["process"] as? Int ?? 0)
    }

    private func stop(_ scratch: ScratchFleet) throws -> String {
        let run = try MusterRun(["stop", scratch.fleet, "--state", scratch.state], scratch)
        #expect(run.code == 0, "\(run.errors)")
        return run.output
    }

    private func add(_ setting: String, to scratch: ScratchFleet) throws {
        try scratch.write("fleet.yaml", Array((try scratch.text("fleet.yaml") + "\n\(setting)\n").utf8))
    }

    private func detach(_ console: ConsoleRun) throws {
        console.type("q")
        try console.wait(for: ConsoleRun.question)
        console.type("d")
    }

    /// A key that was taken away is missed by the next engine before the one that works has ended.
    @Test func detachingWithoutTheKeyLeavesTheEngineHere() throws {
        let scratch = try ScratchFleet()
        let server = try CertificateShop(in: "\(scratch.root)/work").server()
        let console = try ConsoleRun(
            scratch, speed: nil,
            options: ["--listen", "127.0.0.1:0", "--tls-cert", server.certificate, "--tls-key", server.key],
            columns: 200, rows: 40)
        try console.waitUntilOpen()
        try console.start(update)
        let process = try engineProcess(scratch)
        try FileManager.default.moveItem(atPath: server.key, toPath: "\(server.key).old")
        try detach(console)
        try console.wait(for: "the engine stays here: ", "server.key cannot be read", "LIVE")
        #expect(try engineProcess(scratch) == process)
        try FileManager.default.moveItem(atPath: "\(server.key).old", toPath: server.key)
        try detach(console)
        #expect(try console.terminal.waitForExit(deadlineSeconds: 60) == .exited(0))
        // What the screen had no room for stands on the terminal.
        #expect(console.terminal.outputText.contains("muster: the engine could not go on in a process of its own: "))
        let next = try engineProcess(scratch)
        #expect(next != process && next > 0)
        #expect(try stop(scratch) == "the engine has ended\n")
        let log = try String(contentsOfFile: "\(scratch.state)/engine.log", encoding: .utf8)
        #expect(log.contains("the engine ends: `muster stop` has asked for it"), "\(log)")
    }

    /// Where its files cannot be read any more, the engine does not leave for the shell either.
    @Test func aFleetThatWasMovedKeepsTheConsoleFromTheShell() throws {
        let scratch = try ScratchFleet()
        let command = try scratch.command([
            "console", scratch.fleet, "--state", scratch.state, "--simulate", "--speed", "60",
        ])
        let script = "set -m; \"$0\" \"$@\"; echo SHELL; read line; fg >/dev/null; echo DONE"
        let console = try ConsoleRun(
            scratch, through: "/bin/sh", ["-c", script, command.program] + command.arguments, columns: 200, rows: 40)
        try console.waitUntilOpen()
        try console.start(update)
        let process = try engineProcess(scratch)
        try FileManager.default.moveItem(atPath: scratch.fleet, toPath: "\(scratch.fleet)-moved")
        console.type("\u{1A}")
        try console.wait(for: "the engine stays here: ", "LIVE")
        try FileManager.default.moveItem(atPath: "\(scratch.fleet)-moved", toPath: scratch.fleet)
        #expect(try engineProcess(scratch) == process)
        console.type("\u{1A}")
        try console.wait(for: "SHELL")
        let next = try engineProcess(scratch)
        #expect(next != process && next > 0)
        console.type("\n")
        try console.wait(for: "the engine goes on as process \(next)")
        console.type("q")
        try console.wait(for: "DONE")
        #expect(try stop(scratch) == "the engine has ended\n")
    }

    /// Whoever stops the engine while it is handed over has stopped it, wherever it is by then, and the console says no
    /// longer that it goes on.
    @Test func aStopDuringTheHandOverIsTheEnd() throws {
        let scratch = try ScratchFleet()
        let command = try scratch.command([
            "console", scratch.fleet, "--state", scratch.state, "--simulate", "--speed", "60",
        ])
        let script = "set -m; \"$0\" \"$@\"; echo SHELL; read line; fg >/dev/null; echo DONE"
        let console = try ConsoleRun(
            scratch, through: "/bin/sh", ["-c", script, command.program] + command.arguments, columns: 200, rows: 40)
        try console.waitUntilOpen()
        try console.start(update)
        console.type("\u{1A}")
        try console.wait(for: "handing the engine over")
        #expect(try stop(scratch) == "the engine has ended\n")
        #expect(try engineProcess(scratch) == 0)
        // An engine that was attached to before it was stopped lets the console go to the shell.
        try console.terminal.waitUntil(deadlineSeconds: 60) { screen in
            screen.contains("SHELL")
                || screen.contains("STOPPED") && !screen.contains("handing the engine over")
                    && !screen.contains("the engine goes on as process")
        }
        if console.text.contains("SHELL") { console.type("\n") }
        try console.wait(for: "STOPPED")
        console.type("q")
        try console.terminal.waitUntil(deadlineSeconds: 60) { $0.contains("DONE") || $0.contains("SHELL") }
        #expect(try engineProcess(scratch) == 0)
    }

    /// A state folder without room is found before the engine has ended, and the reason does not need room.
    @Test func aFullDiskLeavesTheEngineHere() throws {
        let scratch = try ScratchFleet()
        let command = try scratch.command(["console", scratch.fleet, "--simulate", "--speed", "60"])
        // A write beyond the limit fails only where its signal is ignored.
        let script = "trap '' XFSZ; exec \"$0\" \"$@\""
        let console = try ConsoleRun(
            scratch, through: "/bin/sh", ["-c", script, command.program] + command.arguments, columns: 200, rows: 40)
        try console.waitUntilOpen()
        try console.start(update)
        let process = try engineProcess(scratch)
        let limit = try Process.run(
            URL(filePath: "/usr/bin/prlimit"), arguments: ["--pid", "\(process)", "--fsize=900000:"])
        limit.waitUntilExit()
        #expect(limit.terminationStatus == 0)
        try detach(console)
        try console.wait(for: "the engine stays here: ", "has no room: File too large", "LIVE")
        #expect(try engineProcess(scratch) == process)
        #expect(try console.quit() == .exited(0))
    }

    /// What only shows once the engine here has ended is told: on the terminal, and to those who are not there.
    @Test func anEngineThatIsLostIsTold() throws {
        let scratch = try ScratchFleet()
        let hook = "\(scratch.root)/work/hook", told = "\(scratch.root)/work/told"
        try "#!/bin/sh\necho \"$MUSTER_ALERT_KIND $MUSTER_ALERT_TEXT\" >>'\(told)'\n"
            .write(toFile: hook, atomically: true, encoding: .utf8)
        #expect(chmod(hook, 0o755) == 0)
        try add("alerts: {command: [\(hook)]}", to: scratch)
        let console = try ConsoleRun(scratch, speed: nil, columns: 200, rows: 40)
        try console.waitUntilOpen()
        try console.start(update)
        // What is no socket is not replaced, neither by the engine that works nor by the next.
        let socket = "\(scratch.state)/engine.sock"
        #expect(unlink(socket) == 0)
        #expect(mkdir(socket, 0o700) == 0)
        try detach(console)
        #expect(try console.terminal.waitForExit(deadlineSeconds: 60) == .exited(1))
        #expect(console.text.contains("muster: the engine did not go on: "), "\(console.text)")
        #expect(console.text.contains("engine.sock is no socket"), "\(console.text)")
        let text = try String(contentsOfFile: told, encoding: .utf8)
        #expect(text.contains("engine-stopped the engine of sample-fleet has failed: it was to go on"), "\(text)")
        #expect(rmdir(socket) == 0)
        #expect(try stop(scratch).hasPrefix("no engine runs"))
    }

    /// A line that drops while the console is still starting is no end of the rollout.
    @Test func aLineThatDropsAtTheStartIsKeptInMind() throws {
        let scratch = try ScratchFleet()
        let former = try ConsoleRun(scratch)
        try former.waitUntilOpen()
        try former.start(update)
        try former.wait(for: "RUNNING")
        former.terminal.signal(SIGKILL)
        #expect(try former.terminal.waitForExit() == .signalled(SIGKILL))
        // As if another one were starting: the console waits, and has no screen yet.
        let lock = open("\(scratch.state)/engine.lock", O_RDWR | O_CLOEXEC)
        #expect(lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
        let console = try ConsoleRun(scratch)
        try console.wait(for: "an engine holds the fleet and does not listen")
        console.terminal.signal(SIGHUP)
        #expect(flock(lock, LOCK_UN) == 0)
        close(lock)
        // Who comes before it has the lock would be the engine itself.
        try console.terminal.waitUntil(deadlineSeconds: 60) { _ in
            (try? engineProcess(scratch)) == console.terminal.pid
        }
        let next = try ConsoleRun(scratch, speed: nil)
        try next.waitUntilOpen()
        try next.wait(for: update, "RUNNING", "LIVE")
        next.type("q")
        #expect(try next.terminal.waitForExit() == .exited(0))
        #expect(console.terminal.exitStatus == nil && !console.terminal.outputText.contains("\u{1B}[?1049h"))
        #expect(try stop(scratch) == "the engine has ended\n")
        #expect(try console.terminal.waitForExit() == .exited(0))
    }

    /// Who comes second does not fail, and is not told to stop anything.
    @Test func consolesThatStartTogetherAttach() throws {
        let scratch = try ScratchFleet()
        try add("alerts: {command: [/bin/true]}", to: scratch)
        let consoles = try (0..<4).map { _ in try ConsoleRun(scratch, speed: nil) }
        for console in consoles { try console.waitUntilOpen() }
        for console in consoles {
            try console.wait(for: "LIVE")
            #expect(!console.terminal.outputText.contains("muster: another engine"))
        }
        // The one with the engine inside is among them; the others stay open behind it.
        for console in consoles { #expect(try console.quit() == .exited(0)) }
    }

    /// What somebody asked for and another person has to approve is under way, though the update has ended.
    @Test func aRollbackThatWaitsKeepsTheEngine() throws {
        let scratch = try ScratchFleet()
        let patch = "critical-patch-2.4.1"
        try add("four-eyes: {rollback-over: 0}", to: scratch)
        let console = try ConsoleRun(scratch, speed: 100_000)
        try console.waitUntilOpen()
        // No dialog: what it counts changes with every day of that speed.
        #expect(try MusterRun(["update", "start", scratch.fleet, patch], scratch).code == 0)
        try console.wait(for: "COMPLETED")
        let asked = try MusterRun(["update", "rollback", scratch.fleet, patch, "--yes"], scratch)
        #expect(asked.code == 0 && asked.output.contains("waits for a second person"), "\(asked.output)\(asked.errors)")
        try console.wait(for: "a second person must approve: rollback of")
        try detach(console)
        #expect(try console.terminal.waitForExit(deadlineSeconds: 60) == .exited(0))
        let process = try engineProcess(scratch)
        #expect(process > 0)
        // It looks once a second whether it is still needed.
        let deadline = ContinuousClock.now + .seconds(4)
        while ContinuousClock.now < deadline { #expect(try engineProcess(scratch) == process) }
        #expect(try stop(scratch) == "the engine has ended\n")
    }
}
