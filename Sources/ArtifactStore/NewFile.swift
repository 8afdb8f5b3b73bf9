import Foundation

/// Who may use what is created.
public enum FileRights: Hashable, Sendable {
    /// The owner alone.
    case owner
    /// Whoever the process's mask lets, as for files that people keep.
    case mask

    /// Of a file.
    var file: mode_t { self == .owner ? 0o600 : 0o666 }
    /// Of a folder.
    var folder: mode_t { self == .owner ? 0o700 : 0o777 }
}

/// A file that is being written. Unless it is finished, it goes with the value.
final class NewFile {
    private let path: String
    private let descriptor: Int32
    private var isFinished = false

    /// Creates a file where nothing is yet.
    init(_ path: String, rights: FileRights) throws(ArtifactStoreError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, rights.file)
        guard descriptor >= 0 else { throw Self.failure("\(path) cannot be created") }
    }

    deinit {
        guard descriptor >= 0 else { return }
        _ = close(descriptor)
        if !isFinished { _ = unlink(path) }
    }

    /// Appends bytes.
    func write(_ bytes: UnsafeRawBufferPointer) throws(ArtifactStoreError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("\(path) cannot be written") }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes what was written durable. The folder's entry is not, before the folder is synced.
    func finish() throws(ArtifactStoreError) {
        guard fsync(descriptor) == 0 else { throw Self.failure("\(path) cannot be synced") }
        isFinished = true
    }

    private static func failure(_ message: String) -> ArtifactStoreError {
        .ofSystem(.storage, message, remedy: "check the disk, and who may write in its folder")
    }
}
