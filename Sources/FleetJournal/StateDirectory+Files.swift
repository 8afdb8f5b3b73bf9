import FleetEngine
import Foundation

/// Small files that are replaced as a whole: after a crash at any point the old one or the new one is there.
extension StateDirectory {
    /// What is written first; a crash can leave one behind, which the next replacement takes away.
    static func temporaryName(of name: String) -> String { name + ".new" }

    /// A file's bytes; nil: it is not there, no plain file, too long, or cannot be read. Follows no link.
    func contents(of name: String, atMost limit: Int) -> [UInt8]? {
        read(name) { $0 <= limit ? $0 : nil }
    }

    /// A file's first bytes, so many at most; nil as above, however long it is.
    func beginning(of name: String, atMost limit: Int) -> [UInt8]? {
        read(name) { min($0, limit) }
    }

    /// Reads as many bytes as `count` says of a file's length.
    private func read(_ name: String, _ count: (_ length: Int) -> Int?) -> [UInt8]? {
        // Without O_NONBLOCK a pipe in the file's place would hold the engine up for good.
        let descriptor = open(file(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { _ = Foundation.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let count = count(Int(status.st_size))
        else { return nil }
        return Self.bytes(of: descriptor, count: count)
    }

    private static func bytes(of descriptor: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let step = bytes.withUnsafeMutableBytes { buffer in
                Foundation.read(descriptor, buffer.baseAddress.map { $0 + received }, count - received)
            }
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { return nil }
            received += step
        }
        return bytes
    }

    /// Puts a file for its owner alone in another's place, durably.
    func replace(_ name: String, with bytes: [UInt8]) throws(FactLogError) {
        try writeTemporary(for: name, bytes)
        try putInPlace(name)
    }

    /// The first half: what must not be seen before it is durable.
    func writeTemporary(for name: String, _ bytes: [UInt8]) throws(FactLogError) {
        let temporary = file(Self.temporaryName(of: name))
        _ = unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("\(temporary) cannot be created") }
        defer { _ = Foundation.close(descriptor) }
        guard Self.write(bytes, to: descriptor), fsync(descriptor) == 0 else {
            let failure = failure("\(temporary) cannot be written")
            _ = unlink(temporary)
            throw failure
        }
    }

    /// The second half.
    func putInPlace(_ name: String) throws(FactLogError) {
        let temporary = file(Self.temporaryName(of: name))
        guard rename(temporary, file(name)) == 0 else {
            let failure = failure("\(file(name)) cannot be replaced")
            _ = unlink(temporary)
            throw failure
        }
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if folder >= 0 { _ = Foundation.close(folder) } }
        guard folder >= 0, fsync(folder) == 0 else { throw failure("the folder \(path) cannot be synced") }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
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

    private func failure(_ attempt: String) -> FactLogError {
        .ofSystem(attempt, remedy: "check the disk, and who may write in \(path)")
    }
}
