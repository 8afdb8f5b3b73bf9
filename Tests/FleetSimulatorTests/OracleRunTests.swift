import FleetCore
import FleetEngine
import FleetSimulator
import Testing

/// Runs in which nothing is wrong, and in which the oracle finds nothing.
@Suite struct OracleRunTests {
    private static let scenarios = [
        "critical-patch-2.4.1", "maintenance-2.5.0", "major-3.0.0", "offline-2.4.0", "northeast-tax-2.3.2",
        "standardize-2.4.0",
    ]

    @Test(arguments: scenarios) func sampleFleetIsSound(update: String) throws {
        let run = try ObservedRun(SampleFleet.script(update))
        try run.run(until: .hours(60))
        expectNothing(run.oracle)
    }

    @Test(arguments: scenarios) func sampleFleetIsSoundWithRestarts(update: String) throws {
        let run = try ObservedRun(SampleFleet.script(update))
        try run.run(until: .hours(60), restartEvery: 7)
        expectNothing(run.oracle)
    }

    @Test func aChainIsSound() throws {
        let run = try ObservedRun(SampleFleet.chain(60))
        try run.run(until: .hours(100))
        expectNothing(run.oracle)
    }

    private func expectNothing(_ oracle: Oracle) {
        #expect(oracle.violations.prefix(5) == [])
    }
}
