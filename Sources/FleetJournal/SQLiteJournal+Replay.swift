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
    /// error, after those before it were handed out, and the journal takes nothing any more. `body` may append to the
    /// journal.
    public func replay(_ body: ([Fact]) -> Void) throws(FactLogError) {
        try replay(behind: RecordChain(fleet: fleet), body)
    }

    /// Hands out what another engine has appended since the last replay, recovery or call. For a reader.
    public func follow(_ body: ([Fact]) -> Void) throws(FactLogError) {
        try replay(behind: chain, body)
    }

    /// Hands out what is durable behind a record.
    func replay(behind record: RecordChain, _ body: ([Fact]) -> Void) throws(FactLogError) {
        try read(behind: record, through: nil, { fact, _, _ in fact }, body)
    }

    /// The same with the records around the facts.
    /// - Parameters:
    ///   - last: The number of the last record that is read; nil: all of them, and the head too. What stands behind it
    ///     is not looked at.
    ///   - body: Takes a batch of records.
    public func walk(through last: Int? = nil, _ body: ([JournalRecord]) -> Void) throws(FactLogError) {
        try read(
            behind: RecordChain(fleet: fleet), through: last.map(Int64.init),
            { fact, before, after in
                JournalRecord(
                    sequence: Int(after.count), fact: fact, hash: after.hash, previousHash: before.hash)
            }, body)
    }

    /// The number of the last record whose moment is not after this one; 0 if there is none. All records are proven for
    /// it: one further on whose moment was changed could be the answer.
    public func lastRecord(notAfter moment: Timestamp) throws(FactLogError) -> Int {
        var found = 0
        try walk { records in found = records.last { $0.fact.at <= moment }?.sequence ?? found }
        return found
    }

    private func read<Element>(
        behind record: RecordChain, through last: Int64?,
        _ element: (Fact, _ before: RecordChain, _ after: RecordChain) -> Element,
        _ body: ([Element]) -> Void
    ) throws(FactLogError) {
        if let failure { throw failure }
        var read = record
        var batch: [Element] = []
        do {
            let head = try queue.read { try JournalHead.read($0, path: path) }
            let end = min(last ?? .max, head.chain.count)
            while read.count < end {
                try queue.read { try fill(&batch, behind: &read, upTo: end, in: $0, element) }
                body(batch)
                batch.removeAll(keepingCapacity: true)
            }
            guard read.count == head.chain.count else { return }
            guard read == head.chain else { throw FactLogError.damaged(path, "its head is not that of its records") }
            if mode == .readOnly { (chain, commits) = (head.chain, head.commits) }
        } catch {
            let failure = refusal(error, behind: read.count)
            self.failure = failure
            // What stands before the damage is proven, and an auditor wants to see it.
            if !batch.isEmpty { body(batch) }
            throw failure
        }
    }

    func fill<Element>(
        _ batch: inout [Element], behind read: inout RecordChain, upTo last: Int64, in database: Database,
        _ element: (Fact, _ before: RecordChain, _ after: RecordChain) -> Element
    ) throws {
        let query = try database.cachedStatement(
            sql: """
                SELECT sequence, commit_id, at, body, hash FROM facts
                WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT \(Self.batchLimit)
                """)
        var bytes = 0
        let rows = try Row.fetchCursor(query, arguments: [read.count, last])
        while bytes < Self.batchByteLimit, let row = try rows.next() {
            let record = try RecordRow(row, number: read.count + 1, path: path)
            let before = read
            batch.append(element(try record.fact(behind: &read, path: path), before, read))
            bytes += record.body.count
        }
        guard !batch.isEmpty else { throw FactLogError.damaged(path, "record \(read.count + 1) is missing") }
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
