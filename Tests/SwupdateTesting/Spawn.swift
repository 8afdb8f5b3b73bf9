import Foundation
import Glibc

/// Starts a program as a service manager does: in a process group of its own, in a folder, with no signal blocked or
/// ignored, and with none of our files open.
///
/// Foundation's `Process` leaves the signals blocked that are blocked in the thread that calls it; in a thread of
/// Swift's concurrency that is SIGTERM too, and the program cannot be stopped.
package enum Spawn {
    /// Only one at a time, so that no child inherits the pipe of another.
    private static let lock = NSLock()

    /// - Returns: the process, which leads a group of its own, and the end to read its standard output and standard error from.
    package static func start(
        _ program: String, arguments: [String], folder: String, environment: [String: String]
    ) throws -> (pid: pid_t, output: Int32) {
        try lock.withLock {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw failure(program, errno) }
            defer { close(ends[1]) }
            var pid: pid_t = 0
            // glibc can change the directory itself, but Swift does not see the function.
            let words = ["env", "-C", folder, program] + arguments
            let code = withActions(output: ends[1]) { actions in
                withAttributes { attributes in
                    withCStrings(words) { words in
                        withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
                            posix_spawn(&pid, "/usr/bin/env", actions, attributes, words, environment)
                        }
                    }
                }
            }
            guard code == 0 else {
                close(ends[0])
                throw failure(program, code)
            }
            _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
            return (pid, ends[0])
        }
    }

    /// Starts a program that outlives us by a moment, with this as its standard input and no output.
    static func startGuard(_ words: [String], input: Int32) {
        lock.withLock {
            var pid: pid_t = 0
            _ = withActions(output: nil, input: input) { actions in
                withAttributes { attributes in
                    withCStrings(words) { words in
                        withCStrings(["PATH=/usr/bin:/bin"]) { environment in
                            posix_spawnp(&pid, "sh", actions, attributes, words, environment)
                        }
                    }
                }
            }
        }
    }

    private static func failure(_ program: String, _ code: Int32) -> SwupdateFailure {
        SwupdateFailure(description: "\(program) did not start: \(String(cString: strerror(code))).")
    }

    private static func withActions(
        output: Int32?, input: Int32? = nil, _ body: (UnsafePointer<posix_spawn_file_actions_t>) -> Int32
    ) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (file, source) in [(Int32(0), input), (1, output), (2, output)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, file)
            } else {
                posix_spawn_file_actions_addopen(&actions, file, "/dev/null", O_RDWR, 0)
            }
        }
        for file in openFiles where file > 2 { posix_spawn_file_actions_addclose(&actions, file) }
        return body(&actions)
    }

    private static var openFiles: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap { Int32($0) }
    }

    private static func withAttributes(_ body: (UnsafePointer<posix_spawnattr_t>) -> Int32) -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var usual = sigset_t()
        sigemptyset(&usual)
        for signal in [SIGHUP, SIGINT, SIGPIPE, SIGTERM, SIGCHLD] { sigaddset(&usual, signal) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return body(&attributes)
    }

    private static func withCStrings(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> Int32 {
        let pointers = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("An array with a nil has a base.") }
            return body(base)
        }
    }
}
