import FleetCore
import FleetSimulator
import Foundation
import Testing

/// Trials are what their seed says, and find nothing. `muster trial` runs a thousand of them.
@Suite struct FaultTrialTests {
    @Test(arguments: UInt64(1)...6)
    func aTrialFindsNothing(_ seed: UInt64) {
        let outcome = FaultTrial(TrialScript(seed: seed, hours: 6)).run()
        #expect(outcome.violation == nil, "muster trial --seeds \(seed) --hours 6")
        #expect(outcome.facts > 0)
    }

    @Test func theSameSeedGivesTheSameTrace() {
        let first = FaultTrial(TrialScript(seed: 77, hours: 4)).run()
        let second = FaultTrial(TrialScript(seed: 77, hours: 4)).run()
        #expect(first.traceHash == second.traceHash)
        #expect(first.faults == second.faults)
        #expect(first.traceHash != FaultTrial(TrialScript(seed: 78, hours: 4)).run().traceHash)
    }

    @Test func onlyWhatIsAskedForGoesWrong() {
        let script = TrialScript(seed: 5, faults: [.crash, .loss], hours: 6)
        let outcome = FaultTrial(script).run()
        for fault in FaultClass.allCases where fault != .crash && fault != .loss {
            #expect(outcome.faults[fault] == 0, "\(fault)")
        }
    }

    @Test func everyMutantCanBeApplied() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appendingPathComponent("Tests/Mutants")
        let patches = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".patch") }
        #expect(patches.count >= 20)
        for patch in patches {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["git", "apply", "--check", "Tests/Mutants/\(patch)"]
            process.currentDirectoryURL = root
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(patch) has to be made anew")
        }
    }
}
