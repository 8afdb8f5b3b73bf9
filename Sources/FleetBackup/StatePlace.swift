import FleetCore
import FleetJournal
import Foundation

/// The place of a state folder, into which another is put.
struct StatePlace {
    /// Its path, without a slash at its end.
    let path: String

    init(_ path: String) {
        let trimmed = String(path.reversed().drop { $0 == "/" }.reversed())
        self.path = trimmed.isEmpty ? "/" : trimmed
    }

    /// Refuses a place where there is something, unless it may be moved aside; and any on which an engine runs.
    func refuseState(unless replaces: Bool) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw BackupFailure("\(path) is no folder", remedy: "name the state folder itself")
        }
        // What root put there in its stead would be root's, and its owner's engine could not start on it.
        guard status.st_uid == geteuid() else {
            throw BackupFailure(
                "\(path) belongs to another user, number \(status.st_uid)", remedy: "restore it as that user")
        }
        guard !SQLiteJournal.isEngineRunning(in: path) else {
            throw BackupFailure(
                "an engine runs on \(path)", remedy: "end it with `muster stop`, and see that it stays so")
        }
        guard replaces || isEmpty else {
            throw BackupFailure(
                "\(path) has a state, or other files",
                remedy: "name another folder with --state, or have it moved aside with --replace")
        }
    }

    private var isEmpty: Bool {
        (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty ?? true
    }

    /// The folder above is its owner's alone, if it is not there yet.
    func createFolderAbove() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: WorkFolder.folder(of: path), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw BackupFailure(
                "the folder above \(path) cannot be created: \(error.localizedDescription)",
                remedy: "check who may write there")
        }
    }

    /// Puts a finished folder here; gives where the state is that was here, nil: there was none.
    func put(_ work: WorkFolder, replaces: Bool, now: Timestamp) throws -> String? {
        // An empty folder is replaced by the renaming itself.
        if isEmpty {
            guard rename(work.path, path) == 0 else { throw failure }
            work.keep()
            try WorkFolder.syncFolder(of: path)
            return nil
        }
        try refuseState(unless: replaces)
        return try SQLiteJournal.withoutEngine(in: path) {
            let former = try aside(now)
            guard exchange(work.path, former) else { throw failure }
            work.keep()
            try WorkFolder.syncFolder(of: path)
            return former
        }
    }

    /// Where the state that is here goes: a name that is free.
    private func aside(_ now: Timestamp) throws -> String {
        let stamp = now.iso.filter { $0 != ":" }
        for number in 1...StateRestore.mostAside {
            let name = "\(path).before-\(stamp)" + (number == 1 ? "" : "-\(number)")
            if access(name, F_OK) != 0 { return name }
        }
        throw BackupFailure("there are too many folders like \(path).before-\(stamp)", remedy: "move some away")
    }

    /// Moves the state that is here aside and the new one here, in one step where the system can: then there is a whole
    /// state here at any moment. It cannot on some network file systems: there a kill in between leaves none here, the
    /// former one under its new name, and nothing lost.
    private func exchange(_ new: String, _ former: String) -> Bool {
        guard rename(new, former) == 0 else { return false }
        if Self.swap(former, path) { return true }
        guard rename(former, new) == 0, rename(path, former) == 0 else { return false }
        if rename(new, path) == 0 { return true }
        let code = errno
        _ = rename(former, path)
        errno = code
        return false
    }

    /// `renameat2` with `RENAME_EXCHANGE`, which the C library has and does not show to Swift.
    private static func swap(_ one: String, _ other: String) -> Bool {
        typealias Call = @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
        guard let symbol = dlsym(nil, "renameat2") else { return false }
        let exchange: UInt32 = 2
        return unsafeBitCast(symbol, to: Call.self)(AT_FDCWD, one, AT_FDCWD, other, exchange) == 0
    }

    private var failure: BackupFailure {
        .ofSystem("\(path) cannot be put in place", remedy: "check who may write in the folder above it")
    }
}
