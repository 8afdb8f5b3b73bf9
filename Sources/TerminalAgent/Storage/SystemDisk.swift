import CSpawn
import Foundation

/// The machine's own storage.
public final class SystemDisk: Disk {
    /// Bytes read at once.
    private static let piece = 128 << 10

    /// The storage of this machine.
    public init() {}

    public func read(_ path: String, atMost most: Int) throws -> [UInt8]? {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw Self.failure("\(path) cannot be read") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(most + 1, Self.piece))
        while true {
            let count = try Self.read(descriptor, &buffer, path)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= most else { throw StorageFailure("\(path) is longer than \(most) bytes") }
        }
    }

    public func readPieces(of path: String, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure("\(path) cannot be read") }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: Self.piece)
        while true {
            let count = try Self.read(descriptor, &buffer, path)
            if count == 0 { return }
            try buffer.withUnsafeBytes { try take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    private static func read(_ descriptor: Int32, _ buffer: inout [UInt8], _ path: String) throws -> Int {
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("\(path) cannot be read") }
            return count
        }
    }

    public func length(of path: String) throws -> Int64? {
        guard let status = try status(path), status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    public func names(in folder: String) throws -> [String]? {
        guard let status = try status(folder), status.st_mode & S_IFMT == S_IFDIR else { return nil }
        do { return try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
            throw StorageFailure("\(folder) cannot be read: \(error.localizedDescription)")
        }
    }

    public func linkTarget(_ path: String) throws -> String? {
        guard let status = try status(path) else { return nil }
        guard status.st_mode & S_IFMT == S_IFLNK else { throw StorageFailure("\(path) is no symbolic link") }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink(path, &buffer, Int(PATH_MAX))
        guard count >= 0 else { throw Self.failure("\(path) cannot be read") }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func status(_ path: String) throws -> stat? {
        var status = stat()
        if lstat(path, &status) == 0 { return status }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw Self.failure("\(path) cannot be looked at")
    }

    public func makeFolder(_ path: String) throws {
        if mkdir(path, 0o755) == 0 { return }
        let code = errno
        var status = stat()
        if code == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        errno = code
        throw Self.failure("the folder \(path) cannot be made")
    }

    public func write(_ bytes: [UInt8], to path: String) throws {
        let file = try SystemFile(path, O_TRUNC)
        try bytes.withUnsafeBytes { try file.append($0) }
    }

    public func open(_ path: String) throws -> any OpenFile { try SystemFile(path, O_APPEND) }

    public func link(_ path: String, to target: String) throws {
        guard symlink(target, path) == 0 else { throw Self.failure("the link \(path) cannot be made") }
    }

    public func move(_ path: String, to target: String) throws {
        guard rename(path, target) == 0 else { throw Self.failure("\(target) cannot be put in place") }
    }

    public func remove(_ path: String) throws {
        if unlink(path) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw Self.failure("\(path) cannot be removed") }
        do { try FileManager.default.removeItem(atPath: path) } catch {
            throw StorageFailure("\(path) cannot be removed: \(error.localizedDescription)")
        }
    }

    public func sync(_ path: String) throws { try synced(path, fsync) }

    public func syncAll(in folder: String) throws { try synced(folder, syncfs) }

    private func synced(_ path: String, _ sync: (Int32) -> Int32) throws {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, sync(descriptor) == 0 else { throw Self.failure("\(path) cannot be synced") }
    }

    /// What the system says of the last call, in words that a gateway knows where it has some for it.
    static func failure(_ what: String) -> StorageFailure {
        let code = errno
        let isFull = code == ENOSPC || code == EDQUOT
        let why = isFull ? "no space left on device" : String(cString: strerror(code))
        return StorageFailure("\(what): \(why)", isFull: isFull)
    }
}

/// A file of this machine that is written.
final class SystemFile: OpenFile {
    private let descriptor: Int32
    private let path: String

    init(_ path: String, _ flags: Int32) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags, 0o644)
        guard descriptor >= 0 else { throw SystemDisk.failure("\(path) cannot be written") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func empty() throws {
        guard ftruncate(descriptor, 0) == 0 else { throw SystemDisk.failure("\(path) cannot be emptied") }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemDisk.failure("\(path) cannot be written") }
            rest = rest.dropFirst(count)
        }
    }

    func sync() throws {
        guard fsync(descriptor) == 0 else { throw SystemDisk.failure("\(path) cannot be synced") }
    }
}
