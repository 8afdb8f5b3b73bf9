import Cells
import Foundation

/// A process that is to go on as the engine of this one, in a session of its own. It proves first, while the engine here
/// still works, that it can: fleet, keys and state folder are as it needs them. Only then this engine ends.
///
/// The two speak over one pair of sockets: what it says there are lines of standard error, and its two words.
final class EngineSuccessor {
    /// Why there is none, in its own words.
    struct Failure: Error, CustomStringConvertible {
        let description: String
        /// Whether an engine may come of it yet.
        var isOpen = false
    }

    /// What it says once it has proved itself, and once its engine can be reached. No line of a text begins so.
    fileprivate static let isReady = "\u{1}ready", isRunning = "\u{1}running"
    /// What it is told when its turn has come.
    fileprivate static let turn: UInt8 = 1
    /// The option by which a process knows that it is one.
    static let option = "--as-successor"
    /// How long it may take to prove itself, and to take the journal up.
    private static let proofTime = Duration.seconds(60), startTime = Duration.seconds(120)
    /// The longest text of it that is shown.
    private static let longestReason = 600

    /// The process.
    let process: pid_t
    private let line: Int32, log: Int32
    private var unread: [UInt8] = []
    private var said: [String] = []
    private var isReaped = false

    /// Starts this command anew without a screen, and waits until it has proved itself.
    init(loggingIn directory: String) throws(Failure) {
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Failure(description: "a socket cannot be made: \(String(cString: strerror(errno)))")
        }
        line = ends[0]
        log = open(
            "\(directory)/\(DetachedEngine.logName)", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        let result = Self.spawn(on: ends[1])
        _ = Foundation.close(ends[1])
        guard result.code == 0 else {
            process = 0
            throw Failure(description: "no process can be started: \(String(cString: strerror(result.code)))")
        }
        process = result.process
        try wait(for: Self.isReady, within: Self.proofTime)
    }

    deinit {
        // One whose turn has not come ends by that.
        _ = Foundation.close(line)
        if log >= 0 { _ = Foundation.close(log) }
    }

    private static func spawn(on end: Int32) -> (code: Int32, process: pid_t) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_adddup2(&actions, end, descriptor)
        }
        // Inherited, so that it lives until it has a session of its own. This process may go on as a console.
        var ignoring = sigaction(), before = sigaction()
        ignoring.__sigaction_handler.sa_handler = SIG_IGN
        sigaction(SIGHUP, &ignoring, &before)
        defer { sigaction(SIGHUP, &before, nil) }
        let texts = CommandLine.arguments + ["--detached", option]
        let arguments = texts.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, "/proc/self/exe", &actions, nil, arguments, environ)
        return (code, process)
    }

    /// Has it go on, now that no engine works here any more; returns once its own can be reached.
    func goOn() throws(Failure) {
        var word = Self.turn
        _ = send(line, &word, 1, Int32(MSG_NOSIGNAL))
        try wait(for: Self.isRunning, within: Self.startTime)
    }

    /// Whether the process has ended.
    var hasEnded: Bool {
        var status: Int32 = 0
        if !isReaped { isReaped = waitpid(process, &status, WNOHANG) != 0 }
        return isReaped
    }

    private func wait(for word: String, within time: Duration) throws(Failure) {
        let deadline = ContinuousClock.now + time
        while let text = nextLine(until: deadline) {
            if text == word { return }
            said.append(text)
            keep(text)
        }
        guard ContinuousClock.now < deadline else {
            if word == Self.isReady { kill(process, SIGKILL) }
            throw Failure(
                description: "process \(process) has not come so far within \(time.components.seconds) s",
                isOpen: word == Self.isRunning)
        }
        var status: Int32 = 0
        if !isReaped { _ = waitpid(process, &status, 0) }
        isReaped = true
        guard !said.isEmpty else { throw Failure(description: "process \(process) ended without a word") }
        let lines = said.map { $0.hasPrefix("muster: ") ? String($0.dropFirst(8)) : $0 }
        let reason = lines.joined(separator: "; ").prefix(Self.longestReason)
        throw Failure(description: TextWidth.sanitised(String(reason)))
    }

    /// What it says stands in its log too, as far as there is room.
    private func keep(_ text: String) {
        guard log >= 0 else { return }
        let bytes = Array("\(text)\n".utf8)
        _ = write(log, bytes, bytes.count)
    }

    /// nil: it has closed its end, or the time is up.
    private func nextLine(until deadline: ContinuousClock.Instant) -> String? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeFirst(end + 1) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            let left = Int32(max(0, (deadline - .now) / .milliseconds(1)))
            var watched = pollfd(fd: line, events: Int16(POLLIN), revents: 0)
            let ready = poll(&watched, 1, left)
            if ready < 0, errno == EINTR { continue }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = ready > 0 ? read(line, &bytes, bytes.count) : 0
            guard count > 0 else { return nil }
            unread += bytes[..<count]
        }
    }
}

/// The other end: this process is to go on as the engine of the one that has started it.
enum EngineSuccession {
    /// What a start is tried for: this many bytes can be written in the state folder.
    private static let room = 1 << 20

    /// Makes sure that the state folder takes what an engine writes.
    static func expectRoom(in directory: String) throws {
        let path = "\(directory)/.room-\(getpid())"
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        let code: Int32
        if file >= 0 {
            _ = unlink(path)
            code = posix_fallocate(file, 0, off_t(room))
            _ = close(file)
        } else {
            code = errno
        }
        // A file system that cannot say it beforehand says it later.
        guard code != 0, code != EOPNOTSUPP, code != EINVAL else { return }
        printError("muster: \(TextWidth.sanitised(directory)) has no room: \(String(cString: strerror(code)))")
        throw ExitStatus.failed
    }

    /// Says that this process can go on, and waits for its turn; false: it is not needed.
    static func awaitTurn() -> Bool {
        // The process that has started it may be gone before what is said next.
        signal(SIGPIPE, SIG_IGN)
        print(EngineSuccessor.isReady)
        fflush(nil)
        var word: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &word, 1)
            if count < 0, errno == EINTR { continue }
            return count == 1 && word == EngineSuccessor.turn
        }
    }

    /// Says that the engine can be reached. What there is to say from now on is what the log keeps.
    static func isRunning(loggingIn directory: String) {
        print(EngineSuccessor.isRunning)
        fflush(nil)
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        let path = "\(directory)/\(DetachedEngine.logName)"
        let log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
        _ = dup2(nothing, STDIN_FILENO)
        _ = dup2(nothing, STDOUT_FILENO)
        _ = dup2(log >= 0 ? log : nothing, STDERR_FILENO)
        _ = close(nothing)
        if log >= 0 { _ = close(log) }
        signal(SIGPIPE, SIG_DFL)
    }
}
