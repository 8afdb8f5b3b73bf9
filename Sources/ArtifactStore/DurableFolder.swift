import Foundation

/// Folders whose entries survive a power cut.
package enum DurableFolder {
    /// Creates a folder and those above it where they are missing; a folder that is there keeps its mode.
    static func create(_ path: String, rights: FileRights) throws(ArtifactStoreError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw ArtifactStoreError(.storage, "\(path) is no folder", remedy: "move it away, or name a folder")
            }
            return
        }
        let above = parent(of: path)
        if errno == ENOENT || errno == ENOTDIR, above != path { try create(above, rights: rights) }
        if mkdir(path, rights.folder) != 0 {
            // Another process may have been faster.
            guard errno == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw .ofSystem(
                    .storage, "the folder \(path) cannot be created", remedy: "check who may write in \(above)")
            }
            return
        }
        try sync(above)
    }

    /// Makes the entries of a folder durable.
    static func sync(_ path: String) throws(ArtifactStoreError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { _ = close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw .ofSystem(.storage, "the folder \(path) cannot be synced", remedy: "use a local file system")
        }
    }

    /// Puts a file or folder in its place, and makes that durable.
    static func move(_ path: String, to target: String) throws(ArtifactStoreError) {
        let folder = parent(of: target)
        guard rename(path, target) == 0 else {
            throw .ofSystem(
                .storage, "\(target) cannot be put in place",
                remedy: "check what is there, and who may write in \(folder)")
        }
        try sync(folder)
    }

    /// The folder above a path; that of a bare name is where the process stands.
    package static func parent(of path: String) -> String {
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
