import Foundation

/// Keeps two installations from running at once, whatever became of the agent that began the first.
///
/// The lock belongs to an open file that the command and all that it starts inherit. The kernel lets it go when the last
/// of them is gone, and not before: also when the agent alone was killed.
public final class InstallLock {
    /// How long it is waited for those of an earlier agent to end.
    static let patience = Duration.seconds(5)
    private static let look: UInt32 = 20_000

    /// Why no installation may begin.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let path: String

    /// The lock in a folder.
    public init(folder: String) { path = folder + "/install.lock" }

    /// Takes the lock. Processes of an earlier installation are ended first.
    func take() throws(Failure) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw Failure(description: "\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        let deadline = ContinuousClock.now + Self.patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK, ContinuousClock.now < deadline else {
                close(descriptor)
                throw Failure(description: "a process of an earlier installation still runs")
            }
            for process in holders() { kill(process, SIGKILL) }
            usleep(Self.look)
        }
        return descriptor
    }

    /// The agent lets go of it; those who still have it open keep it.
    func release(_ descriptor: Int32) { close(descriptor) }

    /// Processes that have the file open, this one left out. Who has it open has it from an installation of this agent.
    private func holders() -> [pid_t] {
        var own = stat()
        guard stat(path, &own) == 0, let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else {
            return []
        }
        return names.compactMap { pid_t($0) }.filter { $0 != getpid() && Self.holds($0, own) }
    }

    private static func holds(_ process: pid_t, _ file: stat) -> Bool {
        let folder = "/proc/\(process)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.contains { name in
            var status = stat()
            return stat("\(folder)/\(name)", &status) == 0 && status.st_ino == file.st_ino
                && status.st_dev == file.st_dev
        }
    }
}

/// Held by the one agent of a state folder, or of the slots, for as long as it lives.
public final class AgentLock {
    /// Why this agent may not run.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let descriptor: Int32

    /// Takes the lock of a folder.
    public init(folder: String) throws(Failure) {
        let path = folder + "/agent.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw Failure(description: "\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isTaken = errno == EWOULDBLOCK
            close(descriptor)
            throw Failure(
                description: isTaken ? "another agent runs on \(folder)" : "\(path) cannot be locked")
        }
    }

    deinit { close(descriptor) }
}
