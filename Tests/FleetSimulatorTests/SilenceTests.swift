import FleetCore
import FleetEngine
import FleetSimulator
import Testing

/// What the engine makes of contacts and of their absence.
@Suite struct SilenceTests {
    @Test func aDeviceThatIsBackAtTheVeryStartIsHeard() throws {
        var devices = SmallFleet.devices(2)
        devices[0].status = .offline
        let update = try SmallFleet.update(.immediate(offline: .queue))
        let trial = try Trial(
            SmallFleet.script(devices, update) {
                $0.profile.returns = [SimulatedReturn(device: "t-01", after: .zero)]
            })
        #expect(try trial.device("t-01").startedAt == SmallFleet.start)
    }

    @Test func aReportOfAnUnknownDeviceDoesNoHarm() throws {
        let update = try SmallFleet.update(.immediate(offline: .queue))
        var run = try HeadlessRun(SmallFleet.script(SmallFleet.devices(2), update))
        let facts = run.driver.loop.state.revision
        let report = Report(device: DeviceIndex(7), body: .contacted(firmware: SmallFleet.new))
        run.driver.step(at: SmallFleet.start, [.report(report)])
        #expect(run.driver.loop.state.revision == facts)
        #expect(run.driver.loop.health == .running)
    }
}
