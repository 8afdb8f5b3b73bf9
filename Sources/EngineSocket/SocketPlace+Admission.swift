import Foundation

/// Who may reach the socket, by the modes of files and folders.
extension SocketPlace {
    /// Modes of the socket: its owner's alone, or everybody's, whom the engine then asks who they are.
    private static let closedSocket: mode_t = 0o600, openSocket: mode_t = 0o666
    /// Modes of the folder: its owner's alone, or others may pass through it, and neither list nor change it.
    private static let closedFolder: mode_t = 0o700, openFolder: mode_t = 0o711

    /// One file of the file system, whatever it is called.
    struct File: Equatable {
        var device: dev_t
        var number: ino_t
    }

    /// The file that is there now; nil: none is.
    var file: File? {
        var status = stat()
        return lstat(path, &status) == 0 ? File(device: status.st_dev, number: status.st_ino) : nil
    }

    /// Lets others come to the socket, or nobody but its owner. What else is in the folder stays its owner's alone by its
    /// own mode.
    func admit(others: Bool) throws(EngineSocketError) {
        let mode = others ? Self.openSocket : Self.closedSocket
        // A link in the socket's place is not followed to the file of somebody else.
        guard fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw .ofSystem("the mode of \(path) cannot be set", remedy: "keep the state on a local file system")
        }
        try admitToFolder(others: others)
        guard others, let closed = closedFolder else { return }
        throw EngineSocketError(
            "nobody but its owner can reach \(path), since \(closed) lets nobody pass",
            remedy: "name another state folder with --state, such as one under /var/lib")
    }

    /// A folder that somebody has given another mode keeps it, apart from the right to pass.
    private func admitToFolder(others: Bool) throws(EngineSocketError) {
        var status = stat()
        guard stat(directory, &status) == 0, status.st_uid == geteuid() else { return }
        let present = status.st_mode & 0o7777
        let wanted = others ? present | (Self.openFolder & ~Self.closedFolder) : Self.closedFolder
        guard others ? wanted != present : present == Self.openFolder else { return }
        guard chmod(directory, wanted) == 0 else {
            throw .ofSystem("the mode of \(directory) cannot be set", remedy: "see who owns it")
        }
    }

    /// The highest folder on the way that others may not pass; nil: they may.
    private var closedFolder: String? {
        guard let whole = realpath(directory, nil) else { return nil }
        defer { free(whole) }
        var folder = ""
        for part in String(cString: whole).split(separator: "/") {
            folder += "/\(part)"
            var status = stat()
            if stat(folder, &status) == 0, status.st_mode & 0o001 == 0 { return folder }
        }
        return nil
    }
}
