import FleetCore
import FleetEngine
import Foundation
import GRDB

extension SQLiteJournal {
    /// What the copy of a journal holds.
    public struct CopiedJournal: Hashable, Sendable {
        /// The version of its schema, which may be older than this build's.
        public var schema: Int
        /// Whose it is.
        public var fleet: String
        /// Records in it.
        public var facts: Int
    }

    /// The version of the schema that this build writes.
    public static var schemaVersion: Int { JournalSchema.version }

    /// How often a copy begins anew because what lies beside the journal was changed at that very moment.
    static let mostCopyAttempts = 20

    /// Copies the journal of a state folder into an empty one, as it stands at one moment, while an engine may write it.
    ///
    /// By SQLite's online backup in one step, inside of one read transaction: in a write-ahead log that is a snapshot,
    /// which holds no writer up. `VACUUM INTO` would be one too, but begins its transaction itself, so that it could not
    /// be said what else lay in the folder at that moment; and it writes the tables anew, where this copies pages. The
    /// copy is not synced.
    ///
    /// - Parameter read: Gives what lies beside the journal and belongs to the same moment. It is read before and after
    ///   the snapshot is fixed, until it was the same.
    public static func copy<Beside: Equatable>(
        from directory: String, into folder: String, beside read: () throws -> Beside
    ) throws -> (CopiedJournal, Beside) {
        let source = StateDirectory(path: directory), target = StateDirectory(path: folder)
        try refuseLinks(in: source)
        try refuseLoss(in: source, witness: try witness(in: source))
        let path = source.file(fileName)
        do {
            let queue = try queue(path: path, mode: .readOnly)
            for _ in 0..<mostCopyAttempts {
                let beside = try read()
                let copied = try queue.read { database -> CopiedJournal? in
                    let copied = try describe(database, path: path)
                    guard try read() == beside else { return nil }
                    try copyPages(database, to: target)
                    return copied
                }
                if let copied { return (copied, beside) }
            }
        } catch {
            throw FactLogError.of(error, path: path, while: "copying the journal")
        }
        throw FactLogError("\(directory) is being changed all the time", remedy: "try again")
    }

    /// What a journal of any version says of itself. The first thing that is read, so that the snapshot begins here.
    private static func describe(_ database: Database, path: String) throws -> CopiedJournal {
        let schema = try JournalSchema.examine(database, path: path)
        guard schema > 0 else { throw FactLogError("\(path) has no tables yet", remedy: "start the engine once") }
        try JournalSchema.checkObjects(database, version: schema, path: path)
        let rows = try Row.fetchAll(database, sql: "SELECT fleet, facts FROM head LIMIT 2")
        guard rows.count == 1, let row = rows.first, let fleet = String.fromDatabaseValue(row[0]),
            let facts = Int.fromDatabaseValue(row[1])
        else { throw FactLogError.damaged(path, "its head cannot be read") }
        return CopiedJournal(schema: schema, fleet: fleet, facts: facts)
    }

    private static func copyPages(_ source: Database, to folder: StateDirectory) throws {
        try folder.createPrivately(fileName)
        let path = folder.file(fileName)
        do {
            let target = try DatabaseQueue(path: path)
            try target.writeWithoutTransaction { database in
                // Until it is whole it is nobody's, so that there is nothing to roll back to.
                try database.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
                try source.backup(to: database)
            }
            try target.close()
        } catch {
            throw FactLogError.of(error, path: path, while: "writing the copy")
        }
    }

    /// Does something with a state folder that is there while no engine can start on it; refuses if one runs.
    public static func withoutEngine<Result>(in directory: String, _ body: () throws -> Result) throws -> Result {
        let lock = try EngineLock(in: StateDirectory(path: directory), for: .engine)
        return try withExtendedLifetime(lock) { try body() }
    }
}
