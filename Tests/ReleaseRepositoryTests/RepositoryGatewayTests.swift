import Foundation
import TerminalTesting
import Testing

/// The repository as the real gateway serves it, and what it refuses to send.
@Suite(.timeLimit(.minutes(10)))
struct RepositoryGatewayTests {
    let shop: ShopFleet
    private let hash = "5031655c4e30d51f1a01d9819b047168ab97f18e5dd2cd15811be8ac3965adb1"

    init() throws { shop = try ShopFleet() }

    /// A request by the real curl, with the path as it is given; the status and the body.
    private func curl(_ gateway: ShopGateway, _ path: String, _ options: String...) throws -> (
        status: Int, body: String
    ) {
        let run = try shop.run(
            "/usr/bin/curl",
            ["-q", "-s", "--path-as-is", "--max-time", "20", "-w", "\n%{http_code}"] + options
                + ["http://127.0.0.1:\(gateway.port)\(path)"])
        let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (lines.last.flatMap { Int($0) } ?? 0, lines.dropLast().joined(separator: "\n"))
    }

    @Test func itIsServedWithoutAToken() throws {
        try shop.begin()
        let gateway = try ShopGateway(shop)
        for tenant in ["DEFAULT", "sample-fleet"] {
            for name in ["timestamp.json", "1.root.json", "1.targets.json", "1.snapshot.json"] {
                let reply = try curl(gateway, "/\(tenant)/tuf/metadata/\(name)")
                #expect(reply.status == 200)
                #expect(reply.body == (try String(contentsOfFile: "\(shop.tuf)/metadata/\(name)", encoding: .utf8)))
            }
        }
        let target = "/DEFAULT/tuf/targets/releases/2.3.2/\(hash).tax-tables.csv"
        let file = try String(contentsOfFile: "\(shop.fleet)/releases/2.3.2/tax-tables.csv", encoding: .utf8)
        #expect(try curl(gateway, target).body == file)
        let part = try curl(gateway, target, "-H", "Range: bytes=10-19")
        #expect(part.status == 206 && part.body == String(file.dropFirst(10).prefix(10)))
        #expect(try curl(gateway, target, "--head").status == 200)
        #expect(try curl(gateway, target, "-X", "POST").status == 405)
        #expect(try curl(gateway, "/DEFAULT/tuf/metadata/timestamp.json", "-X", "PUT").status == 405)
        // The root that does not come is the end of every walk, and nothing that the log should be full of.
        #expect(try curl(gateway, "/DEFAULT/tuf/metadata/2.root.json").status == 404)
        #expect(!gateway.lines.contains { $0["route"] == "repositoryMetadata" })
        let metrics = try curl(gateway, "/metrics").body
        #expect(metrics.contains("muster_repository_trouble 0"))
        #expect(metrics.contains("muster_repository_remaining_seconds{role=\"timestamp\"}"))
        #expect(gateway.stop() == 0)
    }

    @Test func nothingOutsideIsServed() throws {
        try shop.begin()
        let gateway = try ShopGateway(shop)
        let metadata = "/DEFAULT/tuf/metadata/", targets = "/DEFAULT/tuf/targets/releases/"
        for path in [
            metadata, "\(metadata)..%2f..%2ffleet.yaml", "\(metadata)../../fleet.yaml",
            "\(metadata)%2e%2e%2fsettings.json",
            "\(metadata)..%2fstaged%2froot.json", "\(metadata)root.json", "\(metadata)%00", "\(metadata)1.root.json%00",
            "\(metadata)1.root.json%2f", "\(metadata)%252e%252e%252fsettings.json", "\(metadata)settings.json",
            "/other/tuf/metadata/timestamp.json", "/DEFAULT/tuf/metadata", "/DEFAULT/tuf", "/DEFAULT/tuf/settings.json",
            "/DEFAULT/tuf/staged/root.json", "\(targets)2.3.2/tax-tables.csv", "\(targets)2.3.2/\(hash)",
            "\(targets)2.3.2/\(hash).", "\(targets)2.3.2/\(hash).release.yaml",
            "\(targets)2.3.1/\(hash).tax-tables.csv",
            "\(targets)2.3.2/\(hash).%2e%2e%2f2.3.2%2ftax-tables.csv", "\(targets)%2e%2e/\(hash).tax-tables.csv",
            "\(targets)../../\(hash).tax-tables.csv",
            "\(targets)2.3.2/\(String(repeating: "0", count: 64)).tax-tables.csv",
        ] {
            let reply = try curl(gateway, path)
            #expect([400, 404].contains(reply.status), "\(path): \(reply.status)")
            #expect(!reply.body.contains("sample-fleet") && !reply.body.contains("signatures"), "\(path)")
        }
        #expect(gateway.stop() == 0)
    }

