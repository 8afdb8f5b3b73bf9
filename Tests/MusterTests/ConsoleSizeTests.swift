import Foundation
import TerminalTesting
import Testing

/// Every size, and every kind of terminal.
@Suite(.timeLimit(.minutes(10)))
struct ConsoleSizeTests {
    @Test(arguments: [(80, 24), (120, 40), (200, 60)]) func wholeScreens(columns: Int, rows: Int) throws {
        let console = try ConsoleRun(ScratchFleet(), columns: columns, rows: rows)
        try console.waitUntilOpen()
        try console.focus("major-3.0.0")
        try console.wait(for: "DEMO 60x", "[2 Regions", "[3 Devices", "pos-austin-001", "<q>quit")
        #expect(console.terminal.screenText().count == rows)
        try console.start("major-3.0.0")
        try console.wait(for: "[1 Phases]", "canary", "early", "everyone", "RUNNING")
        #expect(try console.quit() == .exited(0))
        #expect(console.terminal.isTerminalClean)
    }

    /// The program answers keys where there is hardly anything to see.
    @Test(arguments: [(20, 5), (8, 2), (1, 1)]) func smallScreens(columns: Int, rows: Int) throws {
        let scratch = try ScratchFleet()
        let console = try ConsoleRun(scratch, columns: columns, rows: rows)
        try console.terminal.waitUntil { $0.isAltScreen }
        for key in ["d", "w", "u", "?", "\u{1B}", "/", "x", "\u{1B}", "B", "\u{1B}", "t", "T"] { console.type(key) }
        console.terminal.resize(columns: 80, rows: 24)
        try console.waitUntilOpen()
        console.terminal.resize(columns: columns, rows: rows)
        #expect(try console.quit() == .exited(0))
        #expect(console.terminal.isTerminalClean)
    }

    @Test func aStormOfSizes() throws {
        let console = try ConsoleRun(ScratchFleet(), speed: 600)
        try console.waitUntilOpen()
        try console.start("major-3.0.0")
        var random = SeededRandom(seed: 5)
        for step in 0..<200 {
            console.terminal.resize(
                columns: Int.random(in: 1...240, using: &random), rows: Int.random(in: 1...80, using: &random))
            if step % 10 == 0 { console.type(["d", "\u{1B}", "w", "\u{1B}", "?", "\u{1B}"][step / 10 % 6]) }
            console.terminal.pump(milliseconds: 2)
        }
        console.type("\u{1B}\u{1B}\u{1B}")
        console.terminal.resize(columns: 120, rows: 40)
        try console.wait(for: "[1 Phases]", "[3 Devices", "[5 Events]", "pos-seattle-001", "<q>quit")
        #expect(try console.quit() == .exited(0))
        #expect(console.terminal.isTerminalClean)
    }

    @Test(arguments: ["dumb", "unknown", "no-such-terminal", ""]) func terminalsWithoutAScreen(type: String) throws {
        let console = try ConsoleRun(ScratchFleet(), environment: ["TERM": type])
        #expect(try console.terminal.waitForExit() == .exited(0))
        let output = String(decoding: console.terminal.output, as: UTF8.self)
        #expect(!output.contains("\u{1B}"))
        #expect(output.contains("muster: ") && output.contains("TERM"))
        for text in ["sample-fleet", "[3 Devices", "pos-austin-001"] { #expect(output.contains(text)) }
    }

    @Test func outputThatIsNoTerminal() throws {
        let scratch = try ScratchFleet()
        let run = try MusterRun(["console", scratch.fleet, "--simulate"], scratch)
        #expect(run.code == 0)
        #expect(run.errors.contains("is not a terminal"))
        #expect(run.output.contains("pos-austin-001"))
        #expect(!(run.output + run.errors).contains("\u{1B}"))
    }

    @Test(arguments: [["NO_COLOR": "1"], ["NO_COLOR": ""]]) func colours(environment: [String: String]) throws {
        let console = try ConsoleRun(ScratchFleet(), environment: environment)
        try console.waitUntilOpen()
        try console.start("major-3.0.0")
        try console.wait(for: "RUNNING", "pos-austin-001")
        let isColourless = environment["NO_COLOR"] != ""
        #expect(colourCount(console) == 0 || !isColourless)
        #expect(colourCount(console) > 0 || isColourless)
        #expect(try console.quit() == .exited(0))
    }

    /// The type of terminal is one without `rep`, which libvterm 0.1 gets wrong in the last column but one.
    @Test func anASCIITerminalGetsASCII() throws {
        let console = try ConsoleRun(
            ScratchFleet(), options: ["--ascii"], environment: ["TERM": "screen-256color"], columns: 120, rows: 40)
        try console.waitUntilOpen()
        try console.start("major-3.0.0")
        #expect(try console.quit() == .exited(0))
        #expect(console.terminal.output.allSatisfy { $0 < 0x80 })
    }

    /// Cells in a colour that is not the terminal's own.
    private func colourCount(_ console: ConsoleRun) -> Int {
        let screen = console.terminal.screen
        var count = 0
        for row in 0..<screen.rows {
            for column in 0..<screen.columns {
                let cell = screen.cell(column: column, row: row)
                if cell.foreground != .standard || cell.background != .standard { count += 1 }
            }
        }
        return count
    }
}
