import Foundation

/// A folder in which something is made ready beside the place it is for. It is locked while its owner lives, so that
/// what a process left behind that was killed can be told from what another is working on, and is taken away.
public final class StagingFolder {
    /// Numbers that are tried for the folder's name.
    private static let mostAttempts = 1000

    /// The folder's path.
    public let path: String
    private let rights: FileRights
    /// The kernel holds the lock with it, so the lock goes with the process, however that ends.
    private let descriptor: Int32

    /// Creates the folder, and those above it that are missing; takes away what others left behind.
    ///
    /// - Parameters:
    ///   - folder: Where it is created, on the file system of the place that it is for.
    ///   - prefix: What its name begins with, and the names of those that are taken away.
    ///   - rights: Of everything that is created in it.
    /// - Throws: A fault of the storage.
    public init(in folder: String, prefix: String, rights: FileRights) throws(ArtifactStoreError) {
        try DurableFolder.create(folder, rights: rights)
        self.rights = rights
        Self.sweep(folder, prefix: prefix)
        for number in 0..<Self.mostAttempts {
            let path = "\(folder)/\(prefix)\(getpid())-\(number)"
            guard mkdir(path, rights.folder) == 0 else {
                if errno == EEXIST { continue }
                throw .ofSystem(
                    .storage, "the folder \(path) cannot be created", remedy: "check who may write in \(folder)")
            }
            guard let descriptor = Self.lock(path) else {
                _ = rmdir(path)
                continue
            }
            self.path = path
            self.descriptor = descriptor
            return
        }
        throw ArtifactStoreError(
            .storage, "no folder in \(folder) can be locked",
            remedy: "use a local file system, and look at what is in it")
    }

    deinit { _ = close(descriptor) }

    /// Copies a file into the folder and hashes it on the way, in one pass.
    ///
    /// - Parameter progress: Called after each piece, with the bytes copied so far.
    /// - Throws: A fault of the source or of the storage; nothing is left of the copy then.
    public func copy(
        _ file: String, as name: String, progress: (Int64) -> Void = { _ in }
    ) throws(ArtifactStoreError) -> PayloadDigest {
        try PayloadFile.copy(file, to: "\(path)/\(name)", rights: rights, progress: progress)
    }

    /// Writes a small file into the folder.
    ///
    /// - Throws: A fault of the storage; nothing is left of the file then.
    public func write(_ text: String, as name: String) throws(ArtifactStoreError) {
        let file = try NewFile("\(path)/\(name)", rights: rights)
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(ArtifactStoreError) in try file.write(bytes) }
        }
        try result.get()
        try file.finish()
    }

    /// Puts the folder as a whole in its place, where nothing or an empty folder is.
    ///
    /// - Throws: A fault of the storage; the folder is where it was then.
    public func publish(as target: String) throws(ArtifactStoreError) {
        try DurableFolder.sync(path)
        try DurableFolder.move(path, to: target)
    }

    /// Takes the folder away, with what is still in it. Has to be called in the end; it does nothing to a folder that
    /// was published.
    public func remove() { Self.remove(path, lockedBy: descriptor) }
}

extension StagingFolder {
    /// Takes away the folders with this prefix that nobody holds.
    private static func sweep(_ folder: String, prefix: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) {
            guard let descriptor = lock("\(folder)/\(name)") else { continue }
            remove("\(folder)/\(name)", lockedBy: descriptor)
            _ = close(descriptor)
        }
    }

    /// Locks a folder; nil if there is none, or another holds it.
    private static func lock(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        // Between its creation and its lock another process may have taken it for a leftover.
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0, isAt(path, descriptor) { return descriptor }
        _ = close(descriptor)
        return nil
    }

    /// Only what is locked is removed: another folder may stand at the path by now.
    private static func remove(_ path: String, lockedBy descriptor: Int32) {
        if isAt(path, descriptor) { try? FileManager.default.removeItem(atPath: path) }
    }

    private static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
        var open = stat(), named = stat()
        guard fstat(descriptor, &open) == 0, lstat(path, &named) == 0 else { return false }
        return open.st_ino == named.st_ino && open.st_dev == named.st_dev
    }
}
