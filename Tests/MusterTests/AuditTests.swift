import FleetCore
import FleetJournal
import Foundation
import Testing

/// `muster audit` on the real program: every command is listed once, and the chain proves the rest.
@Suite(.timeLimit(.minutes(10)))
struct AuditTests {
    let past: PastFleet

    init() throws { past = try PastFleet() }

    private func lines(_ run: MusterRun) throws -> [[String: Any]] {
        try run.output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    private func archive() throws -> [[String: Any]] { try lines(try past.run("audit", "FLEET", "--json")) }

    private func tamper(_ change: (inout [UInt8]) throws -> Void) throws {
        let journal = URL(filePath: "\(past.scratch.state)/journal.sqlite")
        var bytes = Array(try Data(contentsOf: journal))
        try change(&bytes)
        try Data(bytes).write(to: journal)
    }

    // MARK: - List

    @Test func everyCommandIsALine() throws {
        let entries = try archive()
        #expect(entries.compactMap { $0["sequence"] as? Int } == past.commands)
        let keys = [
            "at", "hash", "key", "message", "object", "operator", "outcome", "previous_hash", "reason", "remedy",
            "sequence", "source", "verb",
        ]
        #expect(entries.allSatisfy { $0.keys.sorted() == keys })
        let said = entries.suffix(4).map { entry in
            ["at", "operator", "source", "verb", "object", "outcome"].map { entry[$0] as? String ?? "" }
        }
        #expect(
            said == [
                ["2026-03-03T15:01:00Z", "kim", "console", "start", "past", "accepted"],
                ["2026-03-03T15:02:00Z", "lee", "console", "pause", "past", "accepted"],
                ["2026-03-03T15:03:00Z", "lee", "console", "cancel", "nope", "refused"],
                ["2026-03-03T15:04:00Z", "kim", "console", "resume", "past", "accepted"],
            ])
        let refused = try #require(entries.dropLast().last)
        #expect((refused["message"] as? String)?.isEmpty == false)
        #expect((refused["remedy"] as? String)?.isEmpty == false)
        #expect(entries.last?["message"] is NSNull)
    }

    /// What the journal's own records say, and each tied to the one before where both are commands.
    @Test func theHashesAreThoseOfTheJournal() throws {
        let journal = try SQLiteJournal.open(
            directory: past.scratch.state, fleet: "sample-fleet", mode: .readOnly)
        var records: [JournalRecord] = []
        try journal.walk { records += $0 }
        let ofCommands = past.commands.map { records[$0 - 1] }
        let entries = try archive()
        #expect(entries.compactMap { $0["hash"] as? String } == ofCommands.map(\.hash.description))
        #expect(entries.compactMap { $0["previous_hash"] as? String } == ofCommands.map(\.previousHash.description))
    }

    @Test func sinceAMoment() throws {
        let run = try past.run("audit", "list", "FLEET", "--json", "--since", "2026-03-03T10:03:00-05:00")
        #expect(try lines(run).compactMap { $0["verb"] as? String } == ["cancel", "resume"])
        let none = try past.run("audit", "FLEET", "--json", "--since", "2027-01-01T00:00:00Z")
        #expect(none.output == "" && none.code == 0)
        let bad = try past.run("audit", "FLEET", "--since", "yesterday")
        #expect(bad.code == 2)
        #expect(bad.errors.contains("--since: `yesterday` is no moment; write it with its zone"), "\(bad.errors)")
    }

    /// Whatever an operator typed is drawn inert, and to its end.
    @Test func theTableForPeople() throws {
        let run = try past.run("audit", "FLEET")
        #expect(run.code == 0)
        let rows = run.output.split(separator: "\n")
        #expect(rows.count == past.commands.count + 1)
        #expect(rows[0].split(separator: " ").prefix(2) == ["record", "time"])
        #expect(run.output.contains("cancel"))
        #expect(run.output.contains("refused: "))
        #expect(run.output.contains("wrong one"))
        #expect(run.output.contains("tills are slow, "))
        #expect(!run.output.contains("\u{1b}"))
        #expect(run.errors.contains("\(past.commands.count) of \(past.facts.count) records are listed"))
    }

    @Test func whileAnEngineRuns() throws {
        let console = try ConsoleRun(past.scratch)
        try console.waitUntilOpen()
        #expect(try archive().count >= past.commands.count)
        #expect(try past.run("audit", "verify", "FLEET").code == 0)
        #expect(try past.run("replay", "FLEET").code == 0)
        #expect(try console.quit() == .exited(0))
    }

