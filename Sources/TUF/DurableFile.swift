import Foundation

/// Files that are there as a whole or not at all, also after the power was cut.
enum DurableFile {
    /// Writes the bytes under a temporary name, has them stored, and gives them the name.
    static func write(_ bytes: [UInt8], to path: String) throws(TUFRefusal) {
        let file = try DurableFileWriter(path: path)
        do {
            try file.append(bytes)
            try file.commit()
        } catch {
            file.abandon()
            throw error
        }
    }

    /// The bytes; nil if there is no file.
    static func read(_ path: String, atMost limit: Int) throws(TUFRefusal) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw storageRefusal(path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1_024)
        while true {
            let count = Foundation.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EISDIR { throw .damaged(path: path, reason: "it is a folder") }
            guard count >= 0 else { throw storageRefusal(path) }
            guard count > 0 else { return bytes }
            guard bytes.count + count <= limit else { throw .tooLong(file: path, limit: limit) }
            bytes.append(contentsOf: piece[..<count])
        }
    }

    /// Removes the file if it is there, and has that stored.
    static func remove(_ path: String) throws(TUFRefusal) {
        guard unlink(path) == 0 || errno == ENOENT else { throw storageRefusal(path) }
        try syncFolder(of: path)
    }

    static func syncFolder(of path: String) throws(TUFRefusal) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw storageRefusal(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw storageRefusal(folder) }
    }

    static func storageRefusal(_ path: String) -> TUFRefusal {
        .storage(path: path, reason: String(cString: strerror(errno)))
    }
}

/// A file that gets its name when it is whole. Until then it lies beside it under one certain name, so that what a power
/// cut leaves is used again, and locked, so that two processes do not write into one.
final class DurableFileWriter {
    private let path: String
    private let temporary: String
    private var descriptor: Int32

    /// Times that the temporary file may be renamed away while it is opened.
    private static let mostTries = 5

    /// Begins a file beside `path`.
    init(path: String) throws(TUFRefusal) {
        self.path = path
        let folder = (path as NSString).deletingLastPathComponent
        let name = (path as NSString).lastPathComponent
        temporary = (folder as NSString).appendingPathComponent(".\(name).part")
        descriptor = try Self.openLocked(temporary)
    }

    deinit { abandon() }

    private static func openLocked(_ path: String) throws(TUFRefusal) -> Int32 {
        for _ in 0..<mostTries {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw DurableFile.storageRefusal(path) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                throw .storage(path: path, reason: "somebody else is writing it")
            }
            if isNamed(descriptor, path), ftruncate(descriptor, 0) == 0 { return descriptor }
            close(descriptor)
        }
        throw .storage(path: path, reason: "others keep replacing it")
    }

    // Between opening and locking, the one who had it may have finished it and given it its name.
    private static func isNamed(_ descriptor: Int32, _ path: String) -> Bool {
        var opened = stat()
        var named = stat()
        return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino
            && opened.st_dev == named.st_dev
    }

    func append(_ bytes: [UInt8]) throws(TUFRefusal) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw DurableFile.storageRefusal(temporary) }
            rest = rest.dropFirst(count)
        }
    }

    /// Has the bytes stored, and gives the file its name.
    func commit() throws(TUFRefusal) {
        guard fsync(descriptor) == 0 else { throw DurableFile.storageRefusal(temporary) }
        guard rename(temporary, path) == 0 else { throw DurableFile.storageRefusal(path) }
        close(descriptor)
        descriptor = -1
        try DurableFile.syncFolder(of: path)
    }

    /// Forgets a file that did not get its name.
    func abandon() {
        guard descriptor >= 0 else { return }
        unlink(temporary)
        close(descriptor)
        descriptor = -1
    }
}
