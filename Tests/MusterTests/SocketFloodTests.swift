import Foundation
import Testing

/// A user of the machine who may only look, and floods the engine's socket with connections.
@Suite(
    .enabled(if: OtherUser.obstacle == nil, "\(OtherUser.obstacle ?? "other users can run the program")"),
    .timeLimit(.minutes(10)))
struct SocketFloodTests {
    private static let update = "major-3.0.0"

    /// Everybody else's commands are carried out, and so is the user's own, later.
    @Test func othersAreServed() throws {
        let scratch = try ScratchFleet(), state = "\(scratch.root)/shared"
        let access = "\naccess:\n  users: {daemon: operator, bin: viewer, games: viewer}\n"
        try scratch.write("fleet.yaml", Array((try scratch.text("fleet.yaml") + access).utf8))
        let engine = try ServeRun(scratch, ["--state", state])
        #expect(
            try MusterRun(["update", "start", "x", Self.update, "--state", state], scratch, as: .daemon).code == 0)
        let flood = try SocketFlood("\(state)/engine.sock", by: .bin)
        // Only one who is turned away again and again is a flood.
        let deadline = ContinuousClock.now + .seconds(60)
        while flood.turnedAway < 1000, ContinuousClock.now < deadline { usleep(1000) }
        #expect(flood.turnedAway >= 1000)
        let own = try BackgroundRun(["status", "x", "--state", state], scratch, as: .bin)
        for step in 0..<10 {
            let words = ["update", step % 2 == 0 ? "pause" : "resume", "x", Self.update, "--state", state]
            let run = try MusterRun(words, scratch, as: .daemon)
            #expect(run.code == 0, "\(run.errors)")
            let look = try MusterRun(["status", "x", "--state", state], scratch, as: .games)
            #expect(look.code == 0, "\(look.errors)")
        }
        let owner = try MusterRun(["status", scratch.fleet, "--state", state], scratch)
        #expect(owner.code == 0, "\(owner.errors)")
        flood.stop()
        #expect(own.waitForExit() == 0, "\(own.errors)")
        #expect(own.output.contains("engine: runs by"))
        #expect(engine.stop() == 0)
    }
}