    @Test func askingChangesNothing() throws {
        let before = try FileTree(past.scratch.root)
        for command in [["audit"], ["audit", "verify"], ["replay"]] {
            #expect(try MusterRun(command + [past.scratch.fleet], past.scratch).code == 0)
        }
        #expect(try FileTree(past.scratch.root) == before)
    }

    @Test func withoutAJournalThereIsNothingToProve() throws {
        for arguments in [["audit", "FLEET"], ["audit", "verify", "FLEET"], ["replay", "FLEET"]] {
            let run = try MusterRun(
                arguments.map { $0 == "FLEET" ? past.scratch.fleet : $0 }
                    + ["--state", "\(past.scratch.root)/nowhere"], past.scratch)
            #expect(run.code == 2, "\(arguments)")
            #expect(run.output == "")
            #expect(run.errors.contains("muster: there is no journal at "), "\(run.errors)")
        }
    }

    // MARK: - Verify

    @Test func aWholeJournalIsProven() throws {
        let run = try past.run("audit", "verify", "FLEET")
        #expect(run.code == 0)
        let head = try #require(try past.run("audit", "verify", "FLEET", "--json").object()["head"] as? String)
        #expect(run.output == "\(past.facts.count) records proven\nhead \(head)\n")
        let answer = try past.run("audit", "verify", "FLEET", "--json").object()
        #expect(answer["whole"] as? Bool == true)
        #expect(answer["records"] as? Int == past.facts.count)
        #expect(answer["finding"] is NSNull)
    }

    @Test func aChangedRecordIsNamed() throws {
        let pause = past.number { if case .updatePaused = $0 { true } else { false } } - 1
        try tamper { bytes in
            let place = try #require(bytes.firstRange(of: Array("tills are slow".utf8)))
            bytes[place.lowerBound] = UInt8(ascii: "T")
        }
        let run = try past.run("audit", "verify", "FLEET")
        #expect(run.code == 1)
        #expect(run.errors.contains("record \(pause) is not what was written"), "\(run.errors)")
        #expect(run.output.hasPrefix("\(pause - 1) records proven\n"))
        let answer = try past.run("audit", "verify", "FLEET", "--json")
        #expect(answer.code == 1)
        #expect(try answer.object()["whole"] as? Bool == false)
        #expect(try answer.object()["records"] as? Int == pause - 1)
        let list = try past.run("audit", "FLEET", "--json")
        #expect(list.code == 1)
        #expect(try lines(list).compactMap { $0["sequence"] as? Int } == past.commands.filter { $0 < pause })
    }

    /// A journal that was written anew in its place, whole by itself, differs from what was archived.
    @Test func aRewrittenChainDiffersFromTheArchive() throws {
        let entry = try #require(try archive().last)
        let number = "\(try #require(entry["sequence"] as? Int))"
        let hash = try #require(entry["hash"] as? String)
        func verify() throws -> MusterRun {
            try past.run("audit", "verify", "FLEET", "--record", number, "--hash", hash)
        }
        let before = try verify()
        #expect(before.code == 0)
        #expect(before.output.hasSuffix("record \(number) has the hash in the archive\n"))
        try rewrite { facts in
            if case .commandAccepted(var record) = facts[0].event {
                record.origin.operatorName = "nobody"
                facts[0].event = .commandAccepted(record)
            }
            facts[1].at = facts[1].at + .milliseconds(1)
        }
        #expect(try past.run("audit", "verify", "FLEET").code == 0)
        let after = try verify()
        #expect(after.code == 1)
        #expect(after.errors.contains("in the archive it is \(hash)"), "\(after.errors)")
        try rewrite { $0.removeLast(3) }
        #expect(try verify().errors.contains("records were taken away at its end"))
    }

    private func rewrite(_ change: (inout [Fact]) -> Void) throws {
        var facts = past.facts
        change(&facts)
        for file in ["journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "journal.born"] {
            try? FileManager.default.removeItem(atPath: "\(past.scratch.state)/\(file)")
        }
        let journal = try SQLiteJournal.open(
            directory: past.scratch.state, fleet: "sample-fleet", mode: .readWrite)
        try journal.append(facts)
        try journal.close()
    }

    @Test(arguments: [
        ["--record", "1"], ["--hash", String(repeating: "0", count: 64)],
        ["--record", "0", "--hash", String(repeating: "0", count: 64)], ["--record", "1", "--hash", "abc"],
    ])
    func badArguments(options: [String]) throws {
        let run = try MusterRun(["audit", "verify", past.scratch.fleet] + options, past.scratch)
        #expect(run.code == 2, "\(run.errors)")
        #expect(run.output == "")
    }
}
