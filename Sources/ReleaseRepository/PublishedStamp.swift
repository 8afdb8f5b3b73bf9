import Foundation

/// What says that something was published. The system knows it without the disk, so that it can be asked often.
struct PublishedStamp: Hashable {
    /// The newest root that is there. One that changes keys or ends alone leaves the timestamp as it was.
    private(set) var newestRoot: Int
    private var seconds = 0, nanoseconds = 0, inode: UInt64 = 0, size: Int64 = 0

    /// The stamp of what a repository has published; nil: it has nothing that clients could begin with.
    /// - Parameter root: A version of the root that was there at an earlier look: those before it are not looked for again.
    init?(_ folder: RepositoryFolder, root: Int) {
        guard folder.isPublished else { return nil }
        newestRoot = max(1, root)
        while newestRoot < RepositoryFolder.mostRoots, folder.has(.root, newestRoot + 1) { newestRoot += 1 }
        var status = stat()
        // The timestamp is the last file that a publication puts in place.
        guard lstat(folder.publishedPath(.timestamp, 0), &status) == 0 else { return }
        seconds = status.st_ctim.tv_sec
        nanoseconds = status.st_ctim.tv_nsec
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
    }
}
