import Glibc
import TerminalTesting
import Testing

/// Keys, pastes, the mouse, sizes, colours and stops, through a pseudo-terminal.
struct ProbeInputTests {
    @Test(arguments: [
        ("j", "character(\"j\")"), ("é", "character(\"é\")"), ("漢", "character(\"漢\")"), (" ", "character(\" \")"),
        ("\r", "enter"), ("\t", "tab"), ("\u{7F}", "backspace"), ("\u{8}", "backspace"), ("\u{1B}", "escape"),
        ("\u{4}", "control(\"d\")"), ("\u{3}", "control(\"c\")"), ("\u{13}", "control(\"s\")"), ("\u{1B}[A", "up"),
        ("\u{1B}OA", "up"), ("\u{1B}[B", "down"), ("\u{1B}[C", "right"), ("\u{1B}[D", "left"), ("\u{1B}[H", "home"),
        ("\u{1B}OF", "end"), ("\u{1B}[5~", "pageUp"), ("\u{1B}[6~", "pageDown"), ("\u{1B}[3~", "delete"),
        ("\u{1B}[2~", "insert"), ("\u{1B}[Z", "backTab"), ("\u{1B}OP", "function(1)"), ("\u{1B}[24~", "function(12)"),
    ])
    func `a key arrives as itself`(bytes: String, key: String) throws {
        let probe = try ProbeTests.started()
        probe.send(keys: bytes)
        try probe.waitUntil { $0.contains("key \(key)") }
        #expect(probe.screenText()[1] == "typed 1 pasted 0 wakes 0")
    }

    @Test(arguments: ["\u{1B}[1;5C", "\u{1B}[200;1;3~", "\u{1B}[1;3;9;27~", "\u{1B}[I"])
    func `a sequence nobody knows is not taken for typed letters`(bytes: String) throws {
        let probe = try ProbeTests.started()
        probe.send(keys: bytes)
        probe.send(keys: "j")
        try probe.waitUntil { $0.contains("key character(\"j\")") }
        #expect(probe.screenText()[1] == "typed 1 pasted 0 wakes 0")
    }

    @Test(arguments: [
        ("\u{1B}[<0;5;3M", "mouse left press 4 2"), ("\u{1B}[<0;5;3m", "mouse left release 4 2"),
        ("\u{1B}[<2;120;1M", "mouse right press 119 0"), ("\u{1B}[<64;1;1M", "mouse none wheelUp 0 0"),
        ("\u{1B}[<65;300;200M", "mouse none wheelDown 299 199"), ("\u{1B}[<20;1;2M", "mouse left press 0 1"),
    ])
    func `the mouse arrives`(bytes: String, shown: String) throws {
        let probe = try ProbeTests.started()
        probe.send(keys: bytes)
        try probe.waitUntil { $0.contains(shown) }
        #expect(probe.screenText()[1] == "typed 1 pasted 0 wakes 0")
    }

    @Test func `pasted keys are marked and typed ones after them are not`() throws {
        let probe = try ProbeTests.started()
        probe.send(keys: "\u{1B}[200~RO-1042\r\u{1B}[201~j")
        try probe.waitUntil { $0.contains("typed 1 pasted 8 ") }
    }

    @Test func `a paste of a megabyte is marked, bounded and over`() throws {
        let probe = try ProbeTests.started()
        let text = String(repeating: "pasted text with q and f\r", count: 42_000)
        probe.send(keys: "\u{1B}[200~" + text + "\u{1B}[201~j")
        try probe.waitUntil(deadlineSeconds: 60) { $0.contains("typed 1 ") }
        #expect(probe.screenText()[1] == "typed 1 pasted 65536 wakes 0")
        probe.send(keys: "q")
        #expect(try probe.waitForExit() == .exited(0))
    }

    @Test func `a waker ends the wait from another thread`() throws {
        let probe = try ProbeTests.started()
        probe.send(keys: "w")
        try probe.waitUntil { $0.contains("typed 1 pasted 0 wakes 1") }
    }

    @Test func `a storm of sizes ends with the last`() throws {
        let probe = try ProbeTests.started()
        for step in 0..<200 { probe.resize(columns: 40 + step % 60, rows: 10 + step % 20) }
        probe.resize(columns: 101, rows: 31)
        try probe.waitUntil { $0.contains("PROBE 101x31") && $0.lines().last == "READY" }
        #expect(probe.screenText()[0].hasPrefix("PROBE 101x31 c256"))
        probe.resize(columns: 12, rows: 2)
        try probe.waitUntil { $0.lines() == ["PROBE 12x2 c", "typed 0 past"] }
    }

