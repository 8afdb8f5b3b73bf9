import Glibc
import TerminalTesting
import Testing

/// The terminal as a program on a pseudo-terminal has it.
struct ProbeTests {
    static let environment = [
        "TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no",
    ]

    static func start(
        _ arguments: [String] = [], adding variables: [String: String] = [:], removing name: String? = nil,
        columns: Int = 80, rows: Int = 24
    ) throws -> PtyProcess {
        var environment = environment.merging(variables) { $1 }
        if let name { environment[name] = nil }
        return try PtyProcess(
            executable: BuiltProduct.path(of: "TerminalProbe"), arguments: arguments, environment: environment,
            columns: columns, rows: rows)
    }

    /// A probe that has drawn its first frame.
    static func started(_ arguments: [String] = [], adding variables: [String: String] = [:]) throws -> PtyProcess {
        let probe = try start(arguments, adding: variables)
        try probe.waitUntil { $0.lines().last == "READY" }
        return probe
    }

    // MARK: - Up and down

    @Test func `the screen comes up and the terminal is given back`() throws {
        let probe = try Self.started()
        #expect(probe.isAltScreen)
        #expect(!probe.cursorVisible)
        #expect(!probe.echoEnabled)
        #expect(probe.screen.privateModes.isSuperset(of: [1000, 1006, 1049, 2004]))
        #expect(probe.screenText()[2] == "wide 漢字 café")
        #expect(probe.cell(row: 0, column: 0).foreground == .indexed(166))
        probe.send(keys: "q")
        #expect(try probe.waitForExit() == .exited(0))
        #expect(probe.isTerminalClean)
        #expect(probe.screenText().first == "PROBE ENDED")
    }

    @Test func `an exit without a close gives the terminal back`() throws {
        let probe = try Self.started()
        probe.send(keys: "x")
        #expect(try probe.waitForExit() == .exited(5))
        #expect(probe.isTerminalClean)
    }

    @Test func `standard error is kept while the screen is up and shown after`() throws {
        let probe = try Self.started()
        probe.send(keys: "e")
        try probe.waitUntil { $0.contains("key character(\"e\")") }
        #expect(!probe.screen.contains("a word on standard error"))
        probe.send(keys: "q")
        try probe.waitForExit()
        #expect(probe.screenText().prefix(2) == ["a word on standard error", "PROBE ENDED"])
    }

    @Test(arguments: [
        ("f", [SIGILL, SIGTRAP], "Fatal error: the probe was told to crash"), ("a", [SIGABRT], ""),
        ("s", [SIGSEGV, SIGBUS], ""), ("k", [SIGSEGV], ""), ("o", [SIGSEGV, SIGBUS, SIGILL, SIGTRAP], ""),
    ])
    func `a crash leaves a clean terminal and its message`(key: String, signals: [Int32], message: String) throws {
        let probe = try Self.started()
        probe.send(keys: key)
        guard case .signalled(let signal) = try probe.waitForExit() else {
            Issue.record("The probe ended by itself.")
            return
        }
        #expect(signals.contains(signal))
        #expect(probe.isTerminalClean)
        #expect(message.isEmpty || probe.outputText.contains(message))
    }

    @Test func `a backtrace of Swift is readable after a crash`() throws {
        let probe = try Self.started(
            adding: ["SWIFT_BACKTRACE": "enable=yes,interactive=no,color=no,threads=crashed,images=none,limit=4"])
        probe.send(keys: "f")
        guard case .signalled = try probe.waitForExit(deadlineSeconds: 60) else {
            Issue.record("The probe ended by itself.")
            return
        }
        #expect(probe.isTerminalClean)
        #expect(probe.outputText.contains("Program crashed"))
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
    func `a signal to quit reaches the program`(signal: Int32) throws {
        let probe = try Self.started()
        probe.signal(signal)
        #expect(try probe.waitForExit() == .exited(128 + Int(signal)))
        #expect(probe.isTerminalClean)
        #expect(probe.screen.contains("PROBE QUIT \(signal)"))
    }

    @Test func `a program stuck on a stalled terminal still ends and gives it back`() throws {
        let probe = try Self.started()
        probe.send(keys: "m")
        try probe.waitUntil { $0.contains("flood") }
        probe.isReading = false
        for _ in 0..<10 { probe.pump(milliseconds: 20) }
        probe.signal(SIGTERM)
        #expect(try probe.waitForExit() == .signalled(SIGTERM))
        probe.isReading = true
        try probe.waitForExit()
        #expect(probe.isTerminalClean)
    }

    @Test func `a connection that is lost ends the program`() throws {
        let probe = try Self.started()
        probe.hangUp()
        let status = try probe.waitForExit()
        #expect([.exited(7), .exited(128 + Int(SIGHUP))].contains(status))
    }

    @Test func `input that ends is noticed without a signal, and does not keep the program busy`() throws {
        let script = "trap '' HUP; exec \"$0\""
        let probe = try PtyProcess(
            executable: "/bin/sh", arguments: ["-c", script, BuiltProduct.path(of: "TerminalProbe")],
            environment: Self.environment)
        try probe.waitUntil { $0.lines().last == "READY" }
        probe.hangUp()
        #expect(try probe.waitForExit() == .exited(7))
    }

    @Test func `it runs inside tmux`() throws {
        let directory = try TemporaryDirectory()
        let tmux = try PtyProcess(
            executable: "/usr/bin/env",
            arguments: ["tmux", "-S", directory.path("socket"), "-f", "/dev/null", "new-session"]
                + [BuiltProduct.path(of: "TerminalProbe")],
            environment: Self.environment)
        try tmux.waitUntil { $0.contains("PROBE 80x23") && $0.contains("READY") }
        #expect(tmux.screenText()[2] == "wide 漢字 café")
        tmux.send(keys: "\u{1B}[A漢")
        try tmux.waitUntil { $0.contains("key up") && $0.contains("key character(\"漢\")") }
        tmux.resize(columns: 60, rows: 15)
        try tmux.waitUntil { $0.contains("PROBE 60x14") && $0.contains("READY") }
        tmux.send(keys: "q")
        #expect(try tmux.waitForExit() == .exited(0))
    }

    // MARK: - No screen

    @Test(arguments: [
        ("dumb", "unsupportedTerminalType"), ("no-such-terminal", "unknownTerminalType"), ("", "noTerminalType"),
    ])
    func `a terminal that cannot be driven is an error with a remedy`(type: String, reason: String) throws {
        let probe = try Self.start(adding: ["TERM": type])
        #expect(try probe.waitForExit() == .exited(3))
        #expect(probe.screen.contains("PROBE ERROR \(reason)"))
        #expect(probe.screenText().joined().contains("muster snapshot"))
        #expect(probe.isTerminalClean)
    }

    @Test func `output that is no terminal is an error`() throws {
        let path = try BuiltProduct.path(of: "TerminalProbe")
        let shell = try PtyProcess(
            executable: "/bin/sh", arguments: ["-c", "\"$0\" | cat", path], environment: Self.environment)
        try shell.waitForExit()
        #expect(shell.screen.contains("PROBE ERROR notATerminal(\"standard output\")"))
    }
}
