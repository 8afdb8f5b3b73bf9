import Foundation
import Testing

/// `muster serve`: what it says before it starts, and of what is new in the files since.
@Suite(.timeLimit(.minutes(10)))
struct ServeCommandTests {
    let scratch: ScratchFleet

    init() throws { scratch = try ScratchFleet() }

    @Test func anUpdateThatIsNotThereIsNotStarted() throws {
        let run = try MusterRun(["serve", scratch.fleet, "--listen", "127.0.0.1:0", "--start", "nosuch"], scratch)
        #expect(run.code == 2 && run.output == "")
        #expect(run.errors.hasPrefix("muster: there is no update nosuch; the updates are "), "\(run.errors)")
        #expect(run.errors.contains("critical-patch-2.4.1"))
        #expect(!FileManager.default.fileExists(atPath: scratch.state))
    }

    @Test func whatWasAddedSinceTheStartIsNoWrongID() throws {
        let serve = try ServeRun(scratch)
        let patch = try scratch.text("updates/critical-patch-2.4.1.yaml")
        try scratch.write("updates/now.yaml", Array(patch.replacing("id: critical-patch-2.4.1", with: "id: now").utf8))
        let run = try MusterRun(["update", "start", scratch.fleet, "now"], scratch)
        #expect(run.code == 2)
        #expect(
            run.errors == """
                muster: the engine that runs does not know now yet: it is in the files since that started; start the \
                engine again, so that it takes the files over

                """)
        #expect(serve.stop() == 0)
        #expect(try MusterRun(["update", "start", scratch.fleet, "now"], scratch).code == 0)
    }

    /// An engine would not take it over, and nothing else that came with it.
    @Test func aReleaseThatIsNotTheJournalsIsNotGood() throws {
        #expect(try ServeRun(scratch).stop() == 0)
        #expect(try MusterRun(["check", scratch.fleet], scratch).output.contains("is good"))
        let file = "releases/2.4.1/release.yaml"
        try scratch.edit(
            file, "2798\n    sha256: \"f48337f506b3c81fd0f70210a91a1a070de4cc037a20d6f8d25531bb50c9355b\"",
            "283\n    sha256: \"41edf7f81ff6e2761f0179131cfb9660904855d0f9464309e33163748d71e999\"")
        try scratch.write("releases/2.4.1/pos-app.bin", Array(scratch.text("releases/2.4.1/terminal.conf").utf8))
        let run = try MusterRun(["check", scratch.fleet], scratch)
        #expect(run.code == 2 && !run.output.contains("is good"))
        #expect(
            run.output.contains("releases: release 2.4.1 is known to the fleet's journal with other artifacts"),
            "\(run.output)")
        #expect(try MusterRun(["check", scratch.fleet, "--json"], scratch).object()["usable"] as? Bool == false)
    }

    @Test func nobodyCalledInSoThatACancelEndsAtOnce() throws {
        let serve = try ServeRun(scratch, ["--start", "critical-patch-2.4.1"])
        #expect(try MusterRun(["update", "cancel", scratch.fleet, "critical-patch-2.4.1"], scratch).code == 0)
        let update = try MusterRun(["updates", scratch.fleet, "--json"], scratch).list()
            .first { $0["id"] as? String == "critical-patch-2.4.1" }
        #expect(update?["status"] as? String == "cancelled")
        #expect(serve.stop() == 0)
    }

    /// A full disk stops a token from being kept; what there was before stays, and nothing else.
    @Test func aTokenThatCannotBeWrittenLeavesNothing() throws {
        #expect(try MusterRun(["device", "token", scratch.fleet, "pos-nyc-001"], scratch).code == 0)
        let before = try Data(contentsOf: URL(filePath: "\(scratch.state)/credentials"))
        let run = try MusterRun(["device", "token", scratch.fleet, "pos-nyc-002"], scratch, mostFileBlocks: 0)
        #expect(run.code == 1, "\(run.errors)")
        #expect(try Data(contentsOf: URL(filePath: "\(scratch.state)/credentials")) == before)
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.state)/credentials.new"))
    }
}
