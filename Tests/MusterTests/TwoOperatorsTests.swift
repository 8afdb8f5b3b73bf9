import FleetCore
import Foundation
import TerminalTesting
import Testing

/// Two people at one fleet: the real program on two pseudo-terminals.
@Suite(.timeLimit(.minutes(10)))
struct TwoOperatorsTests {
    private let update = "major-3.0.0"

    private func console(_ scratch: ScratchFleet, _ name: String, speed: Int? = nil) throws -> ConsoleRun {
        let console = try ConsoleRun(
            scratch, speed: speed, options: ["--operator-name", name], columns: 140, rows: 40)
        try console.waitUntilOpen()
        return console
    }

    /// The later one is refused and shown why, sees what is so now, and decides again.
    @Test func theLaterOfTwoIsRefusedAndShownWhy() throws {
        let scratch = try ScratchFleet()
        let kim = try console(scratch, "kim", speed: 60)
        try kim.start(update)
        try kim.wait(for: update, "RUNNING")
        let ada = try console(scratch, "ada")
        try ada.focus(update)
        ada.type("c")
        try ada.wait(for: "Type \(update): [")
        // While ada reads what a cancel would do, kim pauses the update.
        kim.type("p")
        try kim.wait(for: "PAUSED by kim")
        try ada.confirm(update, unlocks: "cancel the update")
        try ada.wait(for: "refused: kim (\(OwnUser.name)) gave `pause` for \(update)", "PAUSED by kim")
        ada.type("c")
        try ada.confirm(update, unlocks: "cancel the update")
        try ada.wait(for: "cancel \(update): accepted")
        #expect(try ada.quit() == .exited(0))
        #expect(try kim.quit() == .exited(0))
        let audit = try Audit(scratch)
        #expect(audit.operatorCommands.map(\.verb) == ["start", "pause", "cancel"])
        #expect(audit.operatorCommands.allSatisfy { $0.origin.basis != nil && $0.origin.user == OwnUser.name })
    }

    /// Two names of one user are one person, who may hold what waits, and not approve it.
    @Test func oneUserIsOnePerson() throws {
        let scratch = try ScratchFleet()
        let settings = try scratch.text("fleet.yaml") + "\nfour-eyes: {update-over: 2}\n"
        try scratch.write("fleet.yaml", Array(settings.utf8))
        let kim = try console(scratch, "kim", speed: 60)
        try kim.focus(update)
        kim.type("s")
        try kim.wait(for: "a second person must approve it before it begins")
        try kim.confirm(update, unlocks: "start")
        try kim.wait(for: "AWAITING APPROVAL", "a second person must approve")
        let ada = try console(scratch, "ada")
        try ada.focus(update)
        ada.type("A")
        try ada.wait(for: "you asked for the start: another person must approve it")
        let approved = try MusterRun(["update", "approve", scratch.fleet, update, "--yes"], scratch)
        #expect(approved.code != 0 && approved.errors.contains("asked for the start of \(update)"), "\(approved)")
        ada.type("p")
        try ada.wait(for: "PAUSED by ada")
        try kim.wait(for: "PAUSED by ada")
        #expect(try ada.quit() == .exited(0))
        #expect(try kim.quit() == .exited(0))
    }
}
