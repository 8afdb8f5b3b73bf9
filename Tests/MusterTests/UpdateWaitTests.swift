import Foundation
import TerminalTesting
import Testing

/// `muster update wait` beside an engine, and without one.
@Suite(.timeLimit(.minutes(10)))
struct UpdateWaitTests {
    private func wait(_ scratch: ScratchFleet, _ update: String, _ options: String...) throws -> MusterRun {
        try MusterRun(["update", "wait", scratch.fleet, update] + options, scratch)
    }

    @Test func itReturnsAtAPhaseAndAtTheEnd() throws {
        let scratch = try ScratchFleet()
        let console = try ConsoleRun(scratch, speed: 20_000)
        try console.waitUntilOpen()
        #expect(try wait(scratch, "major-3.0.0").code == 2)
        try console.start("major-3.0.0")
        let phase = try wait(scratch, "major-3.0.0", "--until", "phase:canary", "--timeout", "60s")
        #expect(phase.code == 0, "\(phase.errors)")
        #expect(phase.output == "major-3.0.0: phase:canary has passed\n")
        #expect(try wait(scratch, "major-3.0.0", "--until", "phase:1").code == 0)
        #expect(try wait(scratch, "major-3.0.0", "--until", "phase:9").code == 2)
        // Without any time there is one look, and nothing that doubts the engine.
        let look = try wait(scratch, "major-3.0.0", "--timeout", "0s")
        #expect(look.code == 1, "\(look.errors)")
        #expect(look.errors.hasSuffix("major-3.0.0 is not there yet: the time is up\n"), "\(look.errors)")
        #expect(!look.errors.contains("holds the fleet"))
        #expect(try wait(scratch, "major-3.0.0", "--until", "phase:1", "--timeout", "0s").code == 0)
        // The terminal that was never seen keeps it open: time is what ends the wait.
        let late = try wait(scratch, "major-3.0.0", "--timeout", "1s")
        #expect(late.code == 1 && late.errors.contains("the time is up"))
        #expect(try wait(scratch, "nosuch").code == 2)
        #expect(try MusterRun(["update", "cancel", scratch.fleet, "major-3.0.0"], scratch).code == 0)
        #expect(try wait(scratch, "major-3.0.0", "--timeout", "60s").code == 3)
        #expect(try console.quit() == .exited(0))
    }

    /// A gate that has passed is not the whole of a phase that a person must approve; and what was passed by an update
    /// that is sent back leads nowhere.
    @Test func aPhaseIsNotPassedWithoutItsApproval() throws {
        let scratch = try ScratchFleet()
        try scratch.edit(
            "updates/major-3.0.0.yaml", "gate: {success: 95%}", "gate: {success: 95%, approval: required}")
        let console = try ConsoleRun(scratch, speed: 20_000)
        try console.waitUntilOpen()
        try console.start("major-3.0.0")
        try console.wait(for: "AWAITS APPROVAL")
        let held = try wait(scratch, "major-3.0.0", "--until", "phase:canary", "--timeout", "1s")
        #expect(held.code == 1 && held.errors.contains("the time is up"), "\(held.output)\(held.errors)")
        let approval = try MusterRun(["update", "approve", scratch.fleet, "major-3.0.0"], scratch)
        #expect(approval.output == "approve major-3.0.0: approved phase canary\n", "\(approval.errors)")
        let passed = try wait(scratch, "major-3.0.0", "--until", "phase:canary", "--timeout", "60s")
        #expect(passed.code == 0, "\(passed.errors)")
        #expect(try MusterRun(["update", "rollback", scratch.fleet, "major-3.0.0", "--yes"], scratch).code == 0)
        #expect(try wait(scratch, "major-3.0.0", "--until", "phase:canary", "--timeout", "60s").code == 3)
        #expect(try console.quit() == .exited(0))
    }

    @Test func withoutAnEngineTheJournalAnswers() throws {
        let scratch = try ScratchFleet()
        #expect(try wait(scratch, "major-3.0.0").code == 2)
        #expect(try MusterRun(["update", "start", scratch.fleet, "major-3.0.0"], scratch).code == 0)
        let run = try wait(scratch, "major-3.0.0")
        #expect(run.code == 1 && run.errors.contains("no engine runs"))
        #expect(try wait(scratch, "major-3.0.0", "--until", "sometime").code == 2)
        #expect(try wait(scratch, "major-3.0.0", "--timeout", "soon").code == 2)
    }
}
