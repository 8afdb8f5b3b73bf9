import FleetCore
import FleetEngine
import FleetJournal
import Foundation
import Testing

/// `muster updates`.
@Suite(.timeLimit(.minutes(10)))
struct UpdatesCommandTests {
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
