import FleetCore
import Foundation
import Glibc
import TerminalTesting
import Testing

/// An ops box as its operators know it: a real sshd, a key that opens the console, and lines that drop.
@Suite(.timeLimit(.minutes(10)))
struct FrontDoorTests {
    private let update = "major-3.0.0"

    /// How a line is lost.
    enum Drop: CaseIterable {
        /// The laptop's ssh is gone, and TCP says so.
        case killed
        /// Nothing comes any more: a train in a tunnel.
        case silent
    }

    private func command(_ scratch: ScratchFleet, _ options: String) throws -> String {
        "exec '\(try BuiltProduct.path(of: "muster"))' console '\(scratch.fleet)' \(options)"
    }

    private func waitUntilEnded(_ scratch: ScratchFleet) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let hasEnded = try Audit(scratch).facts.contains { fact in
                if case .updateEnded(_, .completed) = fact.event { true } else { false }
            }
            if hasEnded { return }
            usleep(50_000)
        }
        throw ScratchFleet.Failure(description: "the rollout has not ended")
    }

    @Test(arguments: Drop.allCases) func aRolloutOutlivesItsLine(drop: Drop) throws {
        let scratch = try ScratchFleet()
        let engine = "--simulate --speed 6000"
        let server = try SSHServer(
            scratch,
            commands: [
                "kim": try command(scratch, "\(engine) --operator-name kim"),
                "lea": try command(scratch, "\(engine) --operator-name lea"),
            ])
        let first = try server.logIn("kim")
        try first.waitUntilOpen()
        try first.start(update)
        try first.wait(for: "RUNNING")
        first.terminal.signal(drop == .killed ? SIGKILL : SIGSTOP)
        try waitUntilEnded(scratch)

        let second = try server.logIn("lea", columns: 120, rows: 40)
        try second.waitUntilOpen()
        try second.focus(update)
        try second.wait(for: "COMPLETED")
        second.type("B")
        try second.confirm(update, unlocks: "roll back")
        try second.wait(for: "roll back \(update): accepted")
        #expect(try second.quit() == .exited(0))
        let commands = try Audit(scratch).operatorCommands
        #expect(commands.map(\.verb) == ["start", "roll back"])
        #expect(commands.map(\.origin.operatorName) == ["kim (\(OwnUser.name))", "lea (\(OwnUser.name))"])
        #expect(commands.map(\.object) == [update, update])
    }

    /// The read-only door: no key, dialog or pager leads to anything but the console.
    @Test func noKeyOfTheReadOnlyDoorOpensAShell() throws {
        let scratch = try ScratchFleet()
        let engine = try ConsoleRun(scratch)
        try engine.waitUntilOpen()
        try engine.start(update)
        let before = try Audit(scratch).accepted.count
        let server = try SSHServer(scratch, commands: ["door": try command(scratch, "--read-only")])
        let door = try server.logIn("door", columns: 120, rows: 40)
        try door.waitUntilOpen()
        // Everything but the keys that leave: q and Ctrl-C.
        let keys = (1...126).filter { $0 != 0x71 && $0 != 3 }.map { String(UnicodeScalar(UInt8($0))) }
        let sequences = ["A", "B", "C", "D", "H", "F", "15~", "17~", "21~", "24~", "Z", "5~", "6~"].map {
            "\u{1B}[\($0)"
        }
        for key in keys + sequences + ["\u{1B}OP", "\u{1B}OS", "\u{1B}z"] {
            door.type(key)
            door.terminal.pump(milliseconds: 5)
            door.type("\u{1B}")
            door.terminal.pump(milliseconds: 5)
        }
        try door.wait(for: "<?>help")
        let sessions = server.sessions
        #expect(sessions.contains { $0.commandLine.contains("--read-only") })
        // The shell that sshd starts the command with gives its place to it.
        for process in sessions where process.name != "sshd" {
            #expect(process.commandLine.contains(" console "), "\(process.name): \(process.commandLine)")
        }
        #expect(try Audit(scratch).accepted.count == before)
        // There is no shell to be stopped to.
        door.type("\u{1A}")
        try door.wait(for: "there is no shell to come back from")
        door.type("q")
        #expect(try door.terminal.waitForExit() == .exited(0))
        try engine.quit()
    }

    /// Whatever ssh is asked for, the key opens its console.
    @Test func theDoorLeadsNowhereElse() throws {
        let scratch = try ScratchFleet()
        let engine = try ConsoleRun(scratch)
        try engine.waitUntilOpen()
        let server = try SSHServer(scratch, commands: ["door": try command(scratch, "--read-only")])
        let options = server.options("door")
        let asked = try ToolOutput("ssh", options + [server.host, "id; echo through"])
        #expect(!asked.output.contains("uid=") && !asked.output.contains("through"), "\(asked.output)")
        let copied = "\(scratch.root)/copied"
        let copy = try ToolOutput("scp", options + ["\(server.host):/etc/hostname", copied])
        #expect(copy.code != 0)
        #expect(!FileManager.default.fileExists(atPath: copied))
        let listing = try ToolOutput("sftp", options + ["-b", "/dev/null", server.host])
        #expect(listing.code != 0)
        // A way through to the box's own ports.
        let way = try ToolOutput("ssh", options + ["-W", "127.0.0.1:\(server.port)", server.host])
        #expect(way.code != 0)
        #expect(!way.output.contains("SSH-2.0"), "\(way.output)")
        // A terminal's name that leads out of the folder of terminals.
        let odd = try server.logIn("door", environment: ["TERM": "../../../../etc/passwd"])
        #expect(try odd.terminal.waitForExit() != .exited(255))
        #expect(!odd.terminal.outputText.contains("root:"))
        #expect(try engine.quit() == .exited(0))
    }

    /// Without an engine the door says so and closes.
    @Test func aDoorWithoutAnEngineSaysSo() throws {
        let scratch = try ScratchFleet()
        let server = try SSHServer(scratch, commands: ["door": try command(scratch, "--read-only")])
        let door = try server.logIn("door")
        let status = try door.terminal.waitForExit()
        #expect(status != .exited(0))
        #expect(door.terminal.outputText.contains("muster:"), "\(door.terminal.outputText)")
    }
}
