import FleetEngine
import Foundation
import GRDB

/// What a journal says about itself: whose it is and where its records end. Written with every commit, so that
/// records lost from the end are missed too.
struct JournalHead {
    var fleet: String
    var commits: Int64
    var chain: RecordChain

    /// Reads it, and checks it against the last record, in one snapshot.
    static func read(_ database: Database, path: String) throws -> JournalHead {
        let rows = try Row.fetchAll(database, sql: "SELECT fleet, facts, commits, hash FROM head LIMIT 2")
        guard rows.count == 1, let row = rows.first, let fleet = String.fromDatabaseValue(row[0]),
            let facts = Int64.fromDatabaseValue(row[1]), let commits = Int64.fromDatabaseValue(row[2]),
            let hash = Data.fromDatabaseValue(row[3]).flatMap({ RecordHash(bytes: $0) })
        else { throw FactLogError.damaged(path, "its head cannot be read") }
        let first = try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM facts") ?? 1
        guard first > 0 else { throw FactLogError.damaged(path, "record \(first) is there; the first is record 1") }
        let last = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM facts") ?? 0
        try check(counted: facts, last: last, path: path)
        let commit = try Row.fetchOne(
            database, sql: "SELECT commit_id FROM facts WHERE sequence = ?", arguments: [last])
        let lastCommit = commit.map { Int64.fromDatabaseValue($0[0]) } ?? 0
        guard lastCommit == commits else {
            let found = lastCommit.map { "\($0)" } ?? "no number"
            throw FactLogError.damaged(
                path, "its head counts \(commits) commits, its last record is of commit \(found)")
        }
        return JournalHead(fleet: fleet, commits: commits, chain: RecordChain(count: facts, hash: hash))
    }

    /// Refuses a journal that has more or fewer records than it counts.
    static func check(counted: Int64, last: Int64, path: String) throws(FactLogError) {
        guard last <= counted else {
            throw .damaged(path, "record \(last) is there, but \(counted) are counted")
        }
        guard last == counted else { throw .damaged(path, "record \(last + 1) of \(counted) is missing") }
    }

    /// Refuses the journal of another fleet.
    func check(fleet expected: String, path: String) throws(FactLogError) {
        guard fleet == expected else { throw .anotherFleet(path, found: fleet, expected: expected) }
    }
}

extension FactLogError {
    /// A journal that belongs to a fleet of another name.
    static func anotherFleet(_ path: String, found: String, expected: String) -> FactLogError {
        FactLogError(
            "\(path) is the journal of the fleet \"\(found)\", not of \"\(expected)\"",
            remedy: "name the state folder of \"\(expected)\", or give the fleet its old name back")
    }
}
