import Foundation
import TerminalTesting
import Testing

/// Where state lives, and that one engine at a time has it.
@Suite(.timeLimit(.minutes(10)))
struct StateDirectoryTests {
    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func openAndQuit(_ scratch: ScratchFleet, _ options: [String] = [], _ environment: [String: String] = [:])
        throws
    {
        let console = try ConsoleRun(scratch, options: options, environment: environment)
        try console.waitUntilOpen()
        #expect(try console.quit() == .exited(0))
    }

    @Test func theDefaultFollowsXDG() throws {
        let scratch = try ScratchFleet()
        try openAndQuit(scratch)
        #expect(try mode("\(scratch.root)/state/muster") == 0o700)
        #expect(try mode(scratch.state) == 0o700)
        for file in ["journal.sqlite", "journal.born", "engine.lock", "terminals.flash"] {
            #expect(try mode("\(scratch.state)/\(file)") == 0o600)
        }
        #expect(try FileTree("\(scratch.root)/home").paths == [])
    }

    /// The specification says that a relative path is to be ignored.
    @Test(arguments: ["", "relative/path"]) func withoutXDGItIsUnderHome(value: String) throws {
        let scratch = try ScratchFleet()
        try openAndQuit(scratch, [], ["XDG_STATE_HOME": value])
        let state = "\(scratch.root)/home/.local/state/muster/sample-fleet"
        #expect(try mode(state) == 0o700)
        #expect(FileManager.default.fileExists(atPath: "\(state)/journal.sqlite"))
        #expect(try FileTree("\(scratch.root)/work").paths == [])
    }

    @Test func theStateThatIsNamed() throws {
        let scratch = try ScratchFleet()
        let state = "\(scratch.root)/elsewhere/deep"
        try openAndQuit(scratch, ["--state", state])
        #expect(try mode(state) == 0o700)
        #expect(try FileTree("\(scratch.root)/state").paths == [])
        let updates = try MusterRun(["updates", scratch.fleet, "--state", state], scratch)
        #expect(updates.code == 0)
    }

    @Test func aSecondEngineIsRefused() throws {
        let scratch = try ScratchFleet()
        let first = try ConsoleRun(scratch)
        try first.waitUntilOpen()
        let second = try MusterRun(["console", scratch.fleet, "--simulate", "--detached"], scratch)
        #expect(second.code == 1)
        #expect(second.output == "")
        #expect(second.errors.contains("another engine runs here: pid \(first.terminal.pid) on "), "\(second.errors)")
        #expect(second.errors.contains("`muster console` attaches to it"))
        #expect(try first.quit() == .exited(0))
        try openAndQuit(scratch)
    }

    /// Who removes the lock's file does not make room for a second engine.
    @Test func aSecondEngineIsRefusedThoughTheLockIsGone() throws {
        let scratch = try ScratchFleet()
        let first = try ConsoleRun(scratch)
        try first.waitUntilOpen()
        for name in ["engine.lock", "engine.sock"] {
            try FileManager.default.removeItem(atPath: "\(scratch.state)/\(name)")
        }
        let second = try MusterRun(["serve", scratch.fleet, "--listen", "127.0.0.1:0"], scratch)
        #expect(second.code != 0)
        let alone = try MusterRun(["console", scratch.fleet, "--simulate", "--detached"], scratch)
        #expect(alone.code == 1 && alone.errors.contains("engine.lock was removed"), "\(alone.errors)")
        #expect(try first.quit() == .exited(0))
        try openAndQuit(scratch)
    }

    /// A socket that was removed is there again, or nobody could pause what runs.
    @Test func anEngineWhoseSocketIsGoneIsReached() throws {
        let scratch = try ScratchFleet()
        let console = try ConsoleRun(scratch)
        try console.waitUntilOpen()
        try console.start("major-3.0.0")
        try FileManager.default.removeItem(atPath: "\(scratch.state)/engine.sock")
        let pause = try MusterRun(["update", "pause", scratch.fleet, "major-3.0.0"], scratch)
        #expect(pause.code == 0, "\(pause.errors)")
        try console.wait(for: "PAUSED by \(OwnUser.name)")
        try FileManager.default.removeItem(atPath: "\(scratch.state)/engine.sock")
        let stop = try MusterRun(["stop", scratch.fleet], scratch)
        #expect(stop.code == 0 && stop.output == "the engine has ended\n", "\(stop.errors)")
        try console.wait(for: "STOPPED")
        #expect(try console.quit() == .exited(0))
    }

    @Test func aConsoleThatWasKilledLeavesNoLock() throws {
        let scratch = try ScratchFleet()
        let first = try ConsoleRun(scratch)
        try first.waitUntilOpen()
        first.terminal.signal(SIGKILL)
        #expect(try first.terminal.waitForExit() == .signalled(SIGKILL))
        try openAndQuit(scratch)
    }

    @Test func aJournalOfAnotherFleetIsRefused() throws {
        let scratch = try ScratchFleet()
        let state = "\(scratch.root)/one"
        try openAndQuit(scratch, ["--state", state])
        try scratch.edit("fleet.yaml", "name: sample-fleet", "name: other-fleet")
        let before = try FileTree(state)
        let run = try MusterRun(["console", scratch.fleet, "--simulate", "--state", state], scratch)
        #expect(run.code == 1)
        #expect(run.errors.contains("sample-fleet"), "\(run.errors)")
        #expect(try FileTree(state).journal == before.journal)
    }

    @Test func aDamagedJournalIsRefused() throws {
        let scratch = try ScratchFleet()
        try openAndQuit(scratch)
        let journal = "\(scratch.state)/journal.sqlite"
        var bytes = Array(try Data(contentsOf: URL(filePath: journal)))
        let place = try #require(bytes.firstRange(of: Array("standardize-2.4.0".utf8)))
        bytes[place.lowerBound] ^= 1
        try Data(bytes).write(to: URL(filePath: journal))
        for arguments in [["console", scratch.fleet, "--simulate"], ["updates", scratch.fleet]] {
            let run = try MusterRun(arguments, scratch)
            #expect(run.code == 1, "\(arguments): \(run.errors)")
            #expect(run.errors.contains("record"), "\(run.errors)")
            #expect(run.errors.hasPrefix("muster: "), "\(run.errors)")
        }
    }
}
