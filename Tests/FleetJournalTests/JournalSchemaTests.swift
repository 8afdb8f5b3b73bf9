import FleetCore
import FleetEngine
import Testing

@testable import FleetJournal

/// What stands in the file beside Muster's tables, or instead of them, is refused by name before anything is written.
struct JournalSchemaTests {
    static let modes = [SQLiteJournal.Mode.readWrite, .readOnly]
    static let foreign = [
        ("CREATE TRIGGER quiet AFTER INSERT ON facts BEGIN UPDATE facts SET at = 0; END", "trigger", "quiet"),
        ("CREATE VIEW recent AS SELECT * FROM facts", "view", "recent"),
        ("CREATE TABLE notes (text TEXT)", "table", "notes"),
        ("CREATE UNIQUE INDEX moments ON facts (at)", "index", "moments"),
    ]

    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: foreign, modes)
    func whatIsNotOfMusterIsNamed(object: (sql: String, type: String, name: String), mode: SQLiteJournal.Mode) throws {
        try directory.fill(50)
        try directory.tamper(object.sql)
        let before = try directory.journalBytes
        let failure = #expect(throws: FactLogError.self) { try directory.open(mode) }
        #expect(failure?.message == "\(directory.journal) has the \(object.type) \(object.name), which is not Muster's")
        let isSaid = failure?.remedy.contains("(DROP \(object.type.uppercased()) \(object.name))") == true
        #expect(isSaid, "\(String(describing: failure))")
        #expect(try directory.journalBytes == before)
        try directory.tamper("DROP \(object.type) \(object.name)")
        #expect(try directory.open(mode).allFacts.count == 50)
    }

    /// Its trigger would act on what the migration writes.
    @Test(arguments: foreign) func whatIsNotOfAnOlderMusterIsNamed(sql: String, type: String, name: String) throws {
        try OlderJournal.Version1.write((0..<20).map(Fact.numbered), to: directory)
        try directory.tamper(sql)
        let before = try directory.journalBytes
        let failure = #expect(throws: FactLogError.self) { try directory.open() }
        #expect(failure?.message == "\(directory.journal) has the \(type) \(name), which is not Muster's")
        #expect(try directory.journalBytes == before)
    }

    @Test(
        arguments: [
            ("DROP TABLE facts", "its table facts is missing"), ("DROP TABLE head", "its table head is missing"),
            ("ALTER TABLE facts ADD COLUMN note TEXT", "its table facts is not what Muster creates"),
            (
                "ALTER TABLE facts RENAME TO head_2; DROP TABLE head; ALTER TABLE head_2 RENAME TO head",
                "its table facts is missing"
            ),
        ], modes)
    func aTableThatIsNotMustersIsNamed(change: (sql: String, finding: String), mode: SQLiteJournal.Mode) throws {
        try directory.fill(50)
        try directory.tamper(change.sql)
        let expected = FactLogError.damaged(directory.journal, change.finding)
        #expect(throws: expected) { try directory.open(mode) }
    }

    /// An administrator's `ANALYZE` does no harm.
    @Test func statisticsAreLeftAlone() throws {
        try directory.fill(50)
        try directory.tamper("CREATE INDEX i ON facts (at); ANALYZE; DROP INDEX i")
        #expect(try directory.open().allFacts.count == 50)
    }
}
