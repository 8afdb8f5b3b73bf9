import FleetCore
import Foundation
import GRDB

/// Journals as the first version of the schema wrote them, written down here once more, so that a change of the code
/// that is tested cannot change them.
enum OldJournal {
    private static let schema = """
        PRAGMA journal_mode = WAL;
        CREATE TABLE head (
            fleet TEXT NOT NULL,
            facts INTEGER NOT NULL,
            commits INTEGER NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE facts (
            sequence INTEGER PRIMARY KEY,
            commit_id INTEGER NOT NULL,
            at INTEGER NOT NULL,
            body BLOB NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT;
        PRAGMA application_id = 1299542900;
        PRAGMA user_version = 1;
        """

    /// Writes a closed journal of these facts, in commits of ten.
    static func write(_ facts: [Fact], to directory: TemporaryDirectory, fleet: String = "shops") throws {
        try FileManager.default.createDirectory(atPath: directory.state, withIntermediateDirectories: true)
        let queue = try DatabaseQueue(path: directory.journal)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: schema)
            try database.inTransaction {
                try insert(facts, into: database, fleet: fleet)
                return .commit
            }
        }
        try queue.close()
    }

    private static func insert(_ facts: [Fact], into database: Database, fleet: String) throws {
        var checksum = StableHash.of(fleet)
        for (index, fact) in facts.enumerated() {
            let body = FactCoder.encode(fact)
            var hash = StableHash(seed: checksum)
            let numbers = [index + 1, index / 10 + 1, Int(fact.at.milliseconds), body.count]
            for number in numbers { hash.combine(UInt64(bitPattern: Int64(number))) }
            hash.combine(bytes: body)
            checksum = hash.value
            try database.execute(
                sql: "INSERT INTO facts VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    index + 1, index / 10 + 1, fact.at.milliseconds, Data(body), Int64(bitPattern: checksum),
                ])
        }
        try database.execute(
            sql: "INSERT INTO head VALUES (?, ?, ?, ?)",
            arguments: [fleet, facts.count, (facts.count + 9) / 10, Int64(bitPattern: checksum)])
    }
}

extension TemporaryDirectory {
    /// The bytes of the journal's file.
    var journalBytes: Data {
        get throws { try Data(contentsOf: URL(fileURLWithPath: journal)) }
    }

    /// What stands in the journal's file, with its tables, as text.
    func dump() throws -> [String] {
        let queue = try DatabaseQueue(path: journal)
        let lines = try queue.read { database in
            try String.fetchAll(database, sql: "SELECT sql FROM sqlite_schema ORDER BY name")
                + String.fetchAll(database, sql: "SELECT fleet || facts || '/' || commits || hex(hash) FROM head")
                + String.fetchAll(
                    database,
                    sql: "SELECT sequence || '/' || commit_id || '/' || at || hex(body) || hex(hash) FROM facts")
        }
        try queue.close()
        return lines
    }
}
