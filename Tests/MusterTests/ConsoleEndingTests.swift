import Foundation
import Glibc
import TerminalTesting
import Testing

/// However the program ends, the terminal is as it was.
@Suite(.timeLimit(.minutes(10)))
struct ConsoleEndingTests {
    private func running(_ scratch: ScratchFleet, _ environment: [String: String] = [:]) throws -> ConsoleRun {
        let console = try ConsoleRun(scratch, environment: environment)
        try console.waitUntilOpen()
        try console.wait(for: "DEMO 60x")
        #expect(!console.terminal.isTerminalClean)
        return console
    }

    @Test func quit() throws {
        let console = try running(ScratchFleet())
        #expect(try console.quit() == .exited(0))
        #expect(console.terminal.isTerminalClean)
    }

    /// The exit code is that of a shell for a process that a signal ended.
    @Test(arguments: [SIGTERM, SIGINT, SIGQUIT]) func ordinarySignals(signal: Int32) throws {
        let console = try running(ScratchFleet())
        console.terminal.signal(signal)
        #expect(try console.terminal.waitForExit() == .exited(128 + Int(signal)))
        #expect(console.terminal.isTerminalClean)
    }

    @Test(arguments: [SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE]) func crashes(signal: Int32) throws {
        let scratch = try ScratchFleet()
        let console = try running(scratch, ["SWIFT_BACKTRACE": "enable=no"])
        console.terminal.signal(signal)
        #expect(try console.terminal.waitForExit() == .signalled(signal))
        #expect(console.terminal.isTerminalClean)
        let next = try running(scratch)
        #expect(try next.quit() == .exited(0))
    }

    /// Swift's own report of a crash comes on the terminal as it was, where it can be read.
    @Test func aCrashCanBeReadAbout() throws {
        let console = try running(ScratchFleet(), ["SWIFT_BACKTRACE": "enable=yes,interactive=no,color=no"])
        console.terminal.signal(SIGSEGV)
        #expect(try console.terminal.waitForExit(deadlineSeconds: 60) == .signalled(SIGSEGV))
        #expect(console.terminal.isTerminalClean)
        #expect(String(decoding: console.terminal.output, as: UTF8.self).contains("Program crashed"))
    }

    @Test func suspendedAndBack() throws {
        let console = try running(ScratchFleet())
        console.type("\u{1A}")
        try console.wait(for: "there is no shell to come back from")
        #expect(try console.quit() == .exited(0))
        #expect(console.terminal.isTerminalClean)
    }

    /// As when tmux ends its session: the terminal is gone, and its signal comes again and again.
    @Test func aDemoWhoseTerminalIsLostLeavesNothing() throws {
        let scratch = try ScratchFleet()
        let terminal = try PtyProcess(
            executable: try BuiltProduct.path(of: "muster"), arguments: ["demo"],
            environment: scratch.environment.merging(["TMPDIR": "\(scratch.root)/work"]) { $1 })
        try terminal.waitUntil { $0.contains("DEMO 1800x") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scratch.root)/work").count == 1)
        terminal.hangUp()
        let deadline = ContinuousClock.now + .seconds(20)
        while terminal.exitStatus == nil, ContinuousClock.now < deadline {
            terminal.signal(SIGHUP)
            terminal.pump(milliseconds: 1)
        }
        #expect(terminal.exitStatus == .exited(128 + Int(SIGHUP)))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scratch.root)/work") == [])
    }

    @Test func theDemoSaysHowToGoOn() throws {
        let scratch = try ScratchFleet()
        let terminal = try PtyProcess(
            executable: try BuiltProduct.path(of: "muster"), arguments: ["demo"], environment: scratch.environment)
        try terminal.waitUntil { $0.contains("DEMO 1800x") && $0.contains("major-3.0.0") }
        terminal.send(keys: "q")
        #expect(try terminal.waitForExit() == .exited(0))
        #expect(terminal.isTerminalClean)
        let text = terminal.screenText().joined(separator: "\n")
        #expect(text.contains("That was a demo: nothing of it is kept."))
        #expect(text.contains("muster check my-fleet"))
        // The screen would break a line of more than 80 columns.
        #expect(text.contains("A fleet of your own is a directory of files:"))
        #expect(text.contains("copies the sample of the source tree"))
        #expect(try FileTree("\(scratch.root)/state").paths == [])
    }
}
