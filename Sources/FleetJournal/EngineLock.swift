import FleetEngine
import Foundation

/// One engine for one state folder. The kernel holds the lock with the open file, so it goes with the process,
/// however that ends; what the file says is only for the message.
final class EngineLock {
    /// The file's name in the state folder.
    static let fileName = "engine.lock"
    /// The most bytes of the file that are read for the message.
    private static let longestNote = 256

    private let descriptor: Int32

    /// Takes the lock at once or not at all.
    init(in directory: StateDirectory) throws(FactLogError) {
        let path = directory.file(Self.fileName)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .ofSystem("\(path) cannot be opened", remedy: "check who may write in \(directory.path)")
        }
        guard Self.take(descriptor) else {
            let holder = errno == EWOULDBLOCK ? Self.note(in: descriptor) : nil
            let failure = FactLogError.ofSystem("\(path) cannot be locked", remedy: "use a local file system")
            _ = Foundation.close(descriptor)
            throw holder.map(Self.anotherEngine) ?? failure
        }
        sign()
    }

    /// Closing alone would leave the lock with a process that was being started at this moment and has the file too.
    deinit {
        _ = flock(descriptor, LOCK_UN)
        _ = Foundation.close(descriptor)
    }

    /// Takes the lock, if no engine has it. A reader that asks whether one has holds it for an instant itself.
    private static func take(_ descriptor: Int32) -> Bool {
        for _ in 0..<5 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK else { return false }
            usleep(2000)
        }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    /// Whether an engine holds the lock.
    static func isHeld(in directory: StateDirectory) -> Bool {
        let descriptor = open(directory.file(fileName), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { _ = Foundation.close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Leaves the process and the host for whoever finds the lock taken. The lock holds without it.
    private func sign() {
        let note = Array("pid \(getpid()) on \(ProcessInfo.processInfo.hostName)\n".utf8)
        _ = fchmod(descriptor, 0o600)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, note, note.count, 0)
    }

    private static func note(in descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: longestNote)
        let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
        let note = String(decoding: bytes[..<count].prefix { $0 >= 0x20 && $0 < 0x7f }, as: UTF8.self)
        return note.isEmpty ? "unknown pid" : note
    }

    private static func anotherEngine(_ holder: String) -> FactLogError {
        FactLogError(
            "another engine runs here: \(holder)",
            remedy: "look on with --read-only, or stop it before you start another")
    }
}
