import FleetCore
import FleetEngine
import FleetSimulator
import Testing

/// The six scenarios of the sample fleet, each with the transcript of every device, its end and its reason.
@Suite struct ScenarioTests {
    @Test(arguments: [
        "critical-patch-2.4.1", "maintenance-2.5.0", "major-3.0.0", "offline-2.4.0", "northeast-tax-2.3.2",
        "standardize-2.4.0",
    ])
    func transcript(update: String) throws {
        var run = try HeadlessRun(SampleFleet.script(update))
        try expectGolden(run.run().transcript, update)
    }
}
