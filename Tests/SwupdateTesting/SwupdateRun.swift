import Foundation
import Glibc

/// One run of swupdate with its children: the installer, the client of the server, and a downloader.
///
/// Unchecked, because the compiler does not know that the lock guards every variable.
final class SwupdateRun: @unchecked Sendable {
    /// How many may run at once in this process: swupdate finds eleven names for a socket in a network namespace, and
    /// other programs may have some of them.
    static let limitAtOnce = 8

    private let pid: pid_t
    private let log: SwupdateLog
    private let lock = NSLock()
    private var status: Int32?
    private var hasClosed = false

    nonisolated(unsafe) private static var running = 0
    private static let runningLock = NSLock()

    /// Starts swupdate in a folder. The environment is exactly the given one.
    init(arguments: [String], folder: String, environment: [String: String], log: SwupdateLog) throws {
        let program = try SwupdateTools.requiredPath(of: "swupdate")
        try Self.countIn()
        log.beginRun()
        let started: (pid: pid_t, output: Int32)
        do {
            started = try Spawn.start(program, arguments: arguments, folder: folder, environment: environment)
        } catch {
            Self.countOut()
            throw error
        }
        self.log = log
        pid = started.pid
        ProcessGuard.shared.began(pid)
        Thread.detachNewThread { self.read(started.output) }
        Thread.detachNewThread { self.reap() }
    }

    /// Whether it and its children have ended: the output is closed when the last of them is gone.
    var hasEnded: Bool { lock.withLock { status != nil && hasClosed } }

    /// How the first process ended; nil while it runs.
    var ending: String? {
        guard let status = lock.withLock({ status }) else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(signal)"
    }

    /// Asks it to end, as init does when a terminal is shut down.
    func terminate() {
        if ending == nil { kill(pid, SIGTERM) }
    }

    /// Ends it and its children at once, as a power cut does. They are a process group of their own.
    func cutPower() {
        if !hasEnded { kill(-pid, SIGKILL) }
    }

    private func read(_ output: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(output, &buffer, buffer.count)
            if count > 0 {
                log.append(Data(buffer.prefix(count)))
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        close(output)
        note { hasClosed = true }
    }

    private func reap() {
        var ended: Int32 = 0
        while waitpid(pid, &ended, 0) < 0 && errno == EINTR {}
        note { status = ended }
    }

    private func note(_ body: () -> Void) {
        let ended = lock.withLock {
            body()
            return status != nil && hasClosed
        }
        if ended {
            ProcessGuard.shared.ended(pid)
            Self.countOut()
        }
        log.noteChange()
    }

    private static func countIn() throws {
        try runningLock.withLock {
            guard running < limitAtOnce else {
                throw SwupdateFailure(
                    description: "\(limitAtOnce) terminals are running, and no more can: stop one, or serialize suites."
                )
            }
            running += 1
        }
    }

    private static func countOut() {
        runningLock.withLock { running -= 1 }
    }
}
