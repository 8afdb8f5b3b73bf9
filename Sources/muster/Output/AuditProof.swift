import FleetEngine
import FleetJournal

/// What came of proving a journal.
struct AuditProof {
    /// Proven records.
    private(set) var records = 0
    /// The hash of the last of them; nil: the journal could not be opened.
    private(set) var head: RecordHash?
    /// What is wrong; nil: nothing.
    private(set) var finding: FactLogError?
    private let archived: (record: Int, hash: RecordHash)?

    /// Walks all records of a journal; with an archived hash, compares that too.
    init(_ journal: SQLiteJournal, record: Int?, hash: RecordHash?) {
        var head = journal.emptyHash
        archived = record.flatMap { record in hash.map { (record, $0) } }
        var found: RecordHash?
        do {
            var records = 0
            defer { (self.records, self.head) = (records, head) }
            try journal.walk { batch in
                for one in batch where one.sequence == record { found = one.hash }
                records += batch.count
                head = batch.last?.hash ?? head
            }
        } catch {
            finding = error
        }
        if finding == nil, let archived { finding = Self.comparison(archived, found, journal) }
    }

    /// A journal that is refused as a whole: nothing of it is proven.
    init(refused finding: FactLogError, record: Int?, hash: RecordHash?) {
        self.finding = finding
        archived = record.flatMap { record in hash.map { (record, $0) } }
    }

    private static func comparison(
        _ archived: (record: Int, hash: RecordHash), _ found: RecordHash?, _ journal: SQLiteJournal
    ) -> FactLogError? {
        let remedy = "put a backup in its place that has this hash; the archive tells which commands were changed"
        guard let found else {
            return FactLogError(
                "\(journal.path) has \(journal.factCount) records, the archive has record \(archived.record): "
                    + "records were taken away at its end", remedy: remedy)
        }
        guard found != archived.hash else { return nil }
        return FactLogError(
            "record \(archived.record) of \(journal.path) has the hash \(found), in the archive it is "
                + "\(archived.hash): a record up to this one was changed, and the chain computed anew", remedy: remedy)
    }

    /// What is proven, for people.
    var lines: [String] {
        guard let head else { return [] }
        var lines = ["\(records) records proven", "head \(head)"]
        if finding == nil, let archived { lines.append("record \(archived.record) has the hash in the archive") }
        return lines
    }

    /// The same as JSON.
    struct Answer: Encodable {
        var whole: Bool
        var records: Int
        @OrNull var head: String?
        @OrNull var archivedRecord: Int?
        @OrNull var finding: String?
        @OrNull var remedy: String?
    }

    /// The same for JSON.
    var answer: Answer {
        Answer(
            whole: finding == nil, records: records, head: head?.description, archivedRecord: archived?.record,
            finding: finding?.message, remedy: finding?.remedy)
    }
}
