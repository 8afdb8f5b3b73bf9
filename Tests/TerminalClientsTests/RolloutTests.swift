import FleetCore
import RolloutTrial
import Testing

/// What counts is what is so: over real sockets, with terminals that are cut, vanish and lie.
@Suite(.serialized) struct RolloutTests {
    @Test(.timeLimit(.minutes(10)))
    func everyDeviceThatCountsHasTheRightBytes() async throws {
        let outcome = try await RolloutTrial().run()
        expectTruth(outcome)
        #expect(outcome.status == .completed)
        #expect(outcome.honestUncounted == [])
        #expect(outcome.cuts > 0)
        #expect(outcome.tally.succeeded >= 450)
    }

    @Test(.timeLimit(.minutes(10)))
    func aGateThatFailsSendsEveryChangedDeviceBackToItsOldBytes() async throws {
        var trial = RolloutTrial()
        trial.threshold = 9900
        let outcome = try await trial.run()
        expectTruth(outcome)
        #expect(outcome.status == .rolledBack)
        #expect(outcome.devices.allSatisfy { !$0.countsAsReturned || $0.hasOldBytes })
        #expect((outcome.rollbackTally?.succeeded ?? 0) > 0)
    }

    private func expectTruth(_ outcome: RolloutOutcome) {
        #expect(outcome.wronglyCounted == [])
        let lying = outcome.devices.filter { $0.misdeed?.canSucceed == false && $0.counts }
        #expect(lying == [])
    }
}
