import FleetCore
import FleetEngine
import Foundation
import GRDB

extension SQLiteJournal {
    /// The most facts that are handed out at once.
    static let batchLimit = 4096
    /// The bytes of encodings after which a batch is handed out even if it has fewer.
    static let batchByteLimit = 4 << 20

    /// Hands out what is durable at the call, in batches, so that memory does not grow with the journal. Every record
    /// is checked before its fact is handed out; the first that is damaged, missing or out of place is named in the
    /// error, and the journal takes nothing any more. `body` may append to the journal.
    public func replay(_ body: ([Fact]) -> Void) throws(FactLogError) {
        try replay(behind: RecordChain(fleet: fleet), body)
    }

    /// Hands out what is durable behind a record.
    func replay(behind record: RecordChain, _ body: ([Fact]) -> Void) throws(FactLogError) {
        if let failure { throw failure }
        var read = record
        do {
            let head = try queue.read { try JournalHead.read($0, path: path) }
            while read.count < head.chain.count {
                body(try queue.read { try batch(behind: &read, upTo: head.chain.count, in: $0) })
            }
            guard read == head.chain else { throw FactLogError.damaged(path, "its head is not that of its records") }
            if mode == .readOnly { (chain, commits) = (head.chain, head.commits) }
        } catch {
            let failure = refusal(error, behind: read.count)
            self.failure = failure
            throw failure
        }
    }

    private func batch(behind read: inout RecordChain, upTo last: Int64, in database: Database) throws -> [Fact] {
        let query = try database.cachedStatement(
            sql: """
                SELECT sequence, commit_id, at, body, checksum FROM facts
                WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT \(Self.batchLimit)
                """)
        var facts: [Fact] = []
        var bytes = 0
        let rows = try Row.fetchCursor(query, arguments: [read.count, last])
        while bytes < Self.batchByteLimit, let row = try rows.next() {
            let record = try Record(row, behind: read, path: path)
            facts.append(try record.fact(behind: &read, path: path))
            bytes += record.body.count
        }
        guard !facts.isEmpty else { throw FactLogError.damaged(path, "record \(read.count + 1) is missing") }
        return facts
    }

    /// A damaged page has no record's number of its own: SQLite's check tells which page, the chain how far it got.
    private func refusal(_ error: any Error, behind record: Int64) -> FactLogError {
        guard let failure = error as? DatabaseError, failure.resultCode == .SQLITE_CORRUPT else {
            return .of(error, path: path, while: "reading behind record \(record)")
        }
        let finding = try? queue.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
        let page = finding.flatMap { $0 }?.split(separator: "\n").last.map { " (\($0))" } ?? ""
        return .damaged(path, "a page behind record \(record) cannot be read\(page)")
    }
}

/// A row of `facts`, whose columns may hold anything if the file is damaged.
private struct Record {
    var commit: Int64
    var at: Int64
    var body: [UInt8]
    var checksum: Int64

    init(_ row: Row, behind read: RecordChain, path: String) throws(FactLogError) {
        let number = read.count + 1
        guard let sequence = Int64.fromDatabaseValue(row[0]), sequence == number else {
            throw .damaged(path, "record \(number) is missing")
        }
        guard let commit = Int64.fromDatabaseValue(row[1]), let at = Int64.fromDatabaseValue(row[2]),
            let body = Data.fromDatabaseValue(row[3]), let checksum = Int64.fromDatabaseValue(row[4])
        else { throw .damaged(path, "record \(number) is not of this form") }
        (self.commit, self.at, self.checksum) = (commit, at, checksum)
        self.body = [UInt8](body)
    }

    /// The fact, if the record goes on the chain.
    func fact(behind read: inout RecordChain, path: String) throws(FactLogError) -> Fact {
        var next = read
        next.advance(commit: commit, at: at, body: body)
        guard next.checksum == UInt64(bitPattern: checksum) else {
            throw .damaged(path, "record \(next.count) is not what was written")
        }
        do {
            let fact = try FactCoder.decode(body)
            read = next
            return fact
        } catch {
            throw FactLogError(
                "\(path): record \(next.count) cannot be read: \(error)",
                remedy: "start the muster that wrote it, or a later one")
        }
    }
}
