import Foundation

/// What says that something was published. The system knows it without the disk, so that it can be asked often.
struct PublishedStamp: Hashable {
    private var seconds: Int, nanoseconds: Int, inode: UInt64, size: Int64

    /// The stamp of what a repository has published; nil: it has nothing that clients could begin with.
    init?(_ folder: RepositoryFolder) {
        guard folder.isPublished else { return nil }
        var status = stat()
        // The timestamp is the last file that a publication puts in place.
        guard lstat(folder.publishedPath(.timestamp, 0), &status) == 0 else {
            (seconds, nanoseconds, inode, size) = (0, 0, 0, 0)
            return
        }
        seconds = status.st_ctim.tv_sec
        nanoseconds = status.st_ctim.tv_nsec
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
    }
}
