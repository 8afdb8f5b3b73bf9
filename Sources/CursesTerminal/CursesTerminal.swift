import CNcurses
import Cells
import Glibc
import Synchronization

/// The terminal: keys in, frames out, and the terminal given back as it was after any end.
///
/// One thread opens it, uses it and closes it. Other threads only wake it.
public final class CursesTerminal {
    /// How the terminal is to be used.
    public struct Options: Hashable, Sendable {
        /// The colours; nil finds out.
        public var colour: ColourDepth?
        /// Whether clicks and the wheel are reported. The terminal's own selection then needs Shift.
        public var usesMouse: Bool
        /// Whether to draw ASCII only, whatever the locale says.
        public var drawsOnlyASCII: Bool

        /// Makes options.
        public init(colour: ColourDepth? = nil, usesMouse: Bool = true, drawsOnlyASCII: Bool = false) {
            self.colour = colour
            self.usesMouse = usesMouse
            self.drawsOnlyASCII = drawsOnlyASCII
        }
    }

    /// What `wait` has waited for.
    public enum Event: Hashable, Sendable {
        /// Keys, in the order in which they came.
        case keys([KeyEvent])
        /// The window has this size now, and what was on it is gone: draw.
        case resized(Size)
        /// Somebody called the waker.
        case woken
        /// The process was asked to end, by this signal. Close soon and exit.
        case quitRequested(signal: Int32)
        /// The process was asked by a signal to stop until it is continued. It goes on until `suspend` is called.
        case stopRequested
        /// The process had been stopped and goes on: draw.
        case resumed
        /// The terminal is gone. Said once; after it there are no keys.
        case hungUp
        /// Nothing came within the time.
        case timedOut
    }

    private static let isTaken = Atomic(false)

    let screen: CursesScreen
    let modes: TerminalModes
    let keys: KeyReader
    let signals: EventDescriptor
    let wakes: EventDescriptor
    var isInputOpen = true
    var emptyReads = 0
    private var isOpen = true

    /// The colours that are used.
    public let colour: ColourDepth

    /// The size of the terminal.
    public var size: Size { screen.size }

    /// What ends a `wait` from another thread.
    public var waker: Waker { Waker(event: wakes) }

    /// Takes the terminal of standard input and output over.
    ///
    /// - Throws: why there can be no screen here; the caller then gives plain output.
    public static func open(_ options: Options = Options()) throws(CursesTerminalError) -> CursesTerminal {
        guard isTaken.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
            throw CursesTerminalError(.alreadyOpen)
        }
        do throws(CursesTerminalError) {
            return try CursesTerminal(options)
        } catch {
            isTaken.store(false, ordering: .relaxed)
            throw error
        }
    }

    private init(_ options: Options) throws(CursesTerminalError) {
        let type = try Self.usableType()
        let charset = Charset.negotiated(onlyASCII: options.drawsOnlyASCII)
        colour = ColourDepth.detected(
            wanted: options.colour, terminfoColours: Int(muster_terminfo_colors()), environment: Self.variable)
        signals = try EventDescriptor()
        wakes = try EventDescriptor()
        let size = Self.windowSize()
        modes = TerminalModes(usesMouse: options.usesMouse, rows: size.rows)
        try Self.guardTerminal(modes, signals)
        do throws(CursesTerminalError) {
            screen = try CursesScreen(
                type: type, output: muster_stdout(), input: muster_stdin(), depth: colour, charset: charset, size: size)
            guard let keys = KeyReader() else {
                throw CursesTerminalError(.systemFailure(call: "newpad", code: errno))
            }
            self.keys = keys
        } catch {
            muster_guard_restore()
            muster_guard_remove()
            throw error
        }
        // Without a copy of standard error its text would garble the screen, but that is no reason to refuse it.
        _ = muster_guard_capture_stderr()
        send(modes.on)
    }

    deinit {
        close()
    }

    /// Sets the looks of the roles, in the order of `RoleID.rawValue`.
    public func setStyles(_ styles: [Style]) {
        screen.setStyles(styles)
    }

    /// Shows a frame; the same frame again costs nothing. Blocks while the terminal takes no bytes.
    public func draw(_ frame: Frame) {
        guard isOpen else { return }
        screen.draw(frame)
    }

    /// Gives the terminal back as it was, and writes what went to standard error meanwhile. May be called again.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        if canWrite() {
            send(modes.off)
            screen.end()
            muster_guard_disarm()
        } else {
            muster_guard_restore()
        }
        muster_guard_release_stderr()
        muster_guard_remove()
        Self.isTaken.store(false, ordering: .relaxed)
    }
}

extension CursesTerminal {
    /// Writes a string past ncurses, whose own buffer is empty after every draw.
    func send(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno != EINTR { return }
            bytes = bytes.dropFirst(max(count, 0))
        }
    }

    /// Whether the terminal takes bytes; one that is stalled must not hold up the end of the program.
    func canWrite() -> Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&output, 1, Int32(muster_guard_stall_milliseconds)) > 0 && output.revents & Int16(POLLOUT) != 0
    }

    /// The size of the window; 80 by 24 where the terminal does not say.
    static func windowSize() -> Size {
        var columns: Int32 = 0
        var rows: Int32 = 0
        guard muster_window_size(STDOUT_FILENO, &columns, &rows) == 0 else { return Size(columns: 80, rows: 24) }
        return Size(columns: Int(columns), rows: Int(rows))
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    private static func usableType() throws(CursesTerminalError) -> String {
        guard isatty(STDIN_FILENO) != 0 else { throw CursesTerminalError(.notATerminal("standard input")) }
        guard isatty(STDOUT_FILENO) != 0 else { throw CursesTerminalError(.notATerminal("standard output")) }
        guard let type = variable("TERM"), !type.isEmpty else { throw CursesTerminalError(.noTerminalType) }
        switch Int(muster_terminfo_load(type, STDOUT_FILENO)) {
        case Int(muster_type_usable): return type
        case Int(muster_type_unknown): throw CursesTerminalError(.unknownTerminalType(type))
        default: throw CursesTerminalError(.unsupportedTerminalType(type))
        }
    }

    /// The handlers come before ncurses, which then leaves the signals alone.
    private static func guardTerminal(
        _ modes: TerminalModes, _ signals: EventDescriptor
    ) throws(CursesTerminalError) {
        guard muster_guard_install(STDIN_FILENO, signals.descriptor) == 0 else {
            throw CursesTerminalError(.systemFailure(call: "tcgetattr", code: errno))
        }
        muster_guard_arm(modes.restore, modes.restore.utf8.count)
    }
}
