import Foundation

/// What says that a file has changed. The system knows it without the disk, in a millionth of a second.
package struct FileStamp: Hashable, Sendable {
    private var seconds: Int, nanoseconds: Int, inode: UInt64, size: Int64

    /// Whether there is not a byte in the file.
    var isEmpty: Bool { size == 0 }

    /// The stamp of the file at a path; nil: there is none.
    package init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        seconds = status.st_ctim.tv_sec
        nanoseconds = status.st_ctim.tv_nsec
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
    }
}
