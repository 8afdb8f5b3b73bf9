import Foundation
import TerminalTesting
import Testing

/// Keys that must never act.
@Suite(.timeLimit(.minutes(10)))
struct ConsoleSafetyTests {
    let update = "major-3.0.0"

    /// Two kilobytes of keys of which many would be commands if they were typed, with the id and Enter among them.
    var paste: String {
        let text = String(repeating: "pBcsARr\(update)\ry\u{3}\u{4}q:pause\r", count: 64)
        return "\u{1B}[200~\(text)\u{1B}[201~"
    }

    @Test func controlKeysGiveNoCommand() throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        try console.start(update)
        let keys = ["\u{3}", "\u{4}", "\u{15}", "\u{2}", "\u{1C}", "\u{1}", "\u{13}", "\u{11}"]
        for key in keys { try console.typeInert(key) }
        console.type("\u{3}")
        try console.wait(for: "press q to quit", "RUNNING")
        #expect(try console.quit() == .exited(0))
        #expect(try Audit(console.scratch).operatorCommands.map(\.verb) == ["start"])
    }

    @Test(arguments: ["B", "c"]) func enterAloneConfirmsNothing(key: String) throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        try console.start(update)
        console.type("p")
        try console.wait(for: "PAUSED by \(OwnUser.name)")
        console.type(key)
        try console.wait(for: "Type \(update): [")
        try console.wait(without: "the engine is counting")
        console.type("\r\r\r")
        try console.wait(for: "that is not the id: nothing was sent")
        // What comes in one piece was pasted, whether the terminal says so or not, and be it the id itself.
        for paste in [update, "\(update)\r"] {
            console.type(paste)
            try console.wait(for: "pasted text is refused here", "locked")
            console.type("\r")
            try console.wait(for: "that is not the id: nothing was sent")
        }
        try console.wait(for: "locked")
        try console.typeByHand("major-3.0.1")
        console.type("\r")
        try console.wait(for: "that is not the id: nothing was sent")
        console.type("\u{1B}")
        try console.wait(for: "nothing was changed", "PAUSED by \(OwnUser.name)")
        #expect(try console.quit() == .exited(0))
        #expect(try Audit(console.scratch).operatorCommands.map(\.verb) == ["start", "pause"])
    }

    @Test(arguments: ["\r\r\r", "\u{4}\u{15}   ", "Y"]) func onlyYResumes(keys: String) throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        try console.start(update)
        console.type("p")
        try console.wait(for: "PAUSED by \(OwnUser.name)")
        console.type("R")
        try console.wait(for: "RESUME \(update)")
        console.type(keys)
        console.type("\u{1B}")
        try console.wait(for: "nothing was changed", "PAUSED by \(OwnUser.name)")
        #expect(try console.quit() == .exited(0))
        #expect(try Audit(console.scratch).operatorCommands.map(\.verb) == ["start", "pause"])
    }

    @Test func pastedTextIsNotTakenForKeys() throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        try console.start(update)
        console.type(paste)
        try console.wait(for: "pasted text is not taken as keys", "RUNNING")
        #expect(try console.quit() == .exited(0))
        #expect(try Audit(console.scratch).operatorCommands.map(\.verb) == ["start"])
    }

    @Test(arguments: ["B", "c"]) func pastedTextConfirmsNothing(key: String) throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        try console.start(update)
        console.type("p")
        try console.wait(for: "PAUSED by \(OwnUser.name)")
        console.type(key)
        try console.wait(for: "Type \(update): [")
        try console.wait(without: "the engine is counting")
        console.type("\u{1B}[200~\(update)\r\u{1B}[201~")
        try console.wait(for: "pasted text is refused here: type the id")
        console.type(paste)
        console.type("\u{1B}")
        try console.wait(for: "nothing was changed", "PAUSED by \(OwnUser.name)")
        #expect(try console.quit() == .exited(0))
        #expect(try Audit(console.scratch).operatorCommands.map(\.verb) == ["start", "pause"])
    }

    @Test func pastedCommandsAreNotRun() throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        try console.start(update)
        console.type(":")
        try console.wait(for: "<enter>run")
        console.type("\u{1B}[200~pause \(update)\r\u{1B}[201~")
        try console.wait(for: "pause \(update)", "<enter>run")
        console.type("\u{1B}")
        try console.wait(without: "<enter>run")
        #expect(try console.quit() == .exited(0))
        #expect(try Audit(console.scratch).operatorCommands.map(\.verb) == ["start"])
    }

    @Test func whatIsTypedIntoADialogIsBoundToTheUpdateItOpenedFor() throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        try console.start(update)
        console.type("p")
        try console.wait(for: "PAUSED by \(OwnUser.name)")
        console.type("c")
        try console.wait(for: "Type \(update): [")
        try console.typeByHand("critical-patch-2.4.1")
        console.type("\r")
        try console.wait(for: "that is not the id")
        console.type("\u{1B}")
        try console.wait(for: "nothing was changed")
        #expect(try console.quit() == .exited(0))
        #expect(try Audit(console.scratch).operatorCommands.map(\.verb) == ["start", "pause"])
    }
}
