import Foundation
import Glibc
import Testing

/// A process of `Tests/JournalProbe`, and what it has said so far.
final class ProbeProcess {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// No probe takes as long; one that does hangs.
    private static let patience = Duration.seconds(60)

    let identifier: pid_t
    private(set) var account = ProbeAccount()
    private let near: Int32
    private var unread: [UInt8] = []
    private var isReaped = false

    init(_ arguments: [String]) throws {
        let path = try #require(Bundle.main.executableURL)
            .deletingLastPathComponent().appendingPathComponent("JournalProbe").path
        let (near, far) = try Self.connection()
        identifier = try Self.spawn(path, arguments, on: far)
        self.near = near
        _ = Glibc.close(far)
    }

    convenience init(_ arguments: String...) throws { try self.init(arguments) }

    deinit {
        kill()
        _ = Glibc.close(near)
    }

    /// The next line it printed; nil once it has ended, or when the deadline is over.
    func line(by deadline: ContinuousClock.Instant? = nil) throws -> String? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeFirst(end + 1)
                account.note(line)
                return line
            }
            guard try read(by: deadline ?? .now + Self.patience, isPatient: deadline == nil) else { return nil }
        }
    }

    /// Ends its input.
    func finish() { _ = shutdown(near, Int32(SHUT_WR)) }

    /// Kills it, if it has not ended, and takes in what it had printed by then.
    func kill() {
        guard !isReaped else { return }
        _ = Glibc.kill(identifier, SIGKILL)
        _ = try? end()
    }

    /// Waits for its end, and returns all that it said.
    @discardableResult func end() throws -> ProbeAccount {
        while try line() != nil {}
        guard !isReaped else { return account }
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        isReaped = true
        account.ending = status & 0x7f == 0 ? .exit(status >> 8 & 0xff) : .signal(status & 0x7f)
        return account
    }

    /// Whether there is more to look at.
    private func read(by deadline: ContinuousClock.Instant, isPatient: Bool) throws -> Bool {
        let left = max(.zero, deadline - .now)
        var descriptor = pollfd(fd: near, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, Int32(left / .milliseconds(1))) > 0 else {
            if isPatient { throw Failure(description: "JournalProbe hangs; it said \(account)") }
            return false
        }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(near, &bytes, bytes.count)
        unread += bytes[..<max(0, count)]
        return count > 0
    }

    /// Closed in every other process that is started meanwhile.
    private static func connection() throws -> (near: Int32, far: Int32) {
        var ends: [Int32] = [0, 0]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw Failure(description: String(cString: strerror(errno)))
        }
        return (ends[0], ends[1])
    }

    private static func spawn(_ path: String, _ arguments: [String], on line: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, line, 0)
        posix_spawn_file_actions_adddup2(&actions, line, 1)
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        // What a trap would print has no place among the probe's lines.
        var surroundings = ProcessInfo.processInfo.environment.filter { $0.key != "SWIFT_BACKTRACE" }
            .map { strdup("\($0.key)=\($0.value)") }
        surroundings += [strdup("SWIFT_BACKTRACE=enable=no"), nil]
        defer { for word in surroundings { free(word) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, path, &actions, nil, &words, &surroundings)
        guard code == 0 else { throw Failure(description: "\(path): \(String(cString: strerror(code)))") }
        return identifier
    }
}
