import CNcurses
import Cells
import CursesTerminal
import Glibc
import TerminalTesting

/// ncurses in this process, writing to a file in memory that feeds a virtual screen. Only one may exist at a time.
final class InProcessTerminal {
    let screen: CursesScreen
    let emulator: VirtualScreen
    private let output: UnsafeMutablePointer<FILE>
    private let input: UnsafeMutablePointer<FILE>
    private let descriptor: Int32
    private var consumed = 0

    struct SetupFailure: Error {}

    init(size: Size, depth: ColourDepth, usesUnicode: Bool = true, type: String = "xterm-256color") throws {
        descriptor = muster_memory_file("screen", 0)
        guard muster_use_c_utf8() == 0, descriptor >= 0, let output = fdopen(descriptor, "w"),
            let input = fopen("/dev/null", "r"), muster_terminfo_load(type, descriptor) == Int32(muster_type_usable)
        else { throw SetupFailure() }
        self.output = output
        self.input = input
        emulator = VirtualScreen(columns: size.columns, rows: size.rows)
        screen = try CursesScreen(
            type: type, output: output, input: input, depth: depth, usesUnicode: usesUnicode, size: size)
    }

    deinit {
        screen.end()
        fclose(output)
        fclose(input)
    }

    /// Draws, feeds the emulator with what was sent, and gives that.
    @discardableResult
    func draw(_ frame: Frame) -> [UInt8] {
        screen.draw(frame)
        let bytes = newBytes()
        emulator.feed(bytes)
        return bytes
    }

    func resize(_ size: Size) {
        emulator.resize(columns: size.columns, rows: size.rows)
        screen.resize(to: size)
    }

    private func newBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, consumed)
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
            consumed += count
        }
    }
}
