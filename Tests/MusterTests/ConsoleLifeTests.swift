import FleetCore
import Foundation
import TerminalTesting
import Testing

/// A console from its first frame until its operator has left: the real program on pseudo-terminals.
@Suite(.timeLimit(.minutes(10)))
struct ConsoleLifeTests {
    private let update = "offline-2.4.0"

    private func engineProcess(_ scratch: ScratchFleet) throws -> Int {
        let run = try MusterRun(["status", scratch.fleet, "--json"], scratch)
        let engine = try run.object()["engine"] as? [String: Any]
        return engine?["process"] as? Int ?? 0
    }

    private func attached(_ scratch: ScratchFleet) throws -> ConsoleRun {
        let console = try ConsoleRun(scratch, speed: nil, columns: 120, rows: 40)
        try console.waitUntilOpen()
        try console.focus(update)
        try console.wait(for: "RUNNING")
        return console
    }

    /// Nothing of the fleet stands there before the engine has shown it.
    @Test func theFirstFrameSaysNothingUntrue() throws {
        let scratch = try ScratchFleet()
        let engine = try ServeRun(scratch, ["--start", update])
        let console = try ConsoleRun(scratch, speed: nil)
        try console.waitUntilOpen()
        let text = console.terminal.outputText
        #expect(!text.contains("01-01") && !text.contains("no update is known yet"), "\(text)")
        #expect(try console.quit() == .exited(0))
        #expect(engine.stop() == 0)
    }

    /// What was sent to an engine that stands still is said while it is waited for, and when it is left.
    @Test func leavingACommandWithoutAnAnswerIsNoGoodEnd() throws {
        let scratch = try ScratchFleet()
        let engine = try ServeRun(scratch, ["--start", update])
        let console = try attached(scratch)
        engine.signal(SIGSTOP)
        console.type("p")
        try console.wait(for: "pause \(update): sent, not answered for ")
        console.type("t")
        try console.wait(for: "pause \(update): sent, not answered for ", "times in the fleet's zone")
        console.type("q")
        #expect(try console.terminal.waitForExit() == .exited(1))
        #expect(console.terminal.isTerminalClean)
        #expect(console.text.contains("muster: `pause \(update)` was sent "), "\(console.text)")
        #expect(console.text.contains("nobody knows whether it is"), "\(console.text)")
        engine.signal(SIGCONT)
        #expect(engine.stop() == 0)
    }

    @Test func aLateAnswerEndsTheWait() throws {
        let scratch = try ScratchFleet()
        let engine = try ServeRun(scratch, ["--start", update])
        let console = try attached(scratch)
        engine.signal(SIGSTOP)
        console.type("p")
        try console.wait(for: "sent, not answered for ")
        engine.signal(SIGCONT)
        try console.wait(for: "pause \(update): accepted", "PAUSED by \(OwnUser.name)")
        try console.wait(without: "not answered")
        #expect(try console.quit() == .exited(0))
        #expect(engine.stop() == 0)
    }

    /// Who holds the engine leaves it to those who are at it, though nothing is under way.
    @Test func theEngineStaysForWhoLooksOn() throws {
        let scratch = try ScratchFleet()
        let first = try ConsoleRun(scratch, speed: nil)
        try first.waitUntilOpen()
        let former = try engineProcess(scratch)
        let second = try ConsoleRun(scratch, speed: nil)
        try second.waitUntilOpen()
        first.type("q")
        try first.wait(for: "1 OTHER CONSOLE IS OPEN", ConsoleRun.question)
        first.type("d")
        #expect(try first.terminal.waitForExit(deadlineSeconds: 60) == .exited(0))
        let process = try engineProcess(scratch)
        #expect(process != former && process > 0)
        try second.wait(for: "LIVE")
        try second.wait(without: "STOPPED", "OLD")
        // It looks once a second whether it is still needed, from ten seconds after its start on.
        let deadline = ContinuousClock.now + .seconds(13)
        while ContinuousClock.now < deadline { #expect(try engineProcess(scratch) == process) }
        #expect(second.text.contains("LIVE"))
        second.type("q")
        #expect(try second.terminal.waitForExit() == .exited(0))
        let end = ContinuousClock.now + .seconds(30)
        while try engineProcess(scratch) != 0, ContinuousClock.now < end {}
        let log = try String(contentsOfFile: "\(scratch.state)/engine.log", encoding: .utf8)
        #expect(log.contains("the engine ends: no update is under way and no console is open"), "\(log)")
    }

    /// The read-only door of the state's owner shows what the journal says, and attaches once an engine runs.
    @Test func theReadOnlyConsoleAttachesOnceAnEngineRuns() throws {
        let scratch = try ScratchFleet()
        let former = try ConsoleRun(scratch)
        try former.waitUntilOpen()
        #expect(try former.quit() == .exited(0))
        let door = try ConsoleRun(scratch, speed: nil, options: ["--read-only"])
        try door.waitUntilOpen()
        try door.wait(for: "\(OwnUser.name) RO", "STOPPED", "no engine runs on this state")
        try door.focus("major-3.0.0")
        door.type("d")
        try door.wait(for: "> major-3.0.0")
        let engine = try ConsoleRun(scratch)
        try engine.waitUntilOpen()
        try engine.wait(for: " +1 ")
        try door.wait(for: "> major-3.0.0", "\(OwnUser.name) RO", "+1", "DEMO 60x", "LIVE")
        try door.wait(without: "STOPPED", "LAST FACT")
        // As any other that is attached, it stays for the next engine.
        #expect(try engine.quit() == .exited(0))
        try door.wait(for: "STOPPED")
        let next = try ConsoleRun(scratch)
        try next.waitUntilOpen()
        try door.wait(for: "> major-3.0.0", "LIVE")
        #expect(try door.quit() == .exited(0))
        #expect(try next.quit() == .exited(0))
        #expect(try Audit(scratch).operatorCommands.isEmpty)
    }

    /// Who may not read the journal has nothing to look at without an engine.
    @Test(.enabled(if: OtherUser.obstacle == nil, "\(OtherUser.obstacle ?? "")"))
    func theDoorOfOthersSaysThatNoEngineRuns() throws {
        let scratch = try ScratchFleet(), state = "\(scratch.root)/shared"
        let text = try scratch.text("fleet.yaml") + "\naccess:\n  users: {bin: viewer}\n"
        try scratch.write("fleet.yaml", Array(text.utf8))
        #expect(chmod(scratch.fleet, 0o700) == 0)
        #expect(try ServeRun(scratch, ["--state", state]).stop() == 0)
        let door = try ConsoleRun(scratch, speed: nil, options: ["--state", state, "--read-only"], as: .bin)
        #expect(try door.terminal.waitForExit() == .exited(1))
        #expect(door.terminal.outputText.contains("muster: no engine listens in "), "\(door.terminal.outputText)")
    }
}
