import FleetEngine
import Foundation

/// The files that SQLite has open under a journal's names.
///
/// SQLite goes on writing to a file that was moved, removed or replaced meanwhile, and says that all is well: what was
/// acknowledged would be gone with the engine. So each is looked at by its name before every commit.
struct JournalFiles {
    private static let names = ["", "-wal", "-shm"].map { SQLiteJournal.fileName + $0 }

    private struct Identity: Equatable {
        var device: UInt64
        var inode: UInt64

        init(_ status: stat) { (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino)) }
    }

    private let directory: StateDirectory
    private let opened: [(name: String, identity: Identity)]

    /// The files as they are now, behind the first transaction: by then all of them are there.
    init(in directory: StateDirectory) throws(FactLogError) {
        self.directory = directory
        var opened: [(name: String, identity: Identity)] = []
        for name in Self.names {
            if let status = try directory.status(of: name) { opened.append((name, Identity(status))) }
        }
        self.opened = opened
    }

    /// Throws if one of them has another file's name, or none.
    func check() throws(FactLogError) {
        for file in opened {
            guard let status = try directory.status(of: file.name) else { throw gone(file.name, "is gone") }
            guard Identity(status) == file.identity else { throw gone(file.name, "is another file") }
        }
    }

    private func gone(_ name: String, _ finding: String) -> FactLogError {
        FactLogError(
            "\(directory.file(name)) \(finding): it was moved, removed or replaced while the engine had it open",
            remedy: "put it back, or a backup of the journal in its place, then start the engine again")
    }
}
