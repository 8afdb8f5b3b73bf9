import FleetCore
import FleetEngine
import FleetSimulator
import Testing

@Suite struct GateTests {
    /// The other terminal of its store never returns, so that the floor holds this one for good: the gate goes on
    /// without it, as it does without an offline one.
    @Test func gateDoesNotWaitForTheFloor() throws {
        var devices = SmallFleet.devices(9)
        devices.append(SmallFleet.device("t-10", site: "pair"))
        devices.append(SmallFleet.device("t-11", site: "pair", status: .offline))
        let update = try SmallFleet.update(
            .progressive(phases: [SmallFleet.phase(100)], onFailure: .rollBack), devices: "id != t-11")
        let trial = try Trial(SmallFleet.script(devices, update))
        let phase = try #require(try trial.update().phases.first)
        #expect(phase.decidedAt == after(SmallFleet.whole))
        #expect(phase.verdict == .passed)
        #expect(trial.outcome.ending == .held)
        #expect(try trial.device("t-10").waits == .floor(site: "pair", working: 1))
    }
}
