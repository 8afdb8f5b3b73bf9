import FleetSimulator
import Foundation
import Testing

/// `muster trial` on the real program: what it takes and what it prints.
@Suite(.timeLimit(.minutes(10)))
struct TrialCommandTests {
    let scratch: ScratchFleet

    init() throws { scratch = try ScratchFleet() }

    private func trial(_ arguments: String...) throws -> MusterRun {
        try MusterRun(["trial", "--devices", "3", "--hours", "1"] + arguments, scratch)
    }

    @Test(arguments: ["", ",", "loss,", "bogus", "loss,bogus", "Loss"])
    func faultsThatAreNoneAreNamedWithThoseThatAre(faults: String) throws {
        let run = try trial("--seeds", "1", "--faults", faults)
        #expect(run.code == 2)
        #expect(run.output == "")
        let known = ["all", "none"] + FaultClass.Group.allCases.map(\.rawValue) + FaultClass.allCases.map(\.rawValue)
        #expect(known.allSatisfy { run.errors.contains($0) }, "\(run.errors)")
    }

    @Test(arguments: ["all", "none", "network", "loss,crash"]) func faultsThatAreTaken(faults: String) throws {
        #expect(try trial("--seeds", "1", "--faults", faults).code == 0)
    }

    @Test(arguments: ["1...3", "1.3", "1..", "..3", "3..1", "", "x", "1..2..3", ".1.3", "1..3."])
    func seedsThatAreNone(seeds: String) throws {
        let run = try trial("--seeds", seeds)
        #expect(run.code == 2, "\(run.output)")
        #expect(run.output == "")
        #expect(run.errors.contains("1..1000, or one number"), "\(run.errors)")
    }

    @Test func tracesAsText() throws {
        let run = try trial("--seeds", "1..3", "--traces")
        #expect(run.code == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.wholeMatch(of: /seed \d: \d+ facts, trace [0-9a-f]+/) != nil }, "\(lines)")
    }

    /// One object a line, with what the text says.
    @Test func tracesAsJSONLines() throws {
        let run = try trial("--seeds", "1..3", "--traces", "--json")
        #expect(run.code == 0)
        let objects = try run.output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(objects.allSatisfy { $0.keys.sorted() == ["facts", "seed", "trace"] })
        let lines = objects.map { object in
            "seed \(object["seed"] ?? ""): \(object["facts"] ?? "") facts, trace \(object["trace"] ?? "")"
        }
        #expect(try trial("--seeds", "1..3", "--traces").output == lines.joined(separator: "\n") + "\n")
    }
}
