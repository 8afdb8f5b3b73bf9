import FleetCore
import FleetEngine
import FleetJournal

/// The first facts of a journal, as a log of their own. What stands behind them is not read.
final class JournalPrefix: FactLog {
    /// The last of the facts; nil before they were replayed, and if there are none.
    private(set) var last: Fact?
    private let journal: SQLiteJournal
    private let count: Int

    /// The first `count` facts of a journal, which must have as many.
    init(_ journal: SQLiteJournal, count: Int) {
        self.journal = journal
        self.count = count
    }

    func append(_ facts: [Fact]) throws(FactLogError) {
        throw FactLogError("a past moment takes no facts", remedy: "start an engine")
    }

    func replay(_ body: ([Fact]) -> Void) throws(FactLogError) {
        try journal.walk(through: count) { records in
            body(records.map(\.fact))
            last = records.last?.fact
        }
    }
}
