import FleetCore
import Foundation
import GRDB
import Testing

/// `muster replay` on the real program: the screen of any moment, and nothing of what came later.
@Suite(.timeLimit(.minutes(10)))
struct ReplayTests {
    let past: PastFleet

    init() throws { past = try PastFleet() }

    private func screen(_ arguments: String...) throws -> String {
        let run = try MusterRun(["replay", past.scratch.fleet, "--size", "120x40"] + arguments, past.scratch)
        #expect(run.code == 0, "\(arguments): \(run.errors)")
        return run.output
    }

    private func firstLine(_ text: String) -> String { text.split(separator: "\n").first.map(String.init) ?? "" }

    private var total: Int { past.facts.count }
    private var paused: Int { past.number { if case .updatePaused = $0 { true } else { false } } }

    @Test func theLastFactIfNoneIsNamed() throws {
        let text = try screen()
        #expect(firstLine(text).hasPrefix("replay: fact \(total) of \(total), at 2026-03-03T15:04:00Z, "))
        #expect(try screen("--fact", "\(total)") == text)
        #expect(text.contains("RUNNING"))
        #expect(text.contains("sample-fleet"))
        #expect(!text.contains("LIVE"))
    }

    /// The files have updates, devices and releases that the journal knows nothing of.
    @Test func onlyTheJournalCounts() throws {
        #expect(try !screen("--screen", "overview").contains("major-3.0.0"))
        let run = try past.run("replay", "FLEET", "--update", "major-3.0.0")
        #expect(run.code == 2)
        #expect(run.errors.contains("there is no update `major-3.0.0`"), "\(run.errors)")
    }

    @Test func aFactAndItsMoment() throws {
        let text = try screen("--fact", "\(paused)")
        #expect(
            firstLine(text)
                == "replay: fact \(paused) of \(total), at 2026-03-03T15:02:00Z, engine: past paused by lee")
        #expect(text.contains("PAUSED"))
        let before = try screen("--fact", "\(paused - 1)")
        #expect(firstLine(before).contains("lee: pause past (tills are slow, "))
        #expect(!before.contains("\u{1b}"))
        #expect(!before.contains("PAUSED"))
    }

    @Test func aTimeTakesTheLastFactNotAfterIt() throws {
        let text = try screen("--at", "2026-03-03T15:02:59Z")
        let expected = "replay as of 2026-03-03T15:02:59Z: fact \(paused) of \(total), at 2026-03-03T15:02:00Z, "
        #expect(firstLine(text).hasPrefix(expected), "\(firstLine(text))")
        #expect(text.contains("PAUSED"))
        #expect(try firstLine(screen("--at", "2026-03-03T10:02:00-05:00")).contains("fact \(paused) of"))
        #expect(try firstLine(screen("--at", "2030-01-01T00:00:00Z")).contains("fact \(total) of \(total)"))
    }

    @Test func theEmptyFleet() throws {
        let text = try screen("--fact", "0")
        #expect(firstLine(text) == "replay: fact 0 of \(total), before anything had happened")
        #expect(!text.contains("past"))
        for name in ["update", "device", "queue", "help"] { _ = try screen("--fact", "0", "--screen", name) }
    }

    /// At every fact every screen can be drawn.
    @Test(arguments: ["overview", "update", "device", "queue", "help"]) func everyFact(name: String) throws {
        for fact in stride(from: 1, through: total, by: 3) {
            let text = try screen("--fact", "\(fact)", "--screen", name)
            #expect(firstLine(text).hasPrefix("replay: fact \(fact) of \(total), at "))
        }
    }

    @Test func asJSON() throws {
        let answer = try past.run(
            "replay", "FLEET", "--fact", "\(paused)", "--size", "120x40", "--update", "past", "--json"
        ).object()
        #expect(
            answer.keys.sorted() == [
                "clock", "columns", "fact", "fact_at", "fact_by", "fact_text", "facts", "lines", "rows", "screen",
            ])
        #expect(answer["fact"] as? Int == paused)
        #expect(answer["facts"] as? Int == total)
        #expect(answer["clock"] as? String == "2026-03-03T15:02:00Z")
        #expect(answer["fact_text"] as? String == "past paused by lee")
        let lines = try #require(answer["lines"] as? [String])
        let text = try screen("--fact", "\(paused)", "--update", "past")
        #expect(text.hasSuffix("\n" + lines.joined(separator: "\n") + "\n"))
        #expect(lines.count == 40)
        let empty = try past.run("replay", "FLEET", "--fact", "0", "--json").object()
        #expect(empty["fact_at"] is NSNull)
    }

    @Test(arguments: [
        (["--fact", "100000"], "there is no fact 100000; the journal has facts 0 to "),
        (["--fact", "-1"], "--fact"), (["--fact", "x"], "--fact"),
        (["--at", "yesterday"], "--at: `yesterday` is no moment; write it with its zone"),
        (["--at", "3000-01-01T00:00:00Z"], "--at: 3000-01-01T00:00:00Z is not in the years 1970 to 2999"),
        (["--at", "2026-03-03T14:59:59Z"], "the first fact is of 2026-03-03T15:00:00Z"),
        (["--at", "2026-03-03T15:00:00Z", "--fact", "1"], "give one of them"),
        (["--screen", "bogus"], "--screen"), (["--size", "0x0"], "--size"),
    ])
    func badInput(options: [String], error: String) throws {
        let run = try MusterRun(["replay", past.scratch.fleet] + options, past.scratch)
        #expect(run.code == 2, "\(run.errors)")
        #expect(run.output == "")
        #expect(run.errors.contains(error), "\(run.errors)")
    }

    /// What stands behind the fact is not read: a journal that is damaged there still shows what was before.
    @Test func aDamageLaterOnDoesNotMatter() throws {
        let journal = URL(filePath: "\(past.scratch.state)/journal.sqlite")
        let before = try screen("--fact", "\(paused - 2)")
        var bytes = Array(try Data(contentsOf: journal))
        let place = try #require(bytes.firstRange(of: Array("tills are slow".utf8)))
        bytes[place.lowerBound] = UInt8(ascii: "T")
        try Data(bytes).write(to: journal)
        #expect(try screen("--fact", "\(paused - 2)") == before)
        let run = try past.run("replay", "FLEET", "--fact", "\(paused)")
        #expect(run.code == 1)
        #expect(run.errors.contains("record \(paused - 1) is not what was written"), "\(run.errors)")
        #expect(try past.run("audit", "verify", "FLEET").errors == run.errors)
    }

    /// Which fact a time means follows from all of them: with one moment changed another would be shown without a word.
    @Test func aTimeIsNotAnsweredFromADamagedJournal() throws {
        let queue = try DatabaseQueue(path: "\(past.scratch.state)/journal.sqlite")
        try queue.writeWithoutTransaction {
            try $0.execute(sql: "UPDATE facts SET at = at + 3600000 WHERE sequence = ?", arguments: [paused])
        }
        try queue.close()
        let run = try past.run("replay", "FLEET", "--at", "2026-03-03T15:02:59Z")
        #expect(run.code == 1)
        #expect(run.output == "")
        #expect(run.errors.contains("record \(paused) is not what was written"), "\(run.errors)")
    }
}
