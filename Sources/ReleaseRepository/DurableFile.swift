import ArtifactStore
import Foundation

/// Small files that are replaced as a whole: after a crash at any point the old one or the new one is there.
enum DurableFile {
    /// A file's bytes; nil: there is none.
    ///
    /// - Parameter limit: Bytes that it may have.
    /// - Throws: If it is a link, no plain file, too long, or cannot be read.
    static func read(_ path: String, atMost limit: Int) throws(RepositoryRefusal) -> [UInt8]? {
        // Without O_NONBLOCK a pipe in the file's place would hold everybody up for good.
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .ofSystem("\(path) cannot be read", remedy: "put the file itself there, and check who may read it")
        }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw RepositoryRefusal("\(path) is no regular file", remedy: "put the file itself there")
        }
        guard Int(status.st_size) <= limit else {
            throw RepositoryRefusal(
                "\(path) has \(status.st_size) bytes, more than the \(limit) allowed", remedy: "is it the right file?")
        }
        return try bytes(of: descriptor, path, count: Int(status.st_size))
    }

    private static func bytes(of descriptor: Int32, _ path: String, count: Int) throws(RepositoryRefusal) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count), received = 0
        while received < count {
            let step = bytes.withUnsafeMutableBytes { buffer in
                Foundation.read(descriptor, buffer.baseAddress.map { $0 + received }, count - received)
            }
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { throw .ofSystem("\(path) cannot be read", remedy: "try again") }
            received += step
        }
        return bytes
    }

    /// Puts a file in another's place, or where none is, durably.
    ///
    /// - Parameter mode: Of the file, before the process's mask.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t) throws(RepositoryRefusal) {
        let temporary = "\(path).new-\(getpid())"
        try write(bytes, to: temporary, mode: mode)
        guard rename(temporary, path) == 0 else {
            let refusal = failure("\(path) cannot be put in place", path)
            _ = unlink(temporary)
            throw refusal
        }
        try sync(folder(of: path))
    }

    /// Writes a file where none is yet, durably.
    static func create(_ path: String, _ bytes: [UInt8], mode: mode_t) throws(RepositoryRefusal) {
        try write(bytes, to: path, mode: mode)
        try sync(folder(of: path))
    }

    /// Removes a file, if it is there.
    static func remove(_ path: String) throws(RepositoryRefusal) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("\(path) cannot be removed", path) }
    }

    /// Creates a folder and those above it where they are missing; one that is there keeps its mode.
    static func createFolder(_ path: String, mode: Int? = nil) throws(RepositoryRefusal) {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: mode.map { [.posixPermissions: $0] })
        } catch {
            throw RepositoryRefusal(
                "the folder \(path) cannot be created: \(error.localizedDescription)",
                remedy: "check who may write in the folder above it", fault: .storage)
        }
        try sync(folder(of: path))
    }

    private static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(RepositoryRefusal) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("\(path) cannot be created", path) }
        defer { _ = close(descriptor) }
        guard put(bytes, to: descriptor), fsync(descriptor) == 0 else {
            let refusal = failure("\(path) cannot be written", path)
            _ = unlink(path)
            throw refusal
        }
    }

    private static func put(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let step = bytes.withUnsafeBytes { buffer in
                Foundation.write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { return false }
            written += step
        }
        return true
    }

    /// Makes the entries of a folder durable.
    private static func sync(_ folder: String) throws(RepositoryRefusal) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { _ = close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw .ofSystem("the folder \(folder) cannot be synced", remedy: "use a local file system")
        }
    }

    /// The folder above a path; that of a bare name is where the process stands.
    static func folder(of path: String) -> String { DurableFolder.parent(of: path) }

    private static func failure(_ message: String, _ path: String) -> RepositoryRefusal {
        .ofSystem(message, remedy: "check the disk, and who may write in \(folder(of: path))")
    }
}

/// A folder that one process at a time changes. The kernel drops the lock with the process, however that ends.
enum FolderLock {
    /// How often a lock is tried, and the pause between, in microseconds: whoever only asks whether it is held has it for a
    /// moment.
    private static let mostTries = 10, pause: UInt32 = 10_000

    /// Whether another process is at work in a folder; one that nobody can lock is free.
    static func isHeld(_ folder: String) -> Bool {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Does something while the folder, which must be there, is locked.
    ///
    /// - Throws: If another process is at work in it; what the work throws.
    static func hold<Value>(
        _ folder: String, _ work: () throws(RepositoryRefusal) -> Value
    ) throws(RepositoryRefusal) -> Value {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .ofSystem("the folder \(folder) cannot be opened", remedy: "check who may read it")
        }
        defer { _ = close(descriptor) }
        var isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        for _ in 1..<mostTries where !isLocked {
            usleep(pause)
            isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        }
        guard isLocked else {
            throw RepositoryRefusal("another command works in \(folder)", remedy: "try again once it has ended")
        }
        return try work()
    }
}
