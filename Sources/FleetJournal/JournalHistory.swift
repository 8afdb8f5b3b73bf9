import FleetCore
import FleetEngine
import Foundation
import GRDB
import Synchronization

/// The facts of a journal by their numbers, read beside the engine that writes it. The file is opened when somebody first
/// asks.
public final class JournalHistory: FactHistory {
    private let directory: String
    private let fleet: String
    private let journal = Mutex<SQLiteJournal?>(nil)

    /// The history of a fleet in a state folder.
    public init(directory: String, fleet: String) {
        self.directory = directory
        self.fleet = fleet
    }

    public func piece(after number: UInt64, atMost count: Int) throws(FactLogError) -> HistoryPiece {
        let result = journal.withLock { journal -> Result<HistoryPiece, FactLogError> in
            do throws(FactLogError) {
                let open: SQLiteJournal
                if let journal {
                    open = journal
                } else {
                    open = try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readOnly)
                }
                journal = open
                return .success(try open.piece(after: number, atMost: count))
            } catch {
                // What is wrong may be mended by the next time.
                journal = nil
                return .failure(error)
            }
        }
        return try result.get()
    }
}

extension SQLiteJournal {
    /// The facts behind a number, each proven to be chained to the one before it.
    func piece(after number: UInt64, atMost count: Int) throws(FactLogError) -> HistoryPiece {
        do {
            return try queue.read { database in
                let latest = try JournalHead.read(database, path: path).chain.count
                guard let start = Int64(exactly: number), start < latest, count > 0 else {
                    return HistoryPiece(facts: [], latest: UInt64(latest))
                }
                var read = try chain(at: start, database)
                var facts: [Fact] = []
                let end = start + min(latest - start, Int64(count))
                try fill(&facts, behind: &read, upTo: end, in: database) { fact, _, _ in fact }
                return HistoryPiece(facts: facts, latest: UInt64(latest))
            }
        } catch {
            throw .of(error, path: path, while: "reading behind record \(number)")
        }
    }

    /// The chain up to a record, by the hash that stands there.
    private func chain(at record: Int64, _ database: Database) throws -> RecordChain {
        guard record > 0 else { return RecordChain(fleet: fleet) }
        let found = try Row.fetchOne(
            database, sql: "SELECT hash FROM facts WHERE sequence = ?", arguments: [record])
        guard let bytes = found.flatMap({ Data.fromDatabaseValue($0[0]) }), let hash = RecordHash(bytes: bytes) else {
            throw FactLogError.damaged(path, "record \(record) is missing")
        }
        return RecordChain(count: record, hash: hash)
    }
}
