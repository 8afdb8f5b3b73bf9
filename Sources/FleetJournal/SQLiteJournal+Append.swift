import FleetCore
import FleetEngine
import Foundation
import GRDB

extension SQLiteJournal {
    /// One transaction, one sync. Any failure is final: every later call throws it again.
    public func append(_ facts: [Fact]) throws(FactLogError) {
        if let failure { throw failure }
        guard mode == .readWrite else {
            throw FactLogError("\(path) was opened for reading only", remedy: "open it as the engine does")
        }
        guard !facts.isEmpty else { return }
        do {
            chain = try queue.writeWithoutTransaction { try commit(facts, to: $0) }
            commits += 1
        } catch {
            let failure = FactLogError.of(error, path: path, while: "writing record \(chain.count + 1)")
            self.failure = failure
            throw failure
        }
    }

    /// The chain behind the facts, once they are durable.
    private func commit(_ facts: [Fact], to database: Database) throws -> RecordChain {
        try files?.check()
        var next = chain
        try database.inTransaction(.immediate) {
            try checkEnd(of: database)
            let insertion = try database.cachedStatement(
                sql: "INSERT INTO facts (sequence, commit_id, at, body, hash) VALUES (?, ?, ?, ?, ?)")
            var body: [UInt8] = []
            for fact in facts {
                body.removeAll(keepingCapacity: true)
                FactCoder.encode(fact, into: &body)
                try checkLength(of: body, at: next.count + 1)
                let at = fact.at.milliseconds
                next.advance(commit: commits + 1, at: at, body: body)
                insertion.setUncheckedArguments([
                    next.count, commits + 1, at, Data(body), next.hash.data,
                ])
                try insertion.execute()
            }
            try writeHead(next, to: database)
            return .commit
        }
        return next
    }

    /// Nobody else writes what an engine holds. Were a record taken away all the same, whatever is put behind the gap could
    /// never be read again.
    private func checkEnd(of database: Database) throws {
        let end = try database.cachedStatement(
            sql: "SELECT sequence, hash FROM facts ORDER BY sequence DESC LIMIT 1")
        let row = try Row.fetchOne(end)
        let last = row.flatMap { Int64.fromDatabaseValue($0[0]) } ?? 0
        try JournalHead.check(counted: chain.count, last: last, path: path)
        guard let row, let hash = Data.fromDatabaseValue(row[1]) else { return }
        guard hash == chain.hash.data else {
            throw FactLogError.damaged(path, "record \(last) is not what was written")
        }
    }

    private func writeHead(_ chain: RecordChain, to database: Database) throws {
        let update = try database.cachedStatement(sql: "UPDATE head SET facts = ?, commits = ?, hash = ?")
        update.setUncheckedArguments([chain.count, commits + 1, chain.hash.data])
        try update.execute()
        guard database.changesCount == 1 else { throw FactLogError.damaged(path, "it has no head") }
    }

    /// What could not be read again is not written.
    private func checkLength(of body: [UInt8], at record: Int64) throws {
        guard body.count <= FactCoder.maximumLength else {
            throw FactLogError(
                "record \(record) would have \(body.count) bytes, the most is \(FactCoder.maximumLength)",
                remedy: "split the command that caused it")
        }
    }
}
