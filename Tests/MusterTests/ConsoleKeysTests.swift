import Foundation
import TerminalTesting
import Testing

/// Real keys on the real program, as an operator types them.
@Suite(.timeLimit(.minutes(10)))
struct ConsoleKeysTests {
    let update = "major-3.0.0"

    @Test func anUpdateIsStartedPausedAndResumed() throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        try console.start(update)
        try console.wait(for: "RUNNING")
        console.type("p")
        try console.wait(for: "pause \(update): accepted", "PAUSED by \(OwnUser.name)")
        console.type("R")
        try console.wait(for: "RESUME \(update)", "<y>yes")
        console.type("y")
        try console.wait(for: "resume \(update): accepted", "RUNNING")
        try console.wait(without: "PAUSED")
        #expect(try console.quit() == .exited(0))
        #expect(console.terminal.isTerminalClean)
    }

    @Test func whatIsNotSignedIsNotStarted() throws {
        let scratch = try ScratchFleet(), update = "new-till"
        try Data("a new till".utf8).write(to: URL(filePath: "\(scratch.root)/work/till.bin"))
        for arguments in [
            ["key", "new", scratch.fleet], ["release", "publish", scratch.fleet],
            ["release", "add", scratch.fleet, "4.0.0", "till.bin"],
        ] {
            let run = try MusterRun(arguments, scratch)
            #expect(run.code == 0, "\(run.errors)")
        }
        let yaml =
            "version: 1\nid: \(update)\nrelease: 4.0.0\ndevices: id = pos-nyc-001\nstrategy: immediate\noffline: queue\n"
        try scratch.write("updates/\(update).yaml", Array(yaml.utf8))
        let console = try ConsoleRun(scratch, columns: 200)
        try console.waitUntilOpen()
        try console.focus(update)
        console.type("s")
        try console.confirm(update, unlocks: "start")
        try console.wait(for: "\(update) would bring devices to what is not signed")
        #expect(try console.quit() == .exited(0))
        #expect(try Audit(scratch).count(of: "start") == 0)
    }

    @Test func nHoldsAPausedUpdate() throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        try console.start(update)
        console.type("p")
        try console.wait(for: "PAUSED by \(OwnUser.name)")
        console.type("R")
        try console.wait(for: "<y>")
        console.type("n")
        try console.wait(for: "nothing was changed", "PAUSED by \(OwnUser.name)")
        #expect(try console.quit() == .exited(0))
        #expect(try Audit(console.scratch).count(of: "resume") == 0)
    }

    @Test func aRollbackIsTypedInFull() throws {
        let console = try ConsoleRun(ScratchFleet(), speed: 600)
        try console.waitUntilOpen()
        try console.start(update)
        try console.wait(for: "+1")
        console.type("p")
        try console.wait(for: "PAUSED by \(OwnUser.name)")
        console.type("B")
        try console.wait(for: "ROLL BACK \(update)")
        try console.confirm(update, unlocks: "roll back")
        try console.wait(for: "roll back \(update): accepted")
        try console.wait(for: "ROLLING BACK")
        try console.wait(for: "ROLLED BACK")
        #expect(try console.quit() == .exited(0))
        #expect(try Audit(console.scratch).count(of: "roll back") == 1)
    }

    @Test func escLeavesARollbackThatIsTypedAlready() throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        try console.start(update)
        console.type("p")
        try console.wait(for: "PAUSED by \(OwnUser.name)")
        console.type("B")
        try console.wait(for: "Type \(update): [")
        try console.typeByHand(update)
        try console.wait(for: "enter: roll back")
        console.type("\u{1B}")
        try console.wait(for: "nothing was changed", "PAUSED by \(OwnUser.name)")
        try console.wait(without: "ROLL BACK")
        #expect(try console.quit() == .exited(0))
        #expect(try Audit(console.scratch).count(of: "roll back") == 0)
    }

    @Test func aFilterConfinesTheDevices() throws {
        let console = try ConsoleRun(ScratchFleet(), columns: 120, rows: 40)
        try console.waitUntilOpen()
        try console.wait(for: "pos-boston-001", "10 devices")
        console.type("/")
        try console.wait(for: "<enter>apply")
        console.type("region = northeast")
        try console.wait(for: "region = northeast")
        console.type("\r")
        try console.wait(for: "3 devices", "pos-boston-001", "pos-nyc-001", "pos-nyc-002")
        try console.wait(without: "pos-austin-001")
        console.type("/")
        try console.wait(for: "<enter>apply")
        console.type("\u{15}regoin = west\r")
        try console.wait(for: "did you mean region")
        console.type("\u{15}austin\r")
        try console.wait(for: "1 device", "pos-austin-001")
        #expect(try console.quit() == .exited(0))
    }

    @Test func everyScreenOpensAndClosesAgain() throws {
        let console = try ConsoleRun(ScratchFleet(), columns: 120, rows: 40)
        try console.waitUntilOpen()
        try console.start(update)
        for (key, shown) in [
            ("d", "> \(update)"), ("w", "> Queue"), ("u", "> Updates"), ("L", "> Events"), ("?", "> Help"),
        ] {
            console.type(key)
            try console.wait(for: shown)
            console.type("\u{1B}")
            try console.wait(without: shown)
        }
        try console.command("device pos-austin-001")
        try console.wait(for: "southwest > pos-austin-001", "Timeline")
        console.type("\u{1B}")
        try console.wait(for: "sample-fleet  \(update)")
        #expect(try console.quit() == .exited(0))
    }

    @Test func frozenAndPausedDoNotLookAlike() throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        try console.start(update)
        console.type("Z")
        try console.wait(for: "FROZEN", "RUNNING")
        console.type("Z")
        try console.wait(without: "FROZEN")
        console.type("p")
        try console.wait(for: "PAUSED by \(OwnUser.name)")
        try console.wait(without: "FROZEN")
        #expect(try console.quit() == .exited(0))
    }

    /// It looks on at what another process does, sees it live, and says so when that ends.
    @Test func aReadOnlyConsoleFollowsAndGivesNoCommand() throws {
        let scratch = try ScratchFleet()
        let engine = try ConsoleRun(scratch)
        try engine.waitUntilOpen()
        let console = try ConsoleRun(scratch, speed: nil, options: ["--read-only"])
        try console.waitUntilOpen()
        try console.wait(for: "\(OwnUser.name) RO", "DEMO 60x", "LIVE")
        try engine.start(update)
        try console.wait(for: update, "RUNNING")
        try console.focus(update)
        for key in ["p", "R", "B", "c", "A", "r", "s"] {
            console.type(key)
            try console.wait(for: "this console is read-only")
            try console.typeInert("")
        }
        #expect(try engine.quit() == .exited(0))
        try console.wait(for: "STOPPED", "the engine has ended")
        #expect(try console.quit() == .exited(0))
        let audit = try Audit(scratch)
        #expect(audit.operatorCommands.map(\.verb) == ["start"])
        // What is read of simulated terminals is of their time, not of the reader's.
        let report = try MusterRun(["report", scratch.fleet, "--json"], scratch).object()
        #expect(report["as_of"] as? String == audit.facts.last?.at.iso)
    }
}
