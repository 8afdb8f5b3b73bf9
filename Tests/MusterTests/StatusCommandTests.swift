import Foundation
import Testing

/// `muster status`, with an engine and without.
@Suite(.timeLimit(.minutes(10)))
struct StatusCommandTests {
    let scratch: ScratchFleet

    init() throws { scratch = try ScratchFleet() }

    @Test func withoutAnEngine() throws {
        let run = try MusterRun(["status", scratch.fleet, "--json"], scratch)
        #expect(run.code == 0, "\(run.errors)")
        let status = try run.object()
        let engine = try #require(status["engine"] as? [String: Any])
        #expect(engine["is_running"] as? Bool == false && engine["process"] is NSNull)
        #expect((status["devices"] as? [String: Int])?["total"] == 10)
        #expect((status["updates"] as? [Any])?.isEmpty == true)
        let text = try MusterRun(["status", scratch.fleet], scratch)
        #expect(text.code == 0 && text.output.contains("engine: none runs"))
        #expect(text.output.contains("10 devices: 6 online, 3 offline, 1 unknown"))
        #expect(try MusterRun(["status", "\(scratch.root)/nothing"], scratch).code == 2)
    }

    /// What is under way needs an engine: without one that is a trouble, with one it is not.
    @Test func withAnEngineAndAfterIt() throws {
        let serve = try ServeRun(scratch, ["--start", "offline-2.4.0"])
        let run = try MusterRun(["status", scratch.fleet, "--json"], scratch)
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        let status = try run.object()
        let engine = try #require(status["engine"] as? [String: Any])
        #expect(engine["is_running"] as? Bool == true && (engine["process"] as? Int).map { $0 > 1 } == true)
        #expect(engine["user"] as? String == OwnUser.name)
        #expect(engine["addresses"] as? [String] == ["http://127.0.0.1:\(serve.port)"])
        let update = try #require((status["updates"] as? [[String: Any]])?.first)
        let counts = try #require(update["counts"] as? [String: Int])
        #expect(update["id"] as? String == "offline-2.4.0" && counts["waiting"] == 4)
        let text = try MusterRun(["status", scratch.fleet], scratch)
        #expect(text.output.contains("engine: runs by \(OwnUser.name), process"), "\(text.output)")
        let rows = text.output.split(separator: "\n")
        let header = try #require(rows.first { $0.hasPrefix("update ") })
        let column = try #require(header.range(of: "skipped"))
        let end = header.distance(from: header.startIndex, to: column.upperBound)
        let row = try #require(rows.first { $0.hasPrefix("offline-2.4.0 ") })
        #expect(row.prefix(end).split(separator: " ").last.map { "\($0)" } == counts["skipped"].map { "\($0)" })
        #expect(serve.stop() == 0)
        let after = try MusterRun(["status", scratch.fleet], scratch)
        #expect(after.code == 1)
        #expect(after.output.contains("needs a person: no engine runs, and updates are under way"), "\(after.output)")
    }

    @Test func whoIsOutOfServiceForGoodIsNamedInTheSum() throws {
        let out = try MusterRun(["device", "decommission", scratch.fleet, "pos-nyc-001"], scratch)
        #expect(out.code == 0, "\(out.errors)")
        let text = try MusterRun(["status", scratch.fleet], scratch).output
        #expect(text.contains("10 devices: 5 online, 3 offline, 1 unknown; 1 decommissioned\n"), "\(text)")
        let status = try MusterRun(["status", scratch.fleet, "--json"], scratch).object()
        #expect((status["devices"] as? [String: Int])?["decommissioned"] == 1)
    }

    /// Nobody has to call in for it to be known.
    @Test func tokensThatWereDamagedAreAnErrorThere() throws {
        #expect(try MusterRun(["device", "token", scratch.fleet], scratch).code == 0)
        let path = URL(filePath: "\(scratch.state)/credentials")
        let whole = try Data(contentsOf: path)
        let serve = try ServeRun(scratch)
        #expect(try MusterRun(["status", scratch.fleet], scratch).code == 0)
        try whole.prefix(30).write(to: path, options: .atomic)
        let reason = try serve.waitForLine { line in
            line["message"] == "tokens of devices cannot be read" && line["level"] == "error" ? line["reason"] : nil
        }
        #expect(reason.contains("credentials:1: "), "\(reason)")
        let run = try MusterRun(["status", scratch.fleet], scratch)
        #expect(run.code == 1)
        #expect(run.output.contains("needs a person: tokens of devices cannot be read"), "\(run.output)")
        try whole.write(to: path, options: .atomic)
        _ = try serve.waitForLine { $0["message"] == "the tokens of devices can be read again" ? true : nil }
        #expect(try MusterRun(["status", scratch.fleet], scratch).code == 0)
        #expect(serve.stop() == 0)
    }

    @Test func whatAPersonHoldsWaitsForNobodyElse() throws {
        let serve = try ServeRun(scratch, ["--start", "offline-2.4.0"])
        #expect(try MusterRun(["update", "pause", scratch.fleet, "offline-2.4.0"], scratch).code == 0)
        let run = try MusterRun(["status", scratch.fleet], scratch)
        #expect(run.code == 0 && run.output.contains("paused by"), "\(run.output)")
        #expect(serve.stop() == 0)
        #expect(try MusterRun(["status", scratch.fleet], scratch).code == 0)
    }
}
