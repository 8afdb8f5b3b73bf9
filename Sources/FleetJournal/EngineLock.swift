import FleetEngine
import Foundation

/// One engine for one state folder. The kernel holds the lock with the open file, so it goes with the process,
/// however that ends; what the file says is only for the message.
final class EngineLock {
    /// The file's name in the state folder.
    static let fileName = "engine.lock"
    /// The most bytes of the file that are read for the message.
    private static let longestNote = 256
    /// How long a command that holds the lock is waited for.
    static let patience = Duration.seconds(2)
    /// How long it is left alone in between, in microseconds.
    private static let pause: UInt32 = 5000
    /// What a command adds to its note.
    private static let briefly = ", for one command"

    private let descriptor: Int32
    /// The state folder itself is locked too: who removes the file does not make room for a second engine by that.
    private let folder: Int32

    /// Takes the lock: while another engine runs, at once or not at all; a command that has it will give it up.
    init(in directory: StateDirectory, for holder: SQLiteJournal.Holder) throws(FactLogError) {
        let path = directory.file(Self.fileName)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .ofSystem("\(path) cannot be opened", remedy: "check who may write in \(directory.path)")
        }
        guard Self.takePatiently(descriptor) else {
            let failure =
                errno == EWOULDBLOCK
                ? Self.refusal(Self.note(in: descriptor))
                : FactLogError.ofSystem("\(path) cannot be locked", remedy: "use a local file system")
            _ = Foundation.close(descriptor)
            throw failure
        }
        guard Self.isFile(descriptor, at: path) else {
            _ = flock(descriptor, LOCK_UN)
            _ = Foundation.close(descriptor)
            throw FactLogError("\(directory.path) was replaced at this moment", remedy: "try again")
        }
        folder = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0, Self.take(folder) else {
            let failure =
                folder >= 0 && errno == EWOULDBLOCK
                ? FactLogError(
                    "another engine works in \(directory.path), though its \(Self.fileName) was removed",
                    remedy: "end that process, which `fuser \(directory.path)` names, before you start another")
                : FactLogError.ofSystem(
                    "\(directory.path) cannot be locked",
                    remedy: "check who may read it, and how many files may be open")
            _ = flock(descriptor, LOCK_UN)
            _ = Foundation.close(descriptor)
            if folder >= 0 { _ = Foundation.close(folder) }
            throw failure
        }
        sign(holder)
    }

    /// Whether a file is the one at a path: a restore may have put another folder in place since it was opened.
    private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var opened = stat(), present = stat()
        return fstat(descriptor, &opened) == 0 && lstat(path, &present) == 0
            && opened.st_ino == present.st_ino && opened.st_dev == present.st_dev
    }

    /// Closing alone would leave the lock with a process that was being started at this moment and has the file too.
    deinit {
        _ = flock(folder, LOCK_UN)
        _ = Foundation.close(folder)
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

    /// Takes the lock; while a command has it, again and again, for as long as that is worth waiting for.
    private static func takePatiently(_ descriptor: Int32) -> Bool {
        let deadline = ContinuousClock.now + patience
        while true {
            if take(descriptor) { return true }
            let failure = errno
            let mayPass = failure == EWOULDBLOCK && note(in: descriptor).hasSuffix(briefly)
            guard mayPass, ContinuousClock.now < deadline else {
                errno = failure
                return false
            }
            usleep(pause)
        }
    }

    /// Whether an engine holds the lock, of the file or of the folder.
    static func isHeld(in directory: StateDirectory) -> Bool {
        isLocked(directory.file(fileName), O_NOFOLLOW | O_NONBLOCK) || isLocked(directory.path, O_DIRECTORY)
    }

    private static func isLocked(_ path: String, _ flags: Int32) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | flags)
        guard descriptor >= 0 else { return errno == EACCES && isLockedByTheKernelsWord(path) }
        defer { _ = Foundation.close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// The kernel's list of locks, which everybody may read.
    private static let list = "/proc/locks"

    /// Whether that list has the lock of a file that this user may not open. One that the kernel does not show here, as of
    /// another container, counts as none.
    private static func isLockedByTheKernelsWord(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        // As Linux packs the two numbers of a device.
        let device = UInt64(status.st_dev)
        let numbers = [(device >> 8) & 0xfff | (device >> 32) & ~0xfff, device & 0xff | (device >> 12) & 0xffff_ff00]
        let names = numbers.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        let file = "\(names[0]):\(names[1]):\(status.st_ino)"
        // A long list comes in pieces, and what others give up in between lets it skip one.
        for turn in 0..<5 {
            if turn > 0 { usleep(2000) }
            guard let text = try? String(contentsOfFile: list, encoding: .utf8) else { return false }
            let isThere = text.split(separator: "\n").contains { line in
                let parts = line.split(separator: " ")
                // Those that wait for it have an arrow behind the number.
                return parts.count > 5 && parts[1] == "FLOCK" && parts[3] == "WRITE" && parts[5] == file
            }
            if isThere { return true }
        }
        return false
    }

    /// Leaves the process and the host for whoever finds the lock taken. The lock holds without it.
    private func sign(_ holder: SQLiteJournal.Holder) {
        let length = holder == .command ? Self.briefly : ""
        let note = Array("pid \(getpid()) on \(ProcessInfo.processInfo.hostName)\(length)\n".utf8)
        _ = fchmod(descriptor, 0o600)
        // In this order there is a whole first line at any moment.
        _ = pwrite(descriptor, note, note.count, 0)
        _ = ftruncate(descriptor, off_t(note.count))
    }

    private static func note(in descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: longestNote)
        let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
        let note = String(decoding: bytes[..<count].prefix { $0 >= 0x20 && $0 < 0x7f }, as: UTF8.self)
        return note.isEmpty ? "unknown pid" : note
    }

    private static func refusal(_ holder: String) -> FactLogError {
        guard !holder.hasSuffix(briefly) else {
            return FactLogError(
                "a command is at work here: \(holder.dropLast(briefly.count))", remedy: "try again when it has ended")
        }
        return FactLogError(
            "another engine runs here: \(holder)",
            remedy: "`muster console` attaches to it; one engine works on a fleet at a time")
    }
}
