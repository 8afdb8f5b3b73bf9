import Foundation

/// A file that is created for its owner alone, and written from its beginning to its end.
final class OwnFile {
    private let path: String
    private let descriptor: Int32

    init(creating path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw BackupFailure.ofSystem("\(path) cannot be created", remedy: "check who may write in its folder")
        }
    }

    deinit { if descriptor >= 0 { _ = close(descriptor) } }

    /// Puts bytes behind the others.
    func write(_ bytes: [UInt8]) throws {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure }
            written += count
        }
    }

    /// Makes what was written durable; the folder's entry is not.
    func sync() throws { guard fsync(descriptor) == 0 else { throw failure } }

    private var failure: BackupFailure {
        .ofSystem("\(path) cannot be written", remedy: "make room on its disk, or use another")
    }
}
