import Cells
import CursesTerminal
import Glibc

/// Bytes and time from a frame to the terminal, through ncurses on a pseudo-terminal.
enum TerminalBenchmark {
    private static let sizes = [Size(columns: 80, rows: 24), Size(columns: 200, rows: 60)]
    private static let samples = 200

    static func run() throws -> [Measurement] { try sizes.flatMap(measure) }

    private static func measure(_ size: Size) throws -> [Measurement] {
        let terminal = try Pty(columns: size.columns, rows: size.rows)
        let other = open(terminal.path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard let output = fdopen(other, "w"), let input = fdopen(dup(other), "r") else {
            throw BenchmarkFailure("the pseudo-terminal cannot be opened: error \(errno)")
        }
        defer {
            fclose(output)
            fclose(input)
        }
        let screen = try CursesScreen(
            type: "xterm-256color", output: output, input: input, depth: .c256, usesUnicode: true, size: size)
        defer { screen.end() }
        let first = shown(text(size, changing: 0), on: screen, terminal)
        var bytes: [Double] = [], times = Times()
        for sample in 1...samples {
            let one = shown(text(size, changing: sample), on: screen, terminal)
            bytes.append(Double(one.bytes))
            times.add(seconds: one.seconds)
        }
        let name = "terminal \(size.columns)x\(size.rows)"
        return [
            Measurement(
                "\(name), one changed row", Timing.median(bytes), "bytes",
                note:
                    "\(MeasurementTable.number(times.milliseconds(percentile: 50))) ms; first frame \(first.bytes) bytes"
            ),
            Measurement(
                "\(name), the same frame", Double(shown(text(size, changing: samples), on: screen, terminal).bytes),
                "bytes", atMost: 0),
        ]
    }

    /// Rows of a list; the numbers in one of them change.
    private static func text(_ size: Size, changing sample: Int) -> Frame {
        var frame = Frame(size: size, fill: RoleID(0))
        for row in 0..<size.rows {
            let moment = row == size.rows / 2 ? sample : 0
            let text = " ~ pos-eu-\(1000 + row)  eu-west  INSTALL \(10 + moment % 90)%  4.12.0  \(moment)s"
            frame.write(text, column: 0, row: row, role: RoleID(0))
        }
        return frame
    }

    private static func shown(
        _ frame: Frame, on screen: CursesScreen, _ terminal: Pty
    ) -> (bytes: Int, seconds: Double) {
        let taken = Timing.seconds { screen.draw(frame) }
        return (drain(terminal), taken.seconds)
    }

    private static func drain(_ terminal: Pty) -> Int {
        var total = 0
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var source = pollfd(fd: terminal.master, events: Int16(POLLIN), revents: 0)
        while poll(&source, 1, 5) > 0 {
            let count = read(terminal.master, &buffer, buffer.count)
            guard count > 0 else { break }
            total += count
        }
        return total
    }
}
