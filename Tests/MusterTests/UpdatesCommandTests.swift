import FleetCore
import FleetEngine
import FleetJournal
import Foundation
import Testing

/// `muster updates`.
@Suite(.timeLimit(.minutes(10)))
struct UpdatesCommandTests {
    /// A rollback takes its release back: nobody is to read it as the goal.
    @Test func theReleaseOfARollbackIsNoGoal() throws {
        let past = try PastFleet()
        let journal = try SQLiteJournal.open(directory: past.scratch.state, fleet: "sample-fleet", mode: .readWrite)
        var loop = try EngineLoop(log: journal, link: NoDeviceLink(), now: PastFleet.start + .minutes(5))
        let report = Report(device: DeviceIndex(0), body: .contacted(firmware: Version(2, 0, 0)))
        let id = PastFleet.update, origin = Origin(operatorName: "kim", source: "test")
        let replies = loop.step(
            [.report(report), .command(.rollBack(update: id, confirmation: id, preview: nil), origin, ticket: 1)],
            now: PastFleet.start + .minutes(6))
        #expect(replies.compactMap(\.refusal) == [])
        try journal.close()
        let lines = try past.run("updates", "FLEET").output.split(separator: "\n")
        let words = lines.map { $0.split(separator: " ").prefix(4).map(String.init) }
        #expect(words.contains(["\(id)/rollback", "from", "2.0.0", "rollback"]), "\(words)")
        #expect(words.contains { $0.starts(with: [id, "2.0.0"]) }, "\(words)")
    }

    /// What the columns of devices count is in the help.
    @Test func theHelpSaysWhatTheTableCounts() throws {
        let past = try PastFleet()
        let text = try past.run("updates", "FLEET").output
        let header = try #require(text.split(separator: "\n").first { $0.hasPrefix("id ") })
        let help = try past.run("updates", "--help").output
        let columns = header.split(separator: " ").drop { $0 != "status" }.dropFirst().dropLast()
        #expect(columns == ["ok", "back", "failed", "active", "waiting"])
        for column in columns { #expect(help.contains("`\(column)`"), "\(column): \(help)") }
    }

    /// A device that was done, and runs another version since, has failed: in the table and in JSON.
    @Test func theTableAndTheJSONCountAlike() throws {
        let past = try PastFleet()
        let journal = try SQLiteJournal.open(directory: past.scratch.state, fleet: "sample-fleet", mode: .readWrite)
        var loop = try EngineLoop(log: journal, link: NoDeviceLink(), now: PastFleet.start + .minutes(5))
        for (device, firmware) in [(0, Version(2, 0, 0)), (1, Version(2, 0, 0)), (0, Version(1, 0, 0))] {
            let report = Report(device: DeviceIndex(UInt32(device)), body: .contacted(firmware: firmware))
            _ = loop.step([.report(report)], now: PastFleet.start + .minutes(6))
        }
        try journal.close()
        let text = try past.run("updates", "FLEET").output
        let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(PastFleet.update) ") })
        let header = try #require(text.split(separator: "\n").first { $0.hasPrefix("id ") })
        func number(_ column: String) throws -> Int? {
            let end = try #require(header.range(of: " \(column) ")).upperBound
            let width = header.distance(from: header.startIndex, to: end)
            return row.prefix(width).split(separator: " ").last.flatMap { Int($0) }
        }
        let update = try #require(
            try past.run("updates", "FLEET", "--json").list().first { $0["id"] as? String == PastFleet.update })
        let counts = try #require(update["counts"] as? [String: Int])
        #expect(try number("ok") == 1 && number("failed") == 1, "\(text)")
        #expect(counts["completed"] == 1 && counts["failed"] == 1 && counts["turnedBad"] == 1, "\(counts)")
        #expect(counts.filter { $0.key != "turnedBad" }.values.reduce(0, +) == 4)
    }
}
