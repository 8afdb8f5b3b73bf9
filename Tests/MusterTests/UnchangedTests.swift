import Foundation
import TerminalTesting
import Testing

/// What only asks changes nothing: not the fleet's files, not the state, not the working directory, not the checkout.
@Suite(.timeLimit(.minutes(10)))
struct UnchangedTests {
    static let questions = [
        ["check", "FLEET"], ["plan", "FLEET", "major-3.0.0"], ["devices", "FLEET"],
        ["devices", "FLEET", "region = west"],
        ["updates", "FLEET"], ["report", "FLEET"], ["simulate", "FLEET", "critical-patch-2.4.1"],
        ["snapshot", "FLEET", "--screen", "overview"], ["snapshot", "FLEET", "--screen", "queue", "--json"],
        ["release", "list", "FLEET"], ["theme", "check"], ["theme", "list"],
    ]

    @Test(arguments: questions) func withoutState(arguments: [String]) throws {
        let scratch = try ScratchFleet()
        let before = try FileTree(scratch.root)
        let run = try MusterRun(arguments.map { $0 == "FLEET" ? scratch.fleet : $0 }, scratch)
        #expect(run.code == 0, "\(run.errors)")
        #expect(!run.output.isEmpty)
        #expect(try FileTree(scratch.root) == before)
    }

    @Test func withTheStateOfARollout() throws {
        let scratch = try ScratchFleet()
        let console = try ConsoleRun(scratch)
        try console.waitUntilOpen()
        try console.start("major-3.0.0")
        console.type("p")
        try console.wait(for: "PAUSED by \(OwnUser.name)")
        try console.quit()
        let before = try FileTree(scratch.root)
        for arguments in Self.questions {
            let run = try MusterRun(arguments.map { $0 == "FLEET" ? scratch.fleet : $0 }, scratch)
            #expect(run.code == 0, "\(run.errors)")
        }
        let after = try FileTree(scratch.root)
        #expect(after == before, "\(before)\n\nthen\n\n\(after)")
        let updates = try MusterRun(["updates", scratch.fleet, "--json"], scratch).list()
        let major = try #require(updates.first { $0["id"] as? String == "major-3.0.0" })
        #expect(major["status"] as? String == "paused")
    }

    @Test func whileTheEngineRuns() throws {
        let scratch = try ScratchFleet()
        let console = try ConsoleRun(scratch)
        try console.waitUntilOpen()
        try console.start("major-3.0.0")
        for arguments in Self.questions {
            let run = try MusterRun(arguments.map { $0 == "FLEET" ? scratch.fleet : $0 }, scratch)
            #expect(run.code == 0, "\(run.errors)")
        }
        let snapshot = try MusterRun(["snapshot", scratch.fleet], scratch).output
        #expect(snapshot.contains("major-3.0.0") && snapshot.contains("RUNNING"))
        #expect(try console.quit() == .exited(0))
    }

    @Test func theConsoleLeavesTheFleetsFilesAlone() throws {
        let scratch = try ScratchFleet()
        let before = try FileTree(scratch.fleet)
        let console = try ConsoleRun(scratch, speed: 3600)
        try console.waitUntilOpen()
        try console.start("critical-patch-2.4.1")
        try console.wait(for: "COMPLETED")
        #expect(try console.quit() == .exited(0))
        #expect(try FileTree(scratch.fleet) == before)
        #expect(try FileTree("\(scratch.root)/work").paths == [])
        #expect(try FileTree("\(scratch.root)/home").paths == [])
    }
}