    /// A release that is not signed, and updates to it, by id and with what else their files say.
    private func addUnsigned(_ updates: [String: String]) throws {
        try Data("a new till".utf8).write(to: URL(filePath: "\(shop.root)/work/till.bin"))
        #expect(try shop.muster("release", "add", shop.fleet, "4.0.0", "till.bin").code == 0)
        for (id, more) in updates {
            let yaml =
                "version: 1\nid: \(id)\nrelease: 4.0.0\ndevices: id = pos-nyc-001\nstrategy: immediate\noffline: queue\n"
                + more
            try Data(yaml.utf8).write(to: URL(filePath: "\(shop.fleet)/updates/\(id).yaml"))
        }
    }

    /// Does something as long as the fleet signs nothing.
    private func unsigned(_ work: () throws -> Void) throws {
        try FileManager.default.moveItem(atPath: shop.tuf, toPath: "\(shop.root)/away")
        try work()
        try FileManager.default.moveItem(atPath: "\(shop.root)/away", toPath: shop.tuf)
    }

    /// By the command line with an engine and without, by its own options, and over HTTP.
    @Test func whatIsNotSignedIsBegunInNoWay() throws {
        try shop.begin()
        try addUnsigned(["new-till": "", "guarded": "approval: required\n", "held": ""])
        try unsigned {
            for arguments in [["start", "guarded"], ["start", "held"], ["pause", "held"]] {
                let run = try shop.muster("update", arguments[0], shop.fleet, arguments[1])
                #expect(run.code == 0, "\(run.errors)")
            }
        }
        func words(_ update: String) -> String {
            "\(update) would bring devices to what is not signed: till.bin of release 4.0.0 is not signed"
        }
        let remedy = "sign it with `muster release publish`"
        let steps = [("start", "new-till"), ("approve", "guarded"), ("resume", "held")]
        func refuseAll() throws {
            for (verb, update) in steps {
                let run = try shop.muster("update", verb, shop.fleet, update)
                #expect(run.code == 2 && run.errors == "muster: \(words(update)); \(remedy)\n", "\(run.errors)")
            }
        }
        try refuseAll()
        let secret = try shop.muster("api-token", "add", shop.fleet, "ci", "--role", "operator").output.dropLast()
        let gateway = try ShopGateway(shop, "--start", "new-till", "--api", "127.0.0.1:0")
        #expect(gateway.lines.contains { $0["message"] == "refused: \(words("new-till")); \(remedy)" })
        try refuseAll()
        let api = try eventually { gateway.lines.first { $0["message"] == "the API listens" }?["port"] }
        for (verb, update) in steps {
            let run = try shop.run(
                "/usr/bin/curl",
                ["-q", "-s", "--max-time", "20", "-X", "POST", "-H", "Authorization: Bearer \(secret)"]
                    + ["http://127.0.0.1:\(api)/api/v1/updates/\(update)/\(verb)"])
            let problem = try run.object()
            #expect(problem["status"] as? Int == 409 && problem["type"] as? String == "urn:muster:refused")
            #expect(problem["detail"] as? String == words(update) && problem["remedy"] as? String == remedy)
        }
        // What was published a moment ago counts.
        #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
        for (verb, update) in steps {
            let run = try shop.muster("update", verb, shop.fleet, update)
            #expect(run.code == 0, "\(run.errors)")
        }
        let audit = try shop.muster("audit", "list", shop.fleet).output
        #expect(audit.contains(words("guarded")), "\(audit)")
        #expect(gateway.stop() == 0)
    }

