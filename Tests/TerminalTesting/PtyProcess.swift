import CVterm
import Glibc

/// A real program on a pseudo-terminal, with a virtual screen for what it draws.
///
/// Nothing here sleeps: `waitUntil` waits for what the program writes, with a deadline.
public final class PtyProcess {
    /// How a process ended.
    public enum ExitStatus: Hashable, Sendable {
        /// It ended itself with this code.
        case exited(Int)
        /// A signal ended it.
        case signalled(Int32)
    }

    /// What a test was waiting for did not come.
    public struct Failure: Error, CustomStringConvertible {
        /// What happened, with the screen at that time.
        public let description: String
    }

    /// The most bytes of output that are kept to look at.
    public static let outputLimit = 4 << 20

    /// What the program has drawn.
    public let screen: VirtualScreen
    /// The process.
    public let pid: pid_t
    /// How many bytes it has written.
    public private(set) var bytesReceived = 0
    /// The first bytes that it has written, up to `outputLimit`.
    public private(set) var output: [UInt8] = []
    /// How it ended; nil while it runs. Looked up by `pump`.
    public private(set) var exitStatus: ExitStatus?

    private var master: Int32
    private var outgoing: ArraySlice<UInt8> = []
    private var hasEnded = false

    /// Whether output is read; a terminal that is not read from stalls the program.
    public var isReading = true

    /// Starts a program. The environment is exactly the given one.
    ///
    /// - Parameter standardError: a file for standard error; nil is the terminal too.
    public init(
        executable: String, arguments: [String] = [], environment: [String: String], columns: Int = 80, rows: Int = 24,
        standardError: String? = nil
    ) throws {
        var path = [CChar](repeating: 0, count: 256)
        master = muster_pty_open(Int32(columns), Int32(rows), &path, path.count)
        guard master >= 0 else { throw Failure(description: "No pseudo-terminal: error \(errno).") }
        screen = VirtualScreen(columns: columns, rows: rows)
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        var process: pid_t = 0
        let failure = Self.withCStrings([executable] + arguments) { arguments in
            Self.withCStrings(variables) { variables in
                muster_pty_spawn(executable, arguments, variables, path, standardError, &process)
            }
        }
        pid = process
        guard failure == 0 else {
            close(master)
            throw Failure(description: "\(executable) did not start: error \(failure).")
        }
    }

    deinit {
        if exitStatus == nil {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
        }
        if master >= 0 { close(master) }
    }

    // MARK: - To the program

    /// Types text.
    public func send(keys: String) {
        sendBytes(Array(keys.utf8))
    }

    /// Types bytes. They go out while output is read, so that neither side blocks the other.
    public func sendBytes(_ bytes: [UInt8]) {
        outgoing += bytes
    }

    /// Changes the size of the terminal.
    public func resize(columns: Int, rows: Int) {
        screen.resize(columns: columns, rows: rows)
        _ = muster_pty_resize(master, Int32(columns), Int32(rows))
    }

    /// Sends a signal to the process.
    public func signal(_ number: Int32) {
        kill(pid, number)
    }

    /// Closes the terminal, as a lost connection does.
    public func hangUp() {
        close(master)
        master = -1
        hasEnded = true
    }

    // MARK: - From the program

    /// What is on the screen.
    public func screenText() -> [String] { screen.lines() }

    /// One cell of the screen.
    public func cell(row: Int, column: Int) -> ScreenCell { screen.cell(column: column, row: row) }

    /// Whether the alternate screen is shown.
    public var isAltScreen: Bool { screen.isAltScreen }

    /// Whether the cursor is shown.
    public var cursorVisible: Bool { screen.isCursorVisible }

    /// Whether the terminal echoes and edits lines, as a shell wants it.
    public var echoEnabled: Bool { muster_pty_echoes(master) == 1 }

    /// Whether every mode is as it was: main screen, cursor shown, echo on, and no mouse, paste or other private mode.
    public var isTerminalClean: Bool {
        let left = screen.privateModes.subtracting([25, 7, 12])
        return !isAltScreen && cursorVisible && echoEnabled && left.isEmpty
    }

    /// Lets input and output flow until the condition holds.
    ///
    /// - Throws: `Failure` with the screen, when it does not within `deadlineSeconds`.
    public func waitUntil(
        deadlineSeconds: Double = 20, _ condition: (VirtualScreen) -> Bool
    ) throws {
        let deadline = ContinuousClock.now + .seconds(deadlineSeconds)
        while !condition(screen) {
            guard ContinuousClock.now < deadline else { throw failure("The condition did not come true.") }
            if hasEnded, exitStatus != nil {
                if condition(screen) { return }
                throw failure("The program has ended.")
            }
            pump(milliseconds: 20)
        }
    }

    /// Waits for the end of the process and of its output.
    @discardableResult
    public func waitForExit(deadlineSeconds: Double = 20) throws -> ExitStatus {
        let deadline = ContinuousClock.now + .seconds(deadlineSeconds)
        while ContinuousClock.now < deadline {
            if let exitStatus, hasEnded { return exitStatus }
            pump(milliseconds: 20)
        }
        throw failure("The program did not end.")
    }

    /// Lets input and output flow once, waiting at most so long for either.
    public func pump(milliseconds: Int) {
        let wanted = (isReading ? POLLIN : 0) | (outgoing.isEmpty ? 0 : POLLOUT)
        var terminal = pollfd(fd: hasEnded ? -1 : master, events: Int16(wanted), revents: 0)
        if poll(&terminal, 1, Int32(milliseconds)) > 0 {
            if terminal.revents & Int16(POLLOUT) != 0 { writeOut() }
            if isReading, terminal.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 { readIn() }
        }
        if exitStatus == nil { reap() }
    }

    private func writeOut() {
        let written = outgoing.withUnsafeBytes { write(master, $0.baseAddress, min($0.count, 4096)) }
        if written > 0 { outgoing = outgoing.dropFirst(written) }
    }

    private func readIn() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(master, &buffer, buffer.count)
        if count > 0 {
            let bytes = Array(buffer.prefix(count))
            bytesReceived += count
            output += bytes.prefix(max(0, Self.outputLimit - output.count))
            screen.feed(bytes)
        } else if count == 0 || errno == EIO {
            hasEnded = exitStatus != nil || hasExited()
        }
    }

    private func hasExited() -> Bool {
        reap()
        return exitStatus != nil
    }

    private func reap() {
        var status: Int32 = 0
        guard exitStatus == nil, waitpid(pid, &status, WNOHANG) == pid else { return }
        let signal = status & 0x7F
        exitStatus = signal == 0 ? .exited(Int(status >> 8 & 0xFF)) : .signalled(signal)
    }

    private func failure(_ what: String) -> Failure {
        let status = exitStatus.map { "\($0)" } ?? "running"
        return Failure(description: "\(what) Process: \(status). Screen:\n\(screenText().joined(separator: "\n"))")
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = strings.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("An array with a nil has a base.") }
            return body(base)
        }
    }
}
