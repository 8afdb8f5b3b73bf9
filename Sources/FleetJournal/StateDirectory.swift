import FleetEngine
import Foundation

/// The folder in which an engine keeps its files. What Muster creates in it is its owner's alone; a folder that was
/// there before keeps its mode, and is refused if others than its owner may write in it.
struct StateDirectory {
    /// The folder's path.
    let path: String

    /// The path of a file in it.
    func file(_ name: String) -> String { path.hasSuffix("/") ? path + name : path + "/" + name }

    /// Creates the folder, and those above it, if it is not there.
    func create() throws(FactLogError) {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else {
                throw FactLogError("\(path) is a file", remedy: "name a folder for the engine's state")
            }
            return
        }
        let missing = missingFolders
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw FactLogError(
                "the folder \(path) cannot be created: \(error.localizedDescription)",
                remedy: "check who may write in the folder above it")
        }
        for folder in missing { try Self.syncFolder(above: folder) }
    }

    /// Refuses a folder that belongs to somebody else, or in which others may write: who can replace its files can stand
    /// in for the engine.
    func refuseOthers() throws(FactLogError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .ofSystem("\(path) cannot be read", remedy: "check who may read it")
        }
        guard status.st_uid == geteuid() else {
            throw FactLogError(
                "\(path) belongs to another user, number \(status.st_uid)",
                remedy: "run it as that user, or name a state folder of your own with --state")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw FactLogError(
                "others than its owner may write in \(path)",
                remedy: "take that right from them with `chmod go-w`, once you have seen that nobody has used it")
        }
    }

    /// The folder and those above it that are not there, the lowest first.
    private var missingFolders: [URL] {
        var missing: [URL] = []
        var folder = URL(fileURLWithPath: path)
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            missing.append(folder)
            folder.deleteLastPathComponent()
        }
        return missing
    }

    /// SQLite syncs the folder that its files are in; without this a power cut could lose that folder itself.
    private static func syncFolder(above folder: URL) throws(FactLogError) {
        let above = folder.deletingLastPathComponent().path
        let descriptor = open(above, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { _ = Foundation.close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw .ofSystem("the folder \(above) cannot be synced", remedy: "use a local file system")
        }
    }

    /// Refuses symbolic links in the place of these files, before anything is read or changed through one: what it
    /// points at may be somebody else's, and SQLite would keep its log beside that.
    func refuseLinks(_ names: [String]) throws(FactLogError) {
        for name in names where try isLink(name) { throw .symbolicLink(file(name)) }
    }

    private func isLink(_ name: String) throws(FactLogError) -> Bool {
        try status(of: name).map { $0.st_mode & S_IFMT == S_IFLNK } ?? false
    }

    /// What the system knows of a file, or of a link in its place; nil: there is none.
    func status(of name: String) throws(FactLogError) -> stat? {
        var status = stat()
        if lstat(file(name), &status) == 0 { return status }
        guard errno == ENOENT || errno == ENOTDIR else {
            throw .ofSystem("\(file(name)) cannot be read", remedy: "check who may read \(path)")
        }
        return nil
    }

    /// Creates an empty file for its owner alone if it is not there; takes the others' rights from one that is, and
    /// from nothing that a link points at. Never opens a file that exists: closing it would drop the locks that SQLite
    /// holds on it in this process.
    func createPrivately(_ name: String) throws(FactLogError) {
        let descriptor = open(file(name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            _ = Foundation.close(descriptor)
            return
        }
        guard errno == EEXIST, fchmodat(AT_FDCWD, file(name), 0o600, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw .ofSystem("\(file(name)) cannot be created", remedy: "check who may write in \(path)")
        }
    }
}

extension FactLogError {
    /// A link where a file has to be.
    static func symbolicLink(_ path: String) -> FactLogError {
        FactLogError("\(path) is a symbolic link", remedy: "put the file itself there")
    }

    /// What the system's last call said, behind what was tried.
    static func ofSystem(_ message: String, remedy: String) -> FactLogError {
        let code = errno
        let isOutOfDescriptors = code == EMFILE || code == ENFILE
        return FactLogError(
            "\(message): \(String(cString: strerror(code)))",
            remedy: isOutOfDescriptors ? "let the engine open more files (ulimit -n)" : remedy)
    }
}