    @Test func `a copy goes out as OSC 52, and inside tmux wrapped as well`() throws {
        let plain = "\u{1B}]52;c;Y29waWVkIHRleHQ=\u{07}"
        for (variables, sequence) in [
            ([:], plain),
            (["TMUX": "/tmp/tmux,1,0"], plain + "\u{1B}Ptmux;\u{1B}\(plain)\u{1B}\\"),
        ] {
            let probe = try ProbeTests.started(adding: variables)
            probe.send(keys: "c")
            try probe.waitUntil { $0.contains("key character(\"c\")") }
            #expect(probe.outputText.contains(sequence))
        }
    }

    @Test(arguments: [
        ([:], "c256", ScreenColor.indexed(166)), (["COLORTERM": "truecolor"], "trueColour", .direct(0xD55E00)),
        (["COLORTERM": "24bit"], "trueColour", .direct(0xD55E00)), (["NO_COLOR": "1"], "mono", .standard),
        (["NO_COLOR": ""], "c256", .indexed(166)), (["TERM": "xterm"], "c16", .indexed(1)),
        (["TERM": "vt100"], "mono", .standard), (["TERM": "tmux-256color"], "c256", .indexed(166)),
        (["TERM": "screen"], "c16", .indexed(1)), (["TERM": "linux"], "c16", .indexed(1)),
    ])
    func `the colours follow the terminal`(variables: [String: String], depth: String, color: ScreenColor) throws {
        let probe = try ProbeTests.started(adding: variables)
        #expect(probe.screenText()[0].contains("PROBE 80x24 \(depth) "))
        #expect(probe.cell(row: 0, column: 0).foreground == color)
        probe.send(keys: "q")
        #expect(try probe.waitForExit() == .exited(0))
        #expect(probe.isTerminalClean)
    }

    @Test(arguments: [
        (["LANG": "C"], "wide 漢字 café"), (["LANG": "no_SUCH.locale"], "wide 漢字 café"), ([:], "wide 漢字 café"),
    ])
    func `the locale decides about UTF-8`(variables: [String: String], shown: String) throws {
        let probe = try ProbeTests.started(adding: variables)
        #expect(probe.screenText()[2] == shown)
    }

    @Test func `ASCII is drawn where it is asked for`() throws {
        let probe = try ProbeTests.started(["--ascii"])
        #expect(probe.screenText()[2] == "wide ???? cafe")
        #expect(probe.output.allSatisfy { $0 < 0x80 })
    }

    // MARK: - Stopping

    /// A shell with job control runs the probe, and brings it back when a line is typed.
    private func shell() throws -> PtyProcess {
        let script = "set -m; \"$0\"; echo SHELL; read line; fg >/dev/null; echo DONE"
        let shell = try PtyProcess(
            executable: "/bin/sh", arguments: ["-c", script, BuiltProduct.path(of: "TerminalProbe")],
            environment: ProbeTests.environment)
        try shell.waitUntil { $0.lines().last == "READY" }
        return shell
    }

    @Test func `Ctrl-Z gives the terminal to the shell, and the shell gives it back`() throws {
        let shell = try shell()
        shell.send(keys: "\u{1A}")
        try shell.waitUntil { $0.contains("SHELL") }
        #expect(!shell.isAltScreen)
        #expect(shell.cursorVisible)
        #expect(shell.screen.privateModes.isDisjoint(with: [1000, 1006, 1049, 2004]))
        shell.resize(columns: 90, rows: 20)
        shell.send(keys: "\n")
        try shell.waitUntil { $0.contains("PROBE 90x20") && $0.contains("resumed") }
        #expect(shell.isAltScreen)
        #expect(shell.screen.privateModes.isSuperset(of: [1000, 1006, 1049, 2004]))
        shell.send(keys: "jq")
        try shell.waitUntil { $0.contains("DONE") }
        try shell.waitForExit()
        #expect(shell.isTerminalClean)
    }

    @Test func `a signal to stop does the same`() throws {
        let shell = try shell()
        let pid = try #require(shell.screenText()[0].split(separator: " ").last.flatMap { pid_t($0) })
        kill(pid, SIGTSTP)
        try shell.waitUntil { $0.contains("SHELL") }
        #expect(!shell.isAltScreen)
        shell.send(keys: "\n")
        try shell.waitUntil { $0.contains("PROBE 80x24") && $0.contains("resumed") }
        shell.send(keys: "q")
        try shell.waitUntil { $0.contains("DONE") }
        try shell.waitForExit()
        #expect(shell.isTerminalClean)
    }

    @Test func `without anybody to continue it, it does not stop`() throws {
        let probe = try ProbeTests.started()
        probe.send(keys: "\u{1A}")
        try probe.waitUntil { $0.contains("not stopped") }
        #expect(probe.isAltScreen)
        probe.signal(SIGCONT)
        try probe.waitUntil { $0.contains("resumed") }
        #expect(probe.isAltScreen)
    }
}
