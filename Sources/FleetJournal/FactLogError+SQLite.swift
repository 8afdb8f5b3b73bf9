import FleetEngine
import GRDB

extension FactLogError {
    /// A journal whose content is not what was written.
    static func damaged(_ path: String, _ finding: String) -> FactLogError {
        FactLogError(
            "\(path) is damaged: \(finding)", remedy: "put a backup in its place; nothing was read past the damage")
    }

    /// What SQLite said when something was tried, with what helps.
    static func of(_ error: any Error, path: String, while attempt: String) -> FactLogError {
        if let error = error as? FactLogError { return error }
        guard let error = error as? DatabaseError else {
            return FactLogError("\(path): \(attempt) failed: \(error)", remedy: "start the engine again")
        }
        let detail = error.message ?? "\(error.extendedResultCode)"
        return FactLogError(
            "\(path): \(attempt) failed: \(summary(of: error.resultCode)) (\(detail))",
            remedy: remedy(for: error.resultCode, path: path))
    }

    private static func summary(of code: ResultCode) -> String {
        switch code {
        case .SQLITE_FULL: "the disk is full"
        case .SQLITE_IOERR: "the disk could not be read or written"
        case .SQLITE_BUSY, .SQLITE_LOCKED: "another program has locked it"
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: "it may not be written"
        case .SQLITE_CANTOPEN: "it cannot be opened"
        case .SQLITE_NOTADB: "it is no SQLite database"
        case .SQLITE_CORRUPT: "a page of it is damaged"
        default: "SQLite refused (\(code))"
        }
    }

    private static func remedy(for code: ResultCode, path: String) -> String {
        switch code {
        case .SQLITE_FULL: "make room on its disk, then start the engine again"
        case .SQLITE_IOERR: "check the disk, then start the engine again"
        case .SQLITE_BUSY, .SQLITE_LOCKED: "close the other program, then start the engine again"
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: "check who may read and write it and its folder"
        case .SQLITE_CANTOPEN:
            "check who may read and write it and its folder, and how many files the engine may open (ulimit -n)"
        case .SQLITE_NOTADB, .SQLITE_CORRUPT: "put a backup in its place"
        default: "start the engine again; if it fails again, put a backup of \(path) in its place"
        }
    }
}
