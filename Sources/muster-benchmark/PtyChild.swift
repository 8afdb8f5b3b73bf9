import Glibc

/// A program on a pseudo-terminal, without a screen: only what it sends, and when.
final class PtyChild {
    let process: pid_t
    /// When it was started.
    let startedAt: ContinuousClock.Instant
    /// Bytes it has sent.
    private(set) var byteCount = 0
    /// The last bytes it has sent, up to `keptBytes`.
    private(set) var output: [UInt8] = []
    private let terminal: Pty
    private var hasEnded = false

    private static let keptBytes = 1 << 20
    /// `POSIX_SPAWN_SETSID`, which the Glibc module leaves out.
    private static let ownSession: Int16 = 0x80

    init(_ executable: String, _ arguments: [String], columns: Int = 80, rows: Int = 24, state: String) throws {
        terminal = try Pty(columns: columns, rows: rows)
        let environment = [
            "TERM=xterm-256color", "LANG=C.UTF-8", "HOME=\(state)", "XDG_STATE_HOME=\(state)", "USER=benchmark",
            "PATH=/usr/bin:/bin", "TMPDIR=\(state)",
        ]
        startedAt = .now
        process = try Self.spawn([executable] + arguments, environment, path: terminal.path)
    }

    deinit { end() }

    /// Ends it at once.
    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    /// Quits it by a signal, and gives it time to clean up.
    func quit(seconds: Double = 10) {
        kill(process, SIGTERM)
        let start = ContinuousClock.now
        var status: Int32 = 0
        while Timing.seconds(since: start) < seconds {
            read(milliseconds: 10)
            if waitpid(process, &status, WNOHANG) == process {
                hasEnded = true
                return
            }
        }
        end()
    }

    func type(_ text: String) {
        var bytes = Array(text.utf8)
        _ = write(terminal.master, &bytes, bytes.count)
    }

    /// Types as much of a text as the terminal takes at once.
    func typeWhatFits(_ text: String) {
        var target = pollfd(fd: terminal.master, events: Int16(POLLOUT), revents: 0)
        guard poll(&target, 1, 0) > 0, target.revents & Int16(POLLOUT) != 0 else { return }
        type(text)
    }

    /// Reads what comes within so long; gives how much came.
    @discardableResult
    func read(milliseconds: Int) -> Int {
        var source = pollfd(fd: terminal.master, events: Int16(POLLIN), revents: 0)
        guard poll(&source, 1, Int32(milliseconds)) > 0 else { return 0 }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(terminal.master, &buffer, buffer.count)
        guard count > 0 else { return 0 }
        byteCount += count
        output += buffer[..<count]
        if output.count > Self.keptBytes { output.removeFirst(output.count - Self.keptBytes / 2) }
        return count
    }

    /// Reads until these bytes have come since `mark`, a value of `byteCount`. False: not within so many seconds.
    func wait(for text: String, since mark: Int, seconds: Double = 60) -> Bool {
        let wanted = Array(text.utf8)
        let start = ContinuousClock.now
        while Timing.seconds(since: start) < seconds {
            let fresh = output.suffix(byteCount - mark)
            if Self.contains(fresh, wanted) { return true }
            read(milliseconds: 100)
        }
        return false
    }

    /// Reads for so many seconds.
    func listen(seconds: Double) {
        let start = ContinuousClock.now
        while true {
            let left = seconds - Timing.seconds(since: start)
            guard left > 0 else { return }
            read(milliseconds: max(1, Int(left * 1000)))
        }
    }

    /// The end of what it has sent, as text.
    var tail: String { String(decoding: output.suffix(400), as: UTF8.self) }

    private static func contains(_ bytes: ArraySlice<UInt8>, _ wanted: [UInt8]) -> Bool {
        guard let first = wanted.first, bytes.count >= wanted.count else { return false }
        let last = bytes.endIndex - wanted.count
        return (bytes.startIndex...last).contains { start in
            bytes[start] == first && bytes[start..<start + wanted.count].elementsEqual(wanted)
        }
    }

    private static func spawn(_ arguments: [String], _ environment: [String], path: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawnattr_setflags(&attributes, ownSession)
        // The leader of a session that opens a terminal gets it as its controlling one.
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, path, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO)
        var words = arguments.map { strdup($0) } + [nil]
        var variables = environment.map { strdup($0) } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var process: pid_t = 0
        let failure = posix_spawn(&process, arguments[0], &actions, &attributes, &words, &variables)
        guard failure == 0 else { throw BenchmarkFailure("\(arguments[0]) does not start: error \(failure)") }
        return process
    }
}

/// A pseudo-terminal, by the kernel's own calls: Swift's Glibc module does not show `posix_openpt`.
final class Pty {
    let master: Int32
    /// The path of the other side.
    let path: String

    private static let getNumber: UInt = 0x8004_5430, setLock: UInt = 0x4004_5431, setSize: UInt = 0x5414

    init(columns: Int, rows: Int) throws {
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard master >= 0 else { throw BenchmarkFailure("there is no pseudo-terminal: error \(errno)") }
        var lock: Int32 = 0, number: UInt32 = 0
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        guard ioctl(master, Self.setLock, &lock) == 0, ioctl(master, Self.getNumber, &number) == 0,
            ioctl(master, Self.setSize, &size) == 0
        else {
            close(master)
            throw BenchmarkFailure("the pseudo-terminal cannot be set up: error \(errno)")
        }
        path = "/dev/pts/\(number)"
    }

    deinit { close(master) }
}
