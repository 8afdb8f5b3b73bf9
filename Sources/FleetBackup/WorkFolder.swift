import Foundation

/// A folder beside what is to come of it, for its owner alone. It belongs to one process at a time; what a killed one left
/// in it is removed by the next.
final class WorkFolder {
    let path: String
    private var descriptor: Int32 = -1
    /// Of a file in it: a lock of the folder itself is an engine's.
    private var lock: Int32 = -1
    /// Whether the lock was got: without it everything in the folder is another process's.
    private var isOwn = false
    private var isKept = false

    /// Takes the folder.
    /// - Parameter purpose: What another process is doing that has it.
    init(_ path: String, purpose: String) throws {
        self.path = path
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw BackupFailure.ofSystem(
                "the folder \(path) cannot be created", remedy: "check who may write in the folder above it")
        }
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw BackupFailure.ofSystem("\(path) cannot be used", remedy: "move it away")
        }
        lock = openat(descriptor, Self.lockName, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else {
            throw BackupFailure.ofSystem("\(path) cannot be used", remedy: "move it away")
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0, isStillThere else {
            throw BackupFailure("another process is \(purpose) here", remedy: "try again when it has ended")
        }
        isOwn = true
        _ = fchmod(descriptor, 0o700)
        try empty()
    }

    deinit {
        if isOwn, !isKept, isStillThere {
            try? empty()
            _ = unlinkat(descriptor, Self.lockName, 0)
            _ = rmdir(path)
        }
        // The lock is given up behind the removal, so that nobody takes a folder that is about to go.
        if lock >= 0 { _ = close(lock) }
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// Says that the folder has become something else, and is not to be removed.
    func keep() {
        isKept = true
        _ = unlinkat(descriptor, Self.lockName, 0)
    }

    /// Makes the names in it durable.
    func sync() throws {
        guard fsync(descriptor) == 0 else {
            throw BackupFailure.ofSystem("the folder \(path) cannot be synced", remedy: "use a local file system")
        }
    }

    private var isStillThere: Bool {
        var opened = stat(), present = stat()
        return fstat(descriptor, &opened) == 0 && lstat(path, &present) == 0 && opened.st_ino == present.st_ino
            && opened.st_dev == present.st_dev
    }

    /// Removes what Muster puts there; anything else is somebody's, and is left.
    private func empty() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0 != Self.lockName }
        // Before the first is removed: a folder that has a stranger's file may be all theirs.
        for name in names
        where !name.hasPrefix("journal.") && !Self.ownNames.contains(name) && !Self.ownFolders.contains(name) {
            throw BackupFailure("\(path) has files of somebody else: \(name)", remedy: "move that folder away")
        }
        for name in names {
            if Self.ownFolders.contains(name) { try emptyFolder(name) }
            guard unlink("\(path)/\(name)") == 0 || rmdir("\(path)/\(name)") == 0 else {
                throw BackupFailure.ofSystem("\(path)/\(name) cannot be removed", remedy: "move it away")
            }
        }
    }

    private func emptyFolder(_ name: String) throws {
        for file in (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(name)")) ?? [] {
            guard unlink("\(path)/\(name)/\(file)") == 0 else {
                throw BackupFailure.ofSystem("\(path)/\(name)/\(file) cannot be removed", remedy: "move it away")
            }
        }
    }

    /// Takes a copy of a folder of another state, with the files in it, for their owner alone; false: there is none. It is
    /// durable but for its own name.
    func keep(_ name: String, of state: String) throws -> Bool {
        precondition(Self.ownFolders.contains(name), "what is put here is removed again")
        let source = "\(state)/\(name)", target = "\(path)/\(name)"
        var status = stat()
        guard lstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
        guard mkdir(target, 0o700) == 0 else {
            throw BackupFailure.ofSystem("\(target) cannot be created", remedy: "check who may write in its folder")
        }
        for file in try FileManager.default.contentsOfDirectory(atPath: source).sorted() {
            guard lstat("\(source)/\(file)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            let copy = try OwnFile(creating: "\(target)/\(file)")
            try copy.write(try SourceFile("\(source)/\(file)").read(atMost: Self.longestKept))
            try copy.sync()
        }
        try Self.syncFolder(of: "\(target)/.")
        return true
    }

    /// The longest of the files in a folder that is kept: metadata of many releases.
    private static let longestKept: Int64 = 64 << 20

    private static let lockName = "work.lock"
    /// Folders that are looked at for what others have left.
    private static let mostLookedAt = 1000

    /// Removes what processes that were killed have left in their own work folders beside a file: each backup has a name of its
    /// own as a rule, and nobody would come upon those again. Anything that is not one, or somebody works in, is left.
    static func removeRemains(beside file: String, suffix: String) {
        let above = folder(of: file)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: above)) ?? []
        for name in names.lazy.filter({ $0.hasSuffix(suffix) }).prefix(mostLookedAt) {
            let path = "\(above)/\(name)"
            var status = stat(), lock = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
                lstat("\(path)/\(lockName)", &lock) == 0, lock.st_mode & S_IFMT == S_IFREG
            else { continue }
            // Taking it empties it, and giving it up removes it.
            _ = try? WorkFolder(path, purpose: "taking a backup")
        }
    }

    /// What there can be beside the journal.
    private static let ownNames: Set<String> = [
        StateBackup.archiveName, "engine.lock", "checkpoint", "checkpoint.new", "credentials", "api-tokens",
        "terminals.flash", "deliveries",
    ]

    /// Folders that there can be.
    private static let ownFolders: Set<String> = ["keys", "tuf"]

    /// Makes the names in a folder durable.
    static func syncFolder(of path: String) throws {
        let above = folder(of: path)
        let descriptor = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { _ = close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw BackupFailure.ofSystem("the folder \(above) cannot be synced", remedy: "use a local file system")
        }
    }

    /// The folder above a path; that of a bare name is where the process stands.
    static func folder(of path: String) -> String {
        // By hand: Foundation's `deletingLastPathComponent` crashes on a name of one character.
        let slash = UInt8(ascii: "/")
        var above = Array(path.utf8)
        while above.last == slash { above.removeLast() }
        while let last = above.last, last != slash { above.removeLast() }
        while above.last == slash { above.removeLast() }
        guard above.isEmpty else { return String(decoding: above, as: UTF8.self) }
        return path.utf8.first == slash ? "/" : "."
    }
}
