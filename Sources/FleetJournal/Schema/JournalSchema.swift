import FleetEngine
import GRDB

/// The tables of `journal.sqlite`, and how a file is told to be one.
enum JournalSchema {
    /// `PRAGMA application_id`: `Must` in ASCII.
    static let applicationID: Int64 = 0x4d75_7374

    /// Brings a file on by one version. It runs in the transaction of the whole migration: what it throws leaves the
    /// file as it was.
    typealias Migration = @Sendable (_ database: Database, _ path: String, _ fleet: String) throws -> Void

    /// What brings a file from version n to n + 1. Frozen once shipped: a change is a further entry.
    static let migrations: [Migration] = [Version1.create, Version2.rechain]

    /// The version that this build writes.
    static var version: Int { migrations.count }

    /// Which version the file has; 0 for an empty one. Refuses a file of another program, one of a later Muster, and one
    /// whose number no Muster writes, before anything is written to it.
    static func examine(_ database: Database, path: String) throws -> Int {
        let id = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if id == 0, found == 0, tables == 0 { return 0 }
        guard id == applicationID else {
            throw FactLogError(
                "\(path) is a database of another program", remedy: "move it away, or name another state folder")
        }
        guard found <= version else {
            throw FactLogError(
                "\(path) has schema \(found); this muster knows up to \(version)",
                remedy: "start the muster that wrote it, or a later one")
        }
        // The mark and the number are written in one commit: a bit that flipped, or a hand, made this one.
        guard found > 0 else { throw FactLogError.damaged(path, "its schema has the number \(found)") }
        return found
    }

    /// Brings the file to this build's version, in one transaction.
    static func migrate(_ database: Database, from found: Int, path: String, fleet: String) throws {
        guard found < version else { return }
        try database.inTransaction(.immediate) {
            for migration in migrations[found...] { try migration(database, path, fleet) }
            try database.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
            return .commit
        }
    }
}
