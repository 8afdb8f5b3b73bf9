import FleetEngine
import GRDB

extension JournalSchema {
    /// A table, index, view or trigger of a file.
    private struct Object: Hashable {
        var type: String
        var name: String
        /// The statement that made it; empty for what SQLite makes itself.
        var sql: String
    }

    /// What `ANALYZE` leaves. It changes no answer and no record.
    private static let statistics: Set<String> = ["sqlite_stat1", "sqlite_stat4"]

    /// Refuses a file of a version whose tables are not those that Muster creates, or that has anything beside them. A
    /// trigger changes what is written, a view or a table in another's place what is read, and a unique index what can
    /// be appended; the chain shows none of it before it has happened.
    static func checkObjects(_ database: Database, version: Int, path: String) throws {
        let expected = try objects(ofVersion: version)
        let found = try objects(of: database)
        let known = Set(expected.map(\.name))
        if let extra = found.first(where: { !known.contains($0.name) }) {
            throw FactLogError.foreignObject(path, type: extra.type, name: extra.name)
        }
        guard let other = expected.first(where: { !found.contains($0) }) else { return }
        let isThere = found.contains { $0.name == other.name }
        throw FactLogError.damaged(
            path, "its \(other.type) \(other.name) is \(isThere ? "not what Muster creates" : "missing")")
    }

    private static func objects(of database: Database) throws -> [Object] {
        try Row.fetchAll(database, sql: "SELECT type, name, sql FROM sqlite_schema ORDER BY name, type").map { row in
            Object(
                type: String.fromDatabaseValue(row[0]) ?? "", name: String.fromDatabaseValue(row[1]) ?? "",
                sql: String.fromDatabaseValue(row[2]) ?? "")
        }
        .filter { $0.type != "table" || !statistics.contains($0.name) }
    }

    /// By the migrations themselves, so that this cannot differ from what they do.
    private static func objects(ofVersion version: Int) throws -> [Object] {
        let reference = try DatabaseQueue()
        return try reference.write { database in
            for migration in migrations[..<version] { try migration(database, "", "") }
            return try objects(of: database)
        }
    }
}

extension FactLogError {
    /// Something in the file that no Muster put there.
    static func foreignObject(_ path: String, type: String, name: String) -> FactLogError {
        FactLogError(
            "\(path) has the \(type) \(name), which is not Muster's",
            remedy: "find out who put it there and what it did, then remove it (DROP \(type.uppercased()) \(name)), "
                + "or put a backup in its place")
    }
}
