import FleetCore
import FleetEngine
import FleetJournal
import Foundation
import GRDB
import Testing

/// `muster audit verify --json`: whatever is wrong, a program that reads it gets one object that says so.
@Suite(.timeLimit(.minutes(10)))
struct AuditVerifyJSONTests {
    let past: PastFleet

    init() throws { past = try PastFleet() }

    private func tamper(_ sql: String) throws {
        let queue = try DatabaseQueue(path: "\(past.scratch.state)/journal.sqlite")
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// Runs it; the object has what is wrong, and standard error says the same to people.
    private func expectFinding(_ finding: String) throws {
        let run = try past.run("audit", "verify", "FLEET", "--json")
        #expect(run.code == 1)
        let answer = try run.object()
        #expect(answer.keys.sorted() == ["archived_record", "finding", "head", "records", "remedy", "whole"])
        #expect(answer["whole"] as? Bool == false)
        let found = try #require(answer["finding"] as? String)
        #expect(found.contains(finding), "\(found)")
        #expect((answer["remedy"] as? String)?.isEmpty == false)
        #expect(run.errors.hasPrefix("muster: \(found)"), "\(run.errors)")
    }

    @Test(arguments: [
        ("DELETE FROM facts WHERE sequence = (SELECT max(sequence) FROM facts)", " is missing"),
        ("INSERT INTO facts SELECT max(sequence) + 1, commit_id, at, body, hash FROM facts", " are counted"),
        ("UPDATE facts SET at = at + 1 WHERE sequence = 3", "record 3 is not what was written"),
        ("UPDATE head SET hash = zeroblob(32)", "its head is not that of its records"),
        ("UPDATE head SET hash = x'00'", "its head cannot be read"),
        ("DELETE FROM head", "its head cannot be read"),
        ("DROP TABLE facts", "its table facts is missing"),
        ("DROP TABLE head", "its table head is missing"),
        ("INSERT INTO facts VALUES (0, 0, 0, x'010100', x'00')", "record 0 is there; the first is record 1"),
        ("UPDATE head SET commits = commits + 1", " commits, its last record is of commit "),
        ("CREATE INDEX moments ON facts (at)", "has the index moments, which is not Muster's"),
        ("CREATE VIEW recent AS SELECT * FROM facts", "has the view recent, which is not Muster's"),
        ("PRAGMA user_version = -1", "its schema has the number -1"),
        ("PRAGMA user_version = 99", "has schema 99; this muster knows up to "),
        ("PRAGMA application_id = 7", "is a database of another program"),
        ("UPDATE head SET fleet = 'other'", "is the journal of the fleet \"other\""),
    ])
    func aTamperedJournal(change: String, finding: String) throws {
        try tamper(change)
        try expectFinding(finding)
    }

    @Test(arguments: [("", "it was cut to "), ("not a database\n", "it is no SQLite database")])
    func aFileThatIsNoJournal(line: String, finding: String) throws {
        let text = line.isEmpty ? "x" : String(repeating: line, count: 500)
        try Data(text.utf8).write(to: URL(filePath: "\(past.scratch.state)/journal.sqlite"))
        try expectFinding(finding)
    }

    @Test func aJournalThatIsGone() throws {
        try FileManager.default.removeItem(atPath: "\(past.scratch.state)/journal.sqlite")
        try Data().write(to: URL(filePath: "\(past.scratch.state)/checkpoint"))
        try expectFinding("is missing, but checkpoint beside it says that there was a journal here")
    }

    /// The journal of before, put back beside the checkpoint of later.
    @Test func aJournalThatLostRecords() throws {
        let journal = "\(past.scratch.state)/journal.sqlite", backup = "\(past.scratch.root)/backup"
        try FileManager.default.copyItem(atPath: journal, toPath: backup)
        let engine = try SQLiteJournal.open(directory: past.scratch.state, fleet: "sample-fleet", mode: .readWrite)
        var options = EngineLoop.Options()
        options.checkpointAtEnd = 1
        let now = PastFleet.start + .minutes(9)
        var loop = try EngineLoop(log: engine, link: NoDeviceLink(), now: now, options: options)
        loop.shutDown(now: now)
        try engine.close()
        #expect(FileManager.default.fileExists(atPath: "\(past.scratch.state)/checkpoint"))
        try FileManager.default.removeItem(atPath: journal)
        try FileManager.default.copyItem(atPath: backup, toPath: journal)
        try expectFinding("has lost records: record ")
    }

    /// What was not proven has no head; people are told only what is wrong.
    @Test func nothingIsSaidToBeProven() throws {
        try tamper("UPDATE head SET fleet = 'other'")
        let answer = try past.run("audit", "verify", "FLEET", "--json").object()
        #expect(answer["records"] as? Int == 0)
        #expect(answer["head"] is NSNull)
        #expect(try past.run("audit", "verify", "FLEET").output == "")
    }
}
