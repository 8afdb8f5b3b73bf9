import Cells
import CursesTerminal
import Glibc

/// Shows the last keys, and counts of what came, and obeys single letters.
final class Probe {
    private let terminal: CursesTerminal
    var currentWaker: Waker { terminal.waker }
    private var lines: [String] = []
    private var pastedKeys = 0
    private var typedKeys = 0
    private var draws = 0
    private var wakes = 0
    private var isRunning = true
    private var fill = RoleID(0)

    init(arguments: [String]) throws(CursesTerminalError) {
        var options = CursesTerminal.Options()
        if arguments.contains("--truecolour") { options.colour = .trueColour }
        if arguments.contains("--ascii") { options.drawsOnlyASCII = true }
        terminal = try CursesTerminal.open(options)
        terminal.setStyles([Style(), Self.red])
    }

    static let red = Style(
        foreground: Color(red: 213, green: 94, blue: 0, c256: 166, c16: 9), flags: .bold)

    func run() {
        draw()
        while isRunning {
            for event in terminal.wait(timeoutMilliseconds: nil) { take(event) }
            draw()
        }
        terminal.close()
        print("PROBE ENDED")
    }

    private func draw() {
        draws += 1
        var frame = Frame(size: terminal.size, fill: fill)
        let counts = "typed \(typedKeys) pasted \(pastedKeys) wakes \(wakes)"
        frame.write(
            "PROBE \(terminal.size.columns)x\(terminal.size.rows) \(terminal.colour) pid \(getpid())", column: 0,
            row: 0, role: RoleID(1))
        frame.write(counts, column: 0, row: 1, role: RoleID(0))
        frame.write("wide \u{6F22}\u{5B57} caf\u{E9}", column: 0, row: 2, role: RoleID(0))
        for (index, line) in lines.suffix(max(0, frame.size.rows - 4)).enumerated() {
            frame.write(line, column: 0, row: index + 3, role: RoleID(0))
        }
        // Rows are sent from the top, so this word says that the others have arrived.
        if frame.size.rows > 4 { frame.write("READY", column: 0, row: frame.size.rows - 1, role: RoleID(0)) }
        terminal.draw(frame)
    }

    private func take(_ event: CursesTerminal.Event) {
        switch event {
        case .keys(let keys): keys.forEach(take)
        case .quitRequested(let signal):
            terminal.close()
            print("PROBE QUIT \(signal)")
            exit(128 + signal)
        case .hungUp: finishHungUp()
        case .woken: wakes += 1
        case .stopRequested: if terminal.suspend() { lines.append("resumed") }
        default: lines.append("\(event)")
        }
    }

    /// A terminal that is gone cannot be told anything, so the exit code says it.
    private func finishHungUp() {
        terminal.close()
        exit(7)
    }

    private func take(_ event: KeyEvent) {
        guard !event.isPasted else { return pastedKeys += 1 }
        typedKeys += 1
        lines.append(Self.description(event.key))
        if case .control("z") = event.key {
            lines.append(terminal.suspend() ? "resumed" : "not stopped")
        } else if case .character(let letter) = event.key {
            obey(letter)
        }
    }

    private static func description(_ key: Key) -> String {
        guard case .mouse(let mouse) = key else { return "key \(key)" }
        return "mouse \(mouse.button) \(mouse.kind) \(mouse.column) \(mouse.row)"
    }

    private func obey(_ letter: Character) {
        switch letter {
        case "q": isRunning = false
        case "x": exit(5)
        case "e": writeToStandardError("a word on standard error\n")
        case "f": fatalError("the probe was told to crash")
        case "a": abort()
        case "s": crashByFault()
        case "k": raise(SIGSEGV)
        case "o": _ = recurse(1)
        case "c": terminal.copyToClipboard("copied text")
        case "w": wakeFromThreads()
        case "m": flood()
        case "i": fill = RoleID(1)
        default: break
        }
    }

    private func writeToStandardError(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func crashByFault() {
        UnsafeMutableRawPointer(bitPattern: 8)?.storeBytes(of: 1, as: Int.self)
    }

    private func recurse(_ depth: Int) -> Int {
        depth == -1 ? 0 : recurse(depth + 1) + recurse(depth + 2) + 1
    }

    /// Draws for ever, so that a terminal that is not read from stalls the program in a write.
    private func flood() {
        var count = 0
        while true {
            count += 1
            var frame = Frame(size: terminal.size, fill: RoleID(0))
            for row in 0..<frame.size.rows {
                frame.write("flood \(count * 31 &+ row)", column: 0, row: row, role: RoleID(0))
            }
            terminal.draw(frame)
        }
    }
}
