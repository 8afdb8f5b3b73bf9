import Foundation
import Testing

/// `muster simulate` on the real program.
@Suite(.timeLimit(.minutes(10)))
struct SimulateTests {
    let scratch: ScratchFleet

    init() throws { scratch = try ScratchFleet() }

    private func simulate(_ arguments: String...) throws -> MusterRun {
        try MusterRun(["simulate", scratch.fleet] + arguments, scratch)
    }

    static let scenarios: [(update: String, completed: Int, skipped: Int)] = [
        ("critical-patch-2.4.1", 6, 4), ("maintenance-2.5.0", 10, 0), ("major-3.0.0", 10, 0),
        ("offline-2.4.0", 4, 0), ("northeast-tax-2.3.2", 3, 0), ("standardize-2.4.0", 4, 0),
    ]

    @Test(arguments: scenarios) func scenario(update: String, completed: Int, skipped: Int) throws {
        let run = try simulate(update, "--json")
        #expect(run.code == 0)
        #expect(run.errors == "")
        let outcome = try run.object()
        #expect(
            outcome.keys.sorted() == [
                "also", "assignments", "devices", "ended_at", "ending", "facts", "phases", "release", "seed",
                "selected", "started_at", "state", "steps", "trace_hash", "update", "virtual_seconds",
            ])
        #expect(outcome["update"] as? String == update)
        #expect(outcome["state"] as? String == "completed")
        #expect(outcome["selected"] as? Int == completed + skipped)
        #expect(
            outcome["assignments"] as? [String: Int]
                == ["completed": completed, "failed": 0, "skipped": skipped, "cancelled": 0, "pending": 0])
        let devices = try #require(outcome["devices"] as? [[String: Any]])
        let keys = [
            "attempts", "ended_at", "firmware", "from", "id", "reason", "region", "site", "started_at", "state", "to",
            "waits_for",
        ]
        #expect(devices.allSatisfy { $0.keys.sorted() == keys })
        #expect(devices.count == completed + skipped)
    }

    @Test func phasesAsJSON() throws {
        let outcome = try simulate("major-3.0.0", "--json").object()
        let phases = try #require(outcome["phases"] as? [[String: Any]])
        let keys = ["closed_at", "completed", "failed", "name", "opened_at", "size", "verdict"]
        #expect(phases.allSatisfy { $0.keys.sorted() == keys })
        #expect(phases.compactMap { $0["size"] as? Int } == [1, 5, 10])
        #expect(phases.compactMap { $0["verdict"] as? String } == ["passed", "passed", "passed"])
    }

    @Test func everythingFails() throws {
        let run = try simulate("major-3.0.0", "--failure-rate", "1", "--json")
        #expect(run.code == 3)
        let outcome = try run.object()
        #expect(["rolled back", "rolling back"].contains(outcome["state"] as? String))
        #expect((outcome["assignments"] as? [String: Int])?["completed"] == 0)
        let others = try #require(outcome["also"] as? [[String: Any]])
        #expect(others.compactMap { $0["parent"] as? String } == ["major-3.0.0"])
    }

    @Test func exitCodes() throws {
        #expect(try simulate("critical-patch-2.4.1").code == 0)
        #expect(try simulate("critical-patch-2.4.1", "--failure-rate", "0").code == 0)
        #expect(try simulate("major-3.0.0", "--failure-rate", "100%").code == 3)
        #expect(try simulate("nope").code == 2)
    }

    @Test func anUpdateFromAFile() throws {
        let file = "\(scratch.root)/work/patch.yaml"
        let text = try scratch.text("updates/critical-patch-2.4.1.yaml")
            .replacingOccurrences(of: "critical-patch-2.4.1", with: "from-a-file")
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let outcome = try simulate(file, "--json").object()
        #expect(outcome["update"] as? String == "from-a-file")
        #expect(outcome["state"] as? String == "completed")
    }

    @Test func severalUpdates() throws {
        let outcome = try simulate("northeast-tax-2.3.2", "critical-patch-2.4.1", "--json").object()
        let others = try #require(outcome["also"] as? [[String: Any]])
        #expect(outcome["update"] as? String == "northeast-tax-2.3.2")
        #expect(others.compactMap { $0["update"] as? String } == ["critical-patch-2.4.1"])
    }

    @Test(arguments: [["--json"], []]) func theSameRunPrintsTheSameBytes(arguments: [String]) throws {
        let options = ["major-3.0.0", "--failure-rate", "0.3", "--seed", "7"] + arguments
        let first = try MusterRun(["simulate", scratch.fleet] + options, scratch)
        let second = try MusterRun(["simulate", scratch.fleet] + options, scratch)
        #expect(first.output == second.output)
        #expect(first.code == second.code)
        #expect(!first.output.isEmpty)
    }

    @Test func anotherSeedIsAnotherRun() throws {
        let hashes = try (1...4).map { seed in
            try simulate("major-3.0.0", "--failure-rate", "0.3", "--seed", "\(seed)", "--json").object()["trace_hash"]
                as? String
        }
        #expect(Set(hashes.compactMap { $0 }).count == 4)
    }

    @Test func theStartIsAsGiven() throws {
        let outcome = try simulate("critical-patch-2.4.1", "--start", "2026-07-01T05:00:00Z", "--json").object()
        #expect(outcome["started_at"] as? String == "2026-07-01T05:00:00Z")
        #expect(try simulate("critical-patch-2.4.1", "--start", "tomorrow").code == 2)
    }
}
