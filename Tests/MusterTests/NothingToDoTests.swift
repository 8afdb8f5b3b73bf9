import Foundation
import Testing

/// An update that finds every device on its release.
@Suite(.timeLimit(.minutes(10)))
struct NothingToDoTests {
    @Test func itHasEndedAndSaysSo() throws {
        let scratch = try ScratchFleet()
        let update = "major-3.0.0"
        try scratch.edit("updates/\(update).yaml", "release: 3.0.0", "release: 2.3.0")
        try scratch.edit("updates/\(update).yaml", "devices: all", "devices: firmware = 2.3.0")
        let serve = try ServeRun(scratch)
        #expect(try MusterRun(["update", "start", scratch.fleet, update], scratch).code == 0)
        let row = try #require(
            try MusterRun(["updates", scratch.fleet, "--json"], scratch).list().first { $0["id"] as? String == update })
        #expect(row["status"] as? String == "completed" && row["reason"] as? String == "nothing to do", "\(row)")
        let wait = try MusterRun(["update", "wait", scratch.fleet, update, "--until", "phase:canary"], scratch)
        #expect(wait.code == 3 && wait.output == "", "\(wait.output)")
        #expect(try MusterRun(["update", "wait", scratch.fleet, update], scratch).code == 0)
        #expect(serve.stop() == 0)
    }
}
