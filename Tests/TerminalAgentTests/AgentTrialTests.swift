import AgentTrial
import TerminalTesting
import Testing

/// A small trial of real agents on the real gateway, with signed releases: each misdeed once. `AgentProbe` runs large ones by hand.
@Suite(.timeLimit(.minutes(10)))
struct AgentTrialTests {
    private func trial(threshold: Int) throws -> AgentTrial {
        var trial = AgentTrial(program: try BuiltProduct.path(of: "muster"))
        (trial.devices, trial.misdeedPercent, trial.measuresIdle) = (18, 50, false)
        trial.threshold = threshold
        return trial
    }

    /// What the journal counts is what lies in the slots.
    @Test func whatCountsIsWhatIsThere() throws {
        let outcome = try trial(threshold: 20).run()
        #expect(outcome.faults == [], "\(outcome.lines)")
        #expect(outcome.status == .completed, "\(outcome.lines)")
        #expect(outcome.kills > 0 && outcome.cuts > 0, "\(outcome.lines)")
        #expect(outcome.devices.allSatisfy { $0.hasVerified || !$0.counts }, "\(outcome.lines)")
    }

    /// A gate that nothing can pass sends all back, and those are on the old release again.
    @Test func whatGoesBackIsBack() throws {
        let outcome = try trial(threshold: 100).run()
        #expect(outcome.faults == [], "\(outcome.lines)")
        #expect(outcome.status == .rolledBack, "\(outcome.lines)")
        #expect(outcome.devices.allSatisfy { $0.hasVerified || $0.countsAsReturned == nil }, "\(outcome.lines)")
    }
}
