import FleetEngine
import Foundation
import GRDB
import GRDBSQLite

extension WriteAheadLog {
    /// Bytes that are read and written at once. SQLite cannot write 128 KiB or more.
    private static let chunk = 1 << 16

    /// Writes what is in the log once more, and syncs it.
    ///
    /// A process that was killed within a commit, or whose sync failed, leaves frames in the system's cache that may not
    /// be on the disk. SQLite reads them, and the engine acts upon them. After a failed sync the system takes them for
    /// written, so that a further sync alone would do nothing: a power cut would then lose them, and with them every
    /// commit behind. Nobody else may write the log meanwhile.
    ///
    /// It goes through SQLite's own storage, so that the faults of tests reach it.
    static func makeDurable(_ path: String) throws {
        var information = stat()
        guard stat(path, &information) == 0, information.st_size > 0 else { return }
        let file = try StorageFile(path)
        defer { file.close() }
        let length = Int64(information.st_size)
        for offset in stride(from: 0, to: length, by: chunk) {
            try file.rewrite(at: offset, count: Int(min(length - offset, Int64(chunk))))
        }
        try file.sync()
    }
}

/// A file that is opened as SQLite opens its log.
private struct StorageFile {
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let path: UnsafeMutablePointer<CChar>

    init(_ path: String) throws {
        guard let storage = sqlite3_vfs_find(nil), let name = strdup(path) else {
            throw DatabaseError(resultCode: .SQLITE_NOMEM)
        }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(storage.pointee.szOsFile), alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: Int(storage.pointee.szOsFile))
        (file, self.path) = (memory.assumingMemoryBound(to: sqlite3_file.self), name)
        // With CREATE the first sync makes the log's name durable too.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL
        let code = storage.pointee.xOpen(storage, name, file, flags, nil)
        guard code == SQLITE_OK else {
            close()
            throw DatabaseError(resultCode: ResultCode(rawValue: code))
        }
    }

    func rewrite(at offset: Int64, count: Int) throws {
        var bytes = [UInt8](repeating: 0, count: count)
        try check(file.pointee.pMethods.pointee.xRead(file, &bytes, Int32(count), offset))
        try check(file.pointee.pMethods.pointee.xWrite(file, bytes, Int32(count), offset))
    }

    func sync() throws { try check(file.pointee.pMethods.pointee.xSync(file, SQLITE_SYNC_NORMAL)) }

    func close() {
        if file.pointee.pMethods != nil { _ = file.pointee.pMethods.pointee.xClose(file) }
        UnsafeMutableRawPointer(file).deallocate()
        free(path)
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
}