    /// Removed by somebody who has no key: nothing more is sent than before, and whoever looks is told.
    @Test func aRepositoryThatIsGoneIsSaid() throws {
        try shop.begin()
        #expect(try ShopGateway(shop).stop() == 0)
        try unsigned {
            let gone = "the repository was published, and is gone from \(shop.tuf)"
            let check = try shop.muster("check", shop.fleet)
            #expect(check.code == 0 && check.output.contains(gone), "\(check.output)")
            let start = try shop.muster("update", "start", shop.fleet, "critical-patch-2.4.1")
            #expect(
                start.code == 2 && start.errors.contains("the repository cannot be read: \(gone)"), "\(start.errors)")
            let gateway = try ShopGateway(shop)
            #expect(gateway.lines.contains { $0["message"] == gone && $0["remedy"]?.contains("put tuf/ back") == true })
            #expect(gateway.stop() == 0)
        }
    }

    /// What was not signed does not get to any device, whoever says so; once it is signed it does.
    @Test func aReleaseThatIsNotSignedIsNotSent() throws {
        try shop.begin()
        try addUnsigned(["new-till": ""])
        let check = try shop.muster("check", shop.fleet)
        #expect(check.code == 0 && check.output.contains("till.bin of release 4.0.0 is not signed"), "\(check.output)")
        let plan = try shop.muster("plan", shop.fleet, "new-till")
        #expect(plan.output.contains("warning: nothing is sent to any device"), "\(plan.output) \(plan.errors)")
        let start = try shop.muster("update", "start", shop.fleet, "new-till")
        #expect(start.code == 2 && start.errors.contains("is not signed"), "\(start.errors)")

        // Begun before the fleet signed anything.
        try unsigned {
            let start = try shop.muster("update", "start", shop.fleet, "new-till")
            #expect(start.code == 0, "\(start.errors)")
        }
        let token = try shop.muster("device", "token", shop.fleet, "pos-nyc-001").output.split(separator: "\n").joined()
        let gateway = try ShopGateway(shop)
        let proof = "Authorization: TargetToken \(token)"
        let base = "/DEFAULT/controller/v1/pos-nyc-001"
        let deployment = try eventually {
            try curl(gateway, base, "-H", proof).body.firstMatch(of: /deploymentBase\/\d+/).map { "\($0.output)" }
        }
        #expect(try curl(gateway, "\(base)/\(deployment)", "-H", proof).status == 503)
        let line = try eventually { gateway.lines.first { $0["message"] == "a file of a release is not delivered" } }
        #expect(line["reason"] == "till.bin of release 4.0.0 is not signed")
        #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
        try gateway.waitForTimestamp(2)
        let reply = try curl(gateway, "\(base)/\(deployment)", "-H", proof)
        #expect(reply.status == 200 && reply.body.contains("till.bin"))
        #expect(gateway.stop() == 0)
    }

    /// Published half a day ago: the gateway makes the timestamp anew, in the state folder and for its owner alone.
    @Test func theTimestampIsMadeAnew() throws {
        #expect(try shop.muster("key", "new", shop.fleet).code == 0)
        try shop.publish(hoursAgo: 13)
        let gateway = try ShopGateway(shop)
        try gateway.waitForTimestamp(2)
        #expect(try curl(gateway, "/DEFAULT/tuf/metadata/timestamp.json").body.contains("\"version\":2"))
        let mode = try FileManager.default.attributesOfItem(atPath: "\(shop.state)/tuf/timestamp.json")
        #expect(mode[.posixPermissions] as? Int == 0o600)
        #expect(try shop.signed("timestamp.json")["version"] as? Int == 1)
        let client = try PythonClient(shop)
        let walk = try client.walk(gateway.url, root: "\(shop.tuf)/metadata/1.root.json")
        #expect(walk.code == 0, "\(walk.output)")
        #expect(gateway.stop() == 0)
    }

    /// Keys that change, and ends: without a new timestamp.
    @Test func aNewRootAloneIsServed() throws {
        try shop.begin()
        let gateway = try ShopGateway(shop)
        #expect(try curl(gateway, "/DEFAULT/tuf/metadata/2.root.json").status == 404)
        #expect(try shop.muster("key", "rotate", shop.fleet, "root").code == 0)
        let publish = try shop.muster("release", "publish", shop.fleet)
        #expect(publish.output == "published: root 2\n", "\(publish.errors)")
        let root = try eventually { () -> String? in
            let reply = try curl(gateway, "/DEFAULT/tuf/metadata/2.root.json")
            return reply.status == 200 ? reply.body : nil
        }
        #expect(root == (try String(contentsOfFile: "\(shop.tuf)/metadata/2.root.json", encoding: .utf8)))
        #expect(gateway.stop() == 0)
    }

    /// The fleet's directory alone does not say what a gateway has made since.
    @Test func aCheckLooksAtTheStateThatIsNamed() throws {
        #expect(try shop.muster("key", "new", shop.fleet).code == 0)
        try shop.publish(hoursAgo: 25)
        let gateway = try ShopGateway(shop)
        try gateway.waitForTimestamp(2)
        #expect(gateway.stop() == 0)
        let elsewhere = "\(shop.root)/elsewhere"
        try FileManager.default.moveItem(atPath: shop.state, toPath: elsewhere)
        let blind = try shop.muster("check", shop.fleet)
        #expect(blind.code == 0 && blind.output.contains("the timestamp metadata 1 has ended"), "\(blind.output)")
        #expect(blind.output.contains("is in its state folder (`--state`)"))
        let check = try shop.muster("check", shop.fleet, "--state", elsewhere)
        #expect(check.code == 0 && !check.output.contains("timestamp"), "\(check.output)")
    }

    /// Without its key it says so, and goes on.
    @Test func aTimestampThatCannotBeMadeAnewStopsNothing() throws {
        #expect(try shop.muster("key", "new", shop.fleet).code == 0)
        try shop.publish(hoursAgo: 13)
        try FileManager.default.removeItem(atPath: shop.keyFiles("timestamp")[0])
        let gateway = try ShopGateway(shop)
        let line = try eventually { gateway.lines.first { $0["message"]?.contains("cannot be made anew") == true } }
        #expect(line["message"]?.hasPrefix("the timestamp of the repository ends at ") == true)
        #expect(line["remedy"] != nil)
        #expect(try curl(gateway, "/DEFAULT/tuf/metadata/timestamp.json").status == 200)
        #expect(try curl(gateway, "/metrics").body.contains("muster_repository_trouble 1"))
        #expect(try curl(gateway, "/health").status == 200)
        let check = try shop.muster("check", shop.fleet)
        #expect(check.output.contains("the timestamp metadata 1 ends in 10h"), "\(check.output)")
        #expect(gateway.stop() == 0)
    }
}
