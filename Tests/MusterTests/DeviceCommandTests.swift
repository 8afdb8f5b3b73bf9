import Foundation
import TerminalTesting
import Testing

/// `muster device`: with an engine that runs, and with none.
@Suite(.timeLimit(.minutes(10)))
struct DeviceCommandTests {
    let scratch: ScratchFleet

    init() throws { scratch = try ScratchFleet() }

    private func device(_ step: String, _ arguments: String...) throws -> MusterRun {
        try MusterRun(["device", step, scratch.fleet] + arguments, scratch)
    }

    private func lifecycle(_ id: String) throws -> String? {
        try MusterRun(["device", "list", scratch.fleet, "--json"], scratch).list()
            .first { $0["id"] as? String == id }?["lifecycle"] as? String
    }

    private var credentials: String { "\(scratch.state)/credentials" }

    // MARK: - Decommissioning

    @Test func aDeviceIsTakenOutOfService() throws {
        let run = try device("decommission", "pos-nyc-001", "--reason", "sold")
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output == "decommission pos-nyc-001: accepted\n")
        #expect(try lifecycle("pos-nyc-001") == "decommissioned")
        #expect(try lifecycle("pos-nyc-002") == "active")
        let command = try #require(try Audit(scratch).accepted.last)
        #expect(command.verb == "decommission")
        #expect(command.origin.source == "command line")
        #expect(command.origin.reason == "sold")
        #expect(command.origin.operatorName == OwnUser.name)
        let again = try device("decommission", "pos-nyc-001")
        #expect(again.code == 2)
        #expect(again.errors == "muster: pos-nyc-001 is decommissioned; there is nothing left to do\n")
    }

    /// An acceptance takes back what an operator decided, and says so; what the files say comes back with the next start.
    @Test(arguments: [true, false]) func aDeviceIsTakenBack(whileAnEngineRuns: Bool) throws {
        let serve = whileAnEngineRuns ? try ServeRun(scratch) : nil
        #expect(try device("decommission", "pos-nyc-001").code == 0)
        let run = try device("accept", "pos-nyc-001")
        #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(run.output == "accept pos-nyc-001: accepted; it was decommissioned, and is in service again\n")
        #expect(serve?.stop() ?? 0 == 0)
        try scratch.edit(
            "devices.json", "\"id\": \"pos-nyc-002\",",
            "\"id\": \"pos-nyc-002\", \"lifecycle\": \"decommissioned\",")
        let again = whileAnEngineRuns ? try ServeRun(scratch) : nil
        let filed = try device("accept", "pos-nyc-002")
        #expect(filed.code == 0 && filed.output.contains("it was decommissioned"), "\(filed.output)")
        #expect(filed.errors.contains("the next start of the engine takes it out of service again"), "\(filed.errors)")
        #expect(again?.stop() ?? 0 == 0)
        #expect(try ServeRun(scratch).stop() == 0)
        #expect(try lifecycle("pos-nyc-001") == "active")
        #expect(try lifecycle("pos-nyc-002") == "decommissioned")
    }

    /// One that was refused stays so though the files name it by now, until it is accepted.
    @Test func theFilesTakeBackNoRefusal() throws {
        let token = try device("token").output.dropLast()
        let serve = try ServeRun(scratch)
        let poll = "http://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/till-9"
        #expect(try CurlRun(poll, ["-H", "Authorization: GatewayToken \(token)"]).status == 200)
        let refuse = try device("refuse", "till-9")
        #expect(refuse.code == 0 && refuse.output == "refuse till-9: accepted\n", "\(refuse.errors)")
        #expect(serve.stop() == 0)
        try scratch.edit(
            "devices.json", "\"id\": \"pos-nyc-002\",",
            "\"id\": \"till-9\", \"firmware_version\": \"2.3.1\"}, {\"id\": \"pos-nyc-002\",")
        #expect(try ServeRun(scratch).stop() == 0)
        #expect(try lifecycle("till-9") == "decommissioned")
        #expect(
            try device("accept", "till-9").output
                == "accept till-9: accepted; it was refused, and is in service again\n")
        #expect(try ServeRun(scratch).stop() == 0)
        #expect(try lifecycle("till-9") == "active")
    }

    /// Nothing was done, and nothing else is said.
    @Test func aDeviceInServiceIsNotRefused() throws {
        let run = try device("refuse", "pos-nyc-001")
        #expect(run.code == 2 && run.output.isEmpty, "\(run.output)")
        #expect(run.errors == "muster: pos-nyc-001 is in service; decommission it to take it out\n")
        let both = try device("refuse", "pos-nyc-001", "pos-nyc-002")
        #expect(both.code == 2 && both.output == "refused 0 devices\n", "\(both.output)")
    }

    /// The engine that runs carries it out: it holds the journal, so nobody else could.
    @Test func aServiceIsTold() throws {
        let serve = try ServeRun(scratch)
        let token = try device("token", "pos-nyc-001").output.dropLast()
        let poll = "http://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/pos-nyc-001"
        let proof = ["-H", "Authorization: TargetToken \(token)"]
        #expect(try CurlRun(poll, proof).status == 200)
        let run = try device("decommission", "pos-nyc-001")
        #expect(run.code == 0, "\(run.errors)")
        #expect(try CurlRun(poll, proof).status == 403)
        let socket = "\(scratch.state)/engine.sock"
        #expect(try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int == 0o600)
        #expect(serve.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: socket))
        #expect(try lifecycle("pos-nyc-001") == "decommissioned")
    }

    @Test func aConsoleIsTold() throws {
        let console = try ConsoleRun(scratch)
        try console.waitUntilOpen()
        let run = try device("decommission", "pos-nyc-001")
        #expect(run.code == 0, "\(run.errors)")
        #expect(try console.quit() == .exited(0))
        #expect(try lifecycle("pos-nyc-001") == "decommissioned")
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.state)/engine.sock"))
    }

    @Test func aServiceThatWasKilledIsReplaced() throws {
        let first = try ServeRun(scratch)
        first.signal(SIGKILL)
        _ = first.stop()
        #expect(FileManager.default.fileExists(atPath: "\(scratch.state)/engine.sock"))
        #expect(try device("decommission", "pos-nyc-001").code == 0)
        let second = try ServeRun(scratch)
        #expect(try device("decommission", "pos-nyc-002").code == 0)
        #expect(second.stop() == 0)
        #expect(try lifecycle("pos-nyc-001") == "decommissioned")
        #expect(try lifecycle("pos-nyc-002") == "decommissioned")
    }

    /// Nothing of the simulated terminals' clock, and nothing of their world, is lost to the wall's.
    @Test func simulatedTerminalsKeepTheirClock() throws {
        let console = try ConsoleRun(scratch, speed: 60)
        try console.waitUntilOpen()
        #expect(try console.quit() == .exited(0))
        #expect(try device("decommission", "pos-nyc-001").code == 0)
        let audit = try Audit(scratch)
        #expect(audit.accepted.last?.verb == "decommission")
        #expect(audit.facts.last.map { $0.at.iso.hasPrefix("2026-03-03T") } == true)
    }

    @Test(arguments: ["decommission", "token"]) func aDeviceThatIsNotThere(step: String) throws {
        let near = try device(step, "pos-nyc-01")
        #expect(near.code == 2)
        #expect(near.errors == "muster: there is no device pos-nyc-01; did you mean pos-nyc-001?\n")
        let far = try device(step, "elsewhere")
        #expect(far.errors == "muster: there is no device elsewhere; `muster devices` lists them\n")
    }

    // MARK: - Adding

    @Test(arguments: [true, false]) func aDeviceIsAdded(whileAnEngineRuns: Bool) throws {
        let serve = whileAnEngineRuns ? try ServeRun(scratch) : nil
        let run = try device(
            "add", "till-9", "--firmware", "2.3.1", "--site", "NYC-001", "--region", "northeast", "--tag", "type=kiosk",
            "--tag", "note=a=b")
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output == "register till-9: accepted\n")
        // The next start takes the files over again, in which it is not.
        #expect(serve?.stop() ?? 0 == 0)
        let second = try ServeRun(scratch)
        #expect(second.stop() == 0)
        let row = try #require(
            try MusterRun(["devices", scratch.fleet, "type = kiosk", "--json"], scratch).list().first)
        #expect(row["id"] as? String == "till-9")
        #expect(row["site"] as? String == "NYC-001")
        #expect(row["time_zone"] as? String == "America/New_York")
        #expect(row["firmware"] as? String == "2.3.1")
        #expect(row["status"] as? String == "unknown")
        #expect(row["lifecycle"] as? String == "active")
        #expect(row["tags"] as? [String: String] == ["note": "a=b", "type": "kiosk"])
        let again = try device("add", "till-9", "--firmware", "2.3.1")
        #expect(again.code == 2)
        #expect(again.errors == "muster: there is a device till-9 already; give each device an id of its own\n")
    }

    @Test func anAddedDeviceCallsIn() throws {
        let serve = try ServeRun(scratch)
        let run = try device("add", "till-9", "--firmware", "2.3.1", "--token")
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.count == 44)
        let poll = try CurlRun(
            "http://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/till-9",
            ["-H", "Authorization: TargetToken \(run.output.dropLast())"])
        #expect(poll.status == 200)
        #expect(serve.stop() == 0)
    }

    @Test func whatCannotBeAdded() throws {
        for (options, says) in [
            (["--firmware", "latest"], "`latest` is not a version"),
            (["--firmware", "1.0.0", "--time-zone", "Mars/Olympus"], "`Mars/Olympus` is not a time zone"),
            (["--firmware", "1.0.0", "--tag", "kiosk"], "write it as NAME=VALUE"),
            ([], "--firmware"),
        ] {
            let run = try MusterRun(["device", "add", scratch.fleet, "till-9"] + options, scratch)
            #expect(run.code == 2)
            #expect(run.errors.contains(says), "\(run.errors)")
        }
        #expect(try device("add", "pos-nyc-001", "--firmware", "1.0.0").code == 2)
        #expect(try FileTree(scratch.state).paths == [])
    }

    /// A device that told no version is on none, wherever it is shown.
    @Test func aVersionThatNobodyToldIsShownAsUnknown() throws {
        let token = try device("token").output.dropLast()
        let serve = try ServeRun(scratch)
        let poll = try CurlRun(
            "http://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/stranger",
            ["-H", "Authorization: GatewayToken \(token)"])
        #expect(poll.status == 200 && poll.body.contains("configData"), "\(poll.body)")
        #expect(try device("accept", "stranger").code == 0)
        #expect(serve.stop() == 0)
        func list(_ arguments: String...) throws -> [[String: Any]] {
            try MusterRun(["devices", scratch.fleet, "--json"] + arguments, scratch).list()
        }
        #expect(try list("id = stranger").first?["firmware"] as? String == "unknown")
        #expect(try list("firmware < 1.0.0").isEmpty)
        let report = try MusterRun(["report", scratch.fleet, "--under", "1.0.0", "--json"], scratch).object()
        let firmware = try #require(report["firmware"] as? [[String: Any]])
        #expect(firmware.last?["version"] as? String == "unknown" && firmware.last?["devices"] as? Int == 1)
        #expect((report["devices_under"] as? [String])?.isEmpty == true)
        for options in [["--screen", "overview"], ["--screen", "device", "--device", "stranger"]] {
            let shown = try MusterRun(["snapshot", scratch.fleet, "--size", "160x50"] + options, scratch).output
            #expect(shown.contains("unknown") && !shown.contains("0.0.0"), "\(shown)")
        }
    }

    // MARK: - Tokens

    @Test func aTokenIsTakenBack() throws {
        let serve = try ServeRun(scratch)
        let token = try device("token", "pos-nyc-001").output.dropLast()
        let poll = "http://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/pos-nyc-001"
        let proof = ["-H", "Authorization: TargetToken \(token)"]
        #expect(try CurlRun(poll, proof).status == 200)
        let revoked = try device("token", "pos-nyc-001", "--revoke")
        #expect(revoked.output == "the token of pos-nyc-001 is worth nothing any more\n")
        let deadline = ContinuousClock.now + .seconds(10)
        var status = 200
        while status == 200, ContinuousClock.now < deadline { status = try CurlRun(poll, proof).status }
        #expect(status == 401)
        #expect(try device("token", "pos-nyc-001", "--revoke").output == "pos-nyc-001 had no token\n")
        #expect(serve.stop() == 0)
    }

    @Test func theFleetsTokenIsTakenBack() throws {
        #expect(try device("token").code == 0)
        #expect(try device("list").errors.contains("the fleet has a gateway token"))
        #expect(try device("token", "--revoke").output == "the token of the fleet is worth nothing any more\n")
        #expect(!(try device("list").errors.contains("the fleet has a gateway token")))
    }

    /// Each rewrites the whole file; none may lose what another has just written.
    @Test(arguments: [true, false]) func tokensStandInTheAuditWithoutTheirText(whileAnEngineRuns: Bool) throws {
        let serve = whileAnEngineRuns ? try ServeRun(scratch) : nil
        let own = try device("token", "pos-nyc-001", "--reason", "new till").output.dropLast()
        let fleet = try device("token").output.dropLast()
        #expect(own.count > 20 && fleet.count > 20)
        #expect(try device("token", "--revoke").code == 0)
        #expect(try device("add", "till-9", "--firmware", "2.3.1", "--token").code == 0)
        #expect(serve?.stop() ?? 0 == 0)
        let commands = try Audit(scratch).accepted.filter { $0.origin.source == "command line" }
        #expect(commands.map(\.verb) == ["issue token", "issue token", "revoke token", "register", "issue token"])
        #expect(commands.map(\.object) == ["pos-nyc-001", "the fleet", "the fleet", "1 device", "till-9"])
        #expect(Set(commands.map(\.origin.operatorName)) == [OwnUser.name])
        #expect(commands.first?.origin.reason == "new till")
        let audit = try MusterRun(["audit", "list", scratch.fleet, "--json"], scratch).output
        #expect(audit.contains("issue token") && !audit.contains(own) && !audit.contains(fleet))
    }

    /// Whoever has the fleet's token can fill the list.
    @Test(arguments: [true, false]) func allThatWaitAreRefusedAtOnce(whileAnEngineRuns: Bool) throws {
        let token = try device("token").output.dropLast()
        let serve = try ServeRun(scratch)
        for index in 1...12 {
            let poll = try CurlRun(
                "http://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/stranger-\(index)",
                ["-H", "Authorization: GatewayToken \(token)"])
            #expect(poll.status == 200)
        }
        if !whileAnEngineRuns { #expect(serve.stop() == 0) }
        #expect(try device("refuse", "stranger-1", "stranger-2").output == "refused 2 devices\n")
        let run = try device("refuse", "--waiting", "--reason", "not ours")
        #expect(run.code == 0 && run.output == "refused 10 devices\n", "\(run.errors)")
        #expect(try device("refuse", "--waiting").output == "refused 0 devices\n")
        #expect(try device("refuse", "stranger-1").code == 2)
        #expect(try device("refuse").code == 2)
        if whileAnEngineRuns { #expect(serve.stop() == 0) }
        let refused = try Audit(scratch).accepted.filter { $0.verb == "refuse" }
        #expect(refused.count == 12 && refused.filter { $0.origin.reason == "not ours" }.count == 10)
    }

    @Test func tokensThatAreDrawnAtOnce() throws {
        let known = try MusterRun(["devices", scratch.fleet, "--json"], scratch).list()
            .compactMap { $0["id"] as? String }
        #expect(known.count == 10)
        let program = try BuiltProduct.path(of: "muster")
        let runs = try (known + known + known).map { id in
            let process = Process()
            process.executableURL = URL(filePath: program)
            process.arguments = ["device", "token", scratch.fleet, id]
            process.environment = scratch.environment
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            return process
        }
        for run in runs {
            run.waitUntilExit()
            #expect(run.terminationStatus == 0)
        }
        let lines = try String(contentsOfFile: credentials, encoding: .utf8).split(separator: "\n")
        #expect(lines.map { String($0.drop { $0 != " " }.dropFirst()) } == known.sorted())
        #expect(try FileManager.default.attributesOfItem(atPath: credentials)[.posixPermissions] as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: credentials + ".new"))
    }

    @Test func aDamagedLineIsTold() throws {
        #expect(try device("token", "pos-nyc-001").code == 0)
        let before = try String(contentsOfFile: credentials, encoding: .utf8)
        let damaged = before + "not a hash pos-nyc-002\n"
        try damaged.write(toFile: credentials, atomically: true, encoding: .utf8)
        let run = try device("token", "pos-nyc-001")
        #expect(run.code == 1)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("muster: \(credentials):2: "), "\(run.errors)")
        #expect(run.errors.contains(", or remove the line"))
        #expect(try String(contentsOfFile: credentials, encoding: .utf8) == damaged)
        #expect(try device("list").code == 1)
        // An engine goes by the lines that it can read, and says so.
        let serve = try ServeRun(scratch)
        _ = try CurlRun(
            "http://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/pos-nyc-001", ["-H", "Authorization: TargetToken x"])
        let line = try serve.waitForLine { $0["reason"]?.contains(":2: ") == true ? $0["level"] : nil }
        #expect(line == "error")
        #expect(serve.stop() == 0)
    }

    @Test func theListOfDevices() throws {
        _ = try device("token", "pos-nyc-002")
        let list = try device("list")
        #expect(list.code == 0)
        let lines = list.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.first == ["id", "lifecycle", "status", "token"])
        #expect(lines.contains(["pos-nyc-002", "active", "online", "yes"]))
        #expect(lines.contains(["pos-nyc-001", "active", "online", "-"]))
        #expect(lines.count == 11)
    }
}
