import Foundation

/// A regular file that is open for reading.
final class PayloadSource {
    /// The file as it was named.
    let path: String
    /// Its size in bytes when it was opened.
    let size: Int64
    private let descriptor: Int32

    /// Opens a file. Links are not followed: the copy would be of what they lead to at that moment.
    init(_ path: String) throws(ArtifactStoreError) {
        // The system would cut the path there, and take another file.
        guard !path.utf8.contains(0) else {
            throw ArtifactStoreError(.source, "a path with a NUL in it", remedy: "name a file")
        }
        // Without O_NONBLOCK a pipe would wait for its other end for good.
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unopened(path) }
        var status = stat()
        let isRead = fstat(descriptor, &status) == 0
        self.path = path
        self.descriptor = descriptor
        size = Int64(status.st_size)
        guard isRead else { throw Self.unreadable(path) }
        if let fault = Self.fault(of: status, path) { throw fault }
    }

    deinit { _ = close(descriptor) }

    /// Reads the next bytes; 0 at the end.
    func read(into piece: UnsafeMutableRawBufferPointer) throws(ArtifactStoreError) -> Int {
        while true {
            let count = Foundation.read(descriptor, piece.baseAddress, piece.count)
            if count >= 0 { return count }
            if errno != EINTR { throw Self.unreadable(path) }
        }
    }

    /// The file is not what it was when it was opened.
    var changed: ArtifactStoreError {
        ArtifactStoreError(
            .source, "\(path) changed while it was read", remedy: "take it when nothing writes to it any more")
    }

    private static func unopened(_ path: String) -> ArtifactStoreError {
        switch errno {
        case ENOENT, ENOTDIR: ArtifactStoreError(.source, "\(path) is missing", remedy: "name a file that is there")
        case ELOOP:
            ArtifactStoreError(.source, "\(path) is a symbolic link", remedy: "name the file that it leads to")
        case ENXIO: special(path)
        default: unreadable(path)
        }
    }

    private static func fault(of status: stat, _ path: String) -> ArtifactStoreError? {
        switch status.st_mode & S_IFMT {
        case S_IFREG where status.st_size <= PayloadFile.largest: nil
        case S_IFREG:
            ArtifactStoreError(
                .source, "\(path) has \(status.st_size) bytes, more than the \(PayloadFile.largest) allowed",
                remedy: "is it the right file?")
        case S_IFDIR: ArtifactStoreError(.source, "\(path) is a directory", remedy: "name the files in it")
        default: special(path)
        }
    }

    private static func special(_ path: String) -> ArtifactStoreError {
        ArtifactStoreError(.source, "\(path) is a pipe, a socket or a device", remedy: "name a regular file")
    }

    private static func unreadable(_ path: String) -> ArtifactStoreError {
        .ofSystem(.source, "\(path) cannot be read", remedy: "check who may read it")
    }
}
