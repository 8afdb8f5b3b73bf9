import FleetCore
import FleetJournal

/// A command in the audit: who asked for what, when, why, and what became of it.
struct AuditEntry: Encodable {
    var sequence: Int
    var at: String
    var `operator`: String
    var source: String
    var verb: String
    var object: String
    /// `accepted` or `refused`.
    var outcome: String
    /// Why it was refused.
    @OrNull var message: String?
    /// What would have helped.
    @OrNull var remedy: String?
    /// Why it was asked, in the operator's words; may be empty.
    var reason: String
    /// The command's own key, as it was sent; null: it had none.
    @OrNull var key: String?
    var hash: String
    var previousHash: String

    /// The entry of a record; nil: the record is of no command.
    init?(_ record: JournalRecord) {
        let command: CommandRecord
        switch record.fact.event {
        case .commandAccepted(let accepted):
            command = accepted
            outcome = "accepted"
        case .commandRefused(let refused, let refusal):
            command = refused
            outcome = "refused"
            message = refusal.message
            remedy = refusal.remedy
        default: return nil
        }
        sequence = record.sequence
        at = record.fact.at.iso
        self.operator = command.origin.operatorName
        source = command.origin.source
        verb = command.verb
        object = command.object
        reason = command.origin.reason
        key = command.origin.key?.description
        hash = record.hash.description
        previousHash = record.previousHash.description
    }
}

/// The audit for people.
struct AuditTable {
    private var table: Table

    init() {
        table = Table(["#record", "time", "operator", "source", "command", "object", "outcome", "reason"])
        // What was said must be there to the end.
        for index in table.columns.indices.suffix(2) { table.columns[index].limit = .max }
    }

    /// Adds a command at the end.
    mutating func add(_ entry: AuditEntry) {
        let outcome = entry.message.map { "refused: \($0)" } ?? entry.outcome
        table.rows.append([
            "\(entry.sequence)", entry.at, entry.operator, entry.source, entry.verb, entry.object, outcome,
            entry.reason,
        ])
    }

    /// The lines; without commands, the headings.
    var lines: [String] { table.lines }
}
