import FleetEngine
import GRDB

/// What a journal says about itself: whose it is and where its records end. Written with every commit, so that
/// records lost from the end are missed too.
struct JournalHead {
    var fleet: String
    var commits: Int64
    var chain: RecordChain

    /// Reads it, and checks it against the last record, in one snapshot.
    static func read(_ database: Database, path: String) throws -> JournalHead {
        let rows = try Row.fetchAll(database, sql: "SELECT fleet, facts, commits, checksum FROM head LIMIT 2")
        guard rows.count == 1, let row = rows.first, let fleet = String.fromDatabaseValue(row[0]),
            let facts = Int64.fromDatabaseValue(row[1]), let commits = Int64.fromDatabaseValue(row[2]),
            let checksum = Int64.fromDatabaseValue(row[3])
        else { throw FactLogError.damaged(path, "its head cannot be read") }
        let chain = RecordChain(count: facts, checksum: UInt64(bitPattern: checksum))
        let last = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM facts") ?? 0
        guard last <= facts else {
            throw FactLogError.damaged(path, "record \(last) is there, but \(facts) are counted")
        }
        guard last == facts else { throw FactLogError.damaged(path, "record \(last + 1) of \(facts) is missing") }
        return JournalHead(fleet: fleet, commits: commits, chain: chain)
    }

    /// Refuses the journal of another fleet.
    func check(fleet expected: String, path: String) throws(FactLogError) {
        guard fleet == expected else {
            throw FactLogError(
                "\(path) is the journal of the fleet \"\(fleet)\", not of \"\(expected)\"",
                remedy: "name the state folder of \"\(expected)\", or give the fleet its old name back")
        }
    }
}
