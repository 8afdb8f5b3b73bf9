import FleetCore
import FleetEngine
import FleetSimulator
import Testing

/// The state during and after each scenario of the sample fleet comes back from its bytes.
@Suite struct StateCodingScenarioTests {
    @Test(arguments: [
        "critical-patch-2.4.1", "maintenance-2.5.0", "major-3.0.0", "offline-2.4.0", "northeast-tax-2.3.2",
        "standardize-2.4.0",
    ])
    func stateAfterAScenario(update: String) throws {
        var run = try HeadlessRun(SampleFleet.script(update))
        for instant in 0..<300 {
            guard run.ending == nil, let next = run.nextInstant else { break }
            run.step(at: next)
            if instant % 10 == 0 { try expectTheSame(run.driver.loop.state) }
        }
        _ = run.run()
        try expectTheSame(run.driver.loop.state)
    }

    private func expectTheSame(_ state: FleetState) throws {
        #expect(try StateCoder.decode(StateCoder.encode(state)) == state)
    }
}
