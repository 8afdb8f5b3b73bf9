import FleetCore
import FleetEngine
import Foundation
import GRDB

extension JournalSchema {
    /// Records under a chain of SHA-256. The old chain is proven to its end while the new one is made, so that nothing
    /// that was damaged is taken for whole from now on.
    enum Version2 {
        private static let tables = """
            ALTER TABLE head RENAME TO head_1;
            ALTER TABLE facts RENAME TO facts_1;
            CREATE TABLE head (
                fleet TEXT NOT NULL,
                facts INTEGER NOT NULL,
                commits INTEGER NOT NULL,
                hash BLOB NOT NULL
            ) STRICT;
            CREATE TABLE facts (
                sequence INTEGER PRIMARY KEY,
                commit_id INTEGER NOT NULL,
                at INTEGER NOT NULL,
                body BLOB NOT NULL,
                hash BLOB NOT NULL
            ) STRICT;
            """

        /// Chains every record anew.
        static let rechain: Migration = { database, path, fleet in
            try database.execute(sql: tables)
            let head = try OldHead(database, path: path)
            guard head.fleet == fleet else {
                throw FactLogError.anotherFleet(path, found: head.fleet, expected: fleet)
            }
            var copy = Copy(fleet: fleet, path: path)
            try copy.copyRecords(database)
            try copy.check(against: head)
            try database.execute(
                sql: "INSERT INTO head (fleet, facts, commits, hash) VALUES (?, ?, ?, ?)",
                arguments: [fleet, copy.new.count, head.commits, copy.new.hash.data])
            try database.execute(sql: "DROP TABLE head_1; DROP TABLE facts_1")
        }
    }
}

/// What a journal of version 1 says about itself.
private struct OldHead {
    var fleet: String
    var commits: Int64
    var chain: JournalSchema.Version1.Chain

    init(_ database: Database, path: String) throws {
        let rows = try Row.fetchAll(database, sql: "SELECT fleet, facts, commits, checksum FROM head_1 LIMIT 2")
        guard rows.count == 1, let row = rows.first, let fleet = String.fromDatabaseValue(row[0]),
            let facts = Int64.fromDatabaseValue(row[1]), let commits = Int64.fromDatabaseValue(row[2]),
            let checksum = Int64.fromDatabaseValue(row[3])
        else { throw FactLogError.damaged(path, "its head cannot be read") }
        self.fleet = fleet
        self.commits = commits
        chain = JournalSchema.Version1.Chain(count: facts, checksum: UInt64(bitPattern: checksum))
    }
}

/// The records on their way from one chain to the other.
private struct Copy {
    let path: String
    private(set) var old: JournalSchema.Version1.Chain
    private(set) var new: RecordChain

    init(fleet: String, path: String) {
        self.path = path
        old = JournalSchema.Version1.Chain(fleet: fleet)
        new = RecordChain(fleet: fleet)
    }

    mutating func copyRecords(_ database: Database) throws {
        let insertion = try database.makeStatement(
            sql: "INSERT INTO facts (sequence, commit_id, at, body, hash) VALUES (?, ?, ?, ?, ?)")
        do {
            let rows = try Row.fetchCursor(
                database, sql: "SELECT sequence, commit_id, at, body, checksum FROM facts_1 ORDER BY sequence")
            while let row = try rows.next() { try take(row, insertion) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            throw FactLogError.damaged(path, "a page behind record \(old.count) cannot be read")
        }
    }

    private mutating func take(_ row: Row, _ insertion: Statement) throws {
        let record = try RecordRow(row, number: old.count + 1, path: path)
        old.advance(commit: record.commit, at: record.at, body: record.body)
        guard Int64.fromDatabaseValue(record.proof) == Int64(bitPattern: old.checksum) else {
            throw FactLogError.changed(path, record: old.count)
        }
        new.advance(commit: record.commit, at: record.at, body: record.body)
        insertion.setUncheckedArguments([
            new.count, record.commit, record.at, Data(record.body), new.hash.data,
        ])
        try insertion.execute()
    }

    func check(against head: OldHead) throws(FactLogError) {
        try JournalHead.check(counted: head.chain.count, last: old.count, path: path)
        guard old == head.chain else { throw .damaged(path, "its head is not that of its records") }
    }
}
