import CSpawn
import Foundation

/// A program in a process group of its own, with its input given at once and a part of its output kept. Used by one thread.
public final class ChildProcess {
    /// Bytes of output that are kept.
    public static let mostOutput = 8192
    /// The longest input, in bytes: a pipe takes as many without a reader, so that nothing waits for the program to read.
    public static let mostInput = 32 << 10
    /// How often its end is looked for while it says nothing, in milliseconds.
    private static let interval: Int32 = 20

    /// Why a program was not started.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// How it ended.
    public enum End: Equatable, Sendable {
        /// By itself, with this code.
        case exited(Int32)
        /// By this signal.
        case signalled(Int32)
    }

    /// Which part of a long output is kept.
    public enum KeptOutput: Sendable { case beginning, end }

    /// What it said, on both its outputs, as far as that is kept.
    public private(set) var output = Data()
    private let process: pid_t
    private var outputEnd: Int32
    private let kept: KeptOutput

    /// Starts it.
    /// - Parameters:
    ///   - arguments: The program's whole path, and its arguments as they stand: no shell sees them.
    ///   - environment: All of its environment, as `NAME=value`.
    ///   - input: What it reads.
    ///   - kept: Which part of its output is kept.
    ///   - held: A file descriptor that it and all that it starts keep open, as its number 3; nil: none.
    public init(
        _ arguments: [String], environment: [String], input: Data = Data(), keeping kept: KeptOutput = .beginning,
        holding held: Int32? = nil
    ) throws(Failure) {
        self.kept = kept
        guard input.count <= Self.mostInput else { throw Failure(description: "the input is too long") }
        let (inputRead, inputWrite) = try Self.pipe()
        let outputRead: Int32, outputWrite: Int32
        do throws(Failure) { (outputRead, outputWrite) = try Self.pipe() } catch {
            close(inputRead)
            close(inputWrite)
            throw error
        }
        defer { for end in [inputRead, inputWrite, outputWrite] { close(end) } }
        // Its reading end is open here too: a program that has ended already raises no SIGPIPE.
        let written = input.withUnsafeBytes { Foundation.write(inputWrite, $0.baseAddress, $0.count) }
        var started: pid_t = 0
        let code =
            written == input.count
            ? Self.spawn(&started, arguments, environment, inputRead, outputWrite, held) : EIO
        guard code == 0 else {
            close(outputRead)
            throw Failure(description: "\(arguments[0]) cannot be started: \(String(cString: strerror(code)))")
        }
        process = started
        outputEnd = outputRead
        _ = fcntl(outputEnd, F_SETFL, O_NONBLOCK)
    }

    private static func pipe() throws(Failure) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else {
            throw Failure(description: "no pipe can be made: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ process: inout pid_t, _ arguments: [String], _ environment: [String], _ input: Int32, _ output: Int32,
        _ held: Int32?
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        let firstOther = STDERR_FILENO + 1
        if let held { posix_spawn_file_actions_adddup2(&actions, held, firstOther) }
        posix_spawn_file_actions_addclosefrom_np(&actions, held == nil ? firstOther : firstOther + 1)
        posix_spawn_file_actions_addchdir_np(&actions, "/")
        // What this process ignores, such as SIGTERM, its programs must not.
        var all = sigset_t(), none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let words = arguments.map { strdup($0) } + [nil], variables = environment.map { strdup($0) } + [nil]
        defer { for word in words + variables { free(word) } }
        return posix_spawn(&process, arguments[0], &actions, &attributes, words, variables)
    }

    /// Waits for its end and reads what it says. It stays a zombie, so that its group's number is not given to others.
    /// - Parameter isCalledOff: Asked now and then; true: it is waited for no longer.
    /// - Returns: Whether it has ended.
    public func wait(atMost time: Duration, isCalledOff: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + time
        while true {
            read()
            if hasEnded { return true }
            guard ContinuousClock.now < deadline, !isCalledOff() else { return false }
            var request = pollfd(fd: outputEnd, events: Int16(POLLIN), revents: 0)
            // An output that was closed would be ready at once, for ever.
            _ = outputEnd >= 0 ? poll(&request, 1, Self.interval) : poll(nil, 0, Self.interval)
        }
    }

    private var hasEnded: Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT) == 0
            && information.si_signo == SIGCHLD
    }

    private func read() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        // Bounded, so that one that talks without end does not hide that its time is over.
        for _ in 0..<64 where outputEnd >= 0 {
            let count = Foundation.read(outputEnd, &buffer, buffer.count)
            if count > 0 {
                keep(buffer[..<count])
                continue
            }
            if count == 0 {
                close(outputEnd)
                outputEnd = -1
            }
            return
        }
    }

    private func keep(_ bytes: ArraySlice<UInt8>) {
        switch kept {
        case .beginning: output.append(contentsOf: bytes.prefix(Self.mostOutput - output.count))
        case .end: output = Data((output + bytes).suffix(Self.mostOutput))
        }
    }

    /// Sends a signal to it and all it has started in its group.
    public func signal(_ number: Int32) { kill(-process, number) }

    /// Ends what is left of its group, and says how it ended. Once.
    public func end() -> End {
        kill(-process, SIGKILL)
        read()
        if outputEnd >= 0 { close(outputEnd) }
        outputEnd = -1
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
    }
}
