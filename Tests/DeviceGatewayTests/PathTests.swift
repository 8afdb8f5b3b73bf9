import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import DeviceGateway

/// Names in paths: of files and devices.
@Suite struct PathTests {
    @Test(arguments: [
        ("pos-nyc-002", "pos-nyc-002"), ("pos%2Dnyc-002", "pos-nyc-002"), ("a%20b", "a b"), ("a+b", "a+b"),
        ("t%C3%AFll", "tïll"), ("tïll", "tïll"), ("100%25", "100%"), ("%2520", "%20"), ("%3f%3F%23;", "??#;"),
        ("..a", "..a"),
    ])
    func aNameIsDecodedOnce(segment: String, name: String) {
        #expect(PathSegment.name(segment) == name)
    }

    @Test(arguments: [
        "", ".", "..", "%2e%2E", ".%2e", "a%2Fb", "a%00", "%", "%2", "%2g", "100%", "%+1", "%ff", "%C3", "a/b",
    ])
    func whatIsNoNameIsNone(segment: String) {
        #expect(PathSegment.name(segment) == nil)
    }

    /// What the gateway hands out leads to what it names.
    @Test func everyFileIsDeliveredByItsOwnLink() async throws {
        let names = ["till 2.bin", "tïll", "100%", "a;b", "a?b#c", "+(),@'~", "%20", "a:b=&c", "日本.bin", "..."]
        let fixture = try await GatewayFixture(fileNames: names)
        let action = try await fixture.offer()
        let reply = try await fixture.ask("GET", "device-1", "deploymentBase/\(action)")
        let root = try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any])
        let deployment = root["deployment"] as? [String: Any]
        let chunk = try #require((deployment?["chunks"] as? [[String: Any]])?.first)
        let files = try #require(chunk["artifacts"] as? [[String: Any]])
        #expect(files.map { $0["filename"] as? String } == names)
        for file in files {
            let links = try #require(file["_links"] as? [String: [String: String]])
            for (link, status) in [("download-http", 200), ("md5sum-http", 200)] {
                let href = try #require(links[link]?["href"])
                let target = try #require(href.range(of: "/shop/").map { String(href[$0.lowerBound...]) })
                let answer = try await fixture.ask("GET", "device-1", target)
                #expect(answer.status == status, "\(target)")
                if link == "download-http" { #expect(answer.body == fixture.payload, "\(target)") }
            }
        }
        await fixture.end()
    }

    /// A device is called by its id, however a client writes it, and is one.
    @Test func aDevicesIdIsDecoded() async throws {
        let fixture = try await GatewayFixture()
        let proof = "TargetToken \(try fixture.token("device-1"))"
        for id in ["device-1", "device%2D1", "%64evice-1"] {
            let reply = try await fixture.ask("GET", id, proof: proof)
            #expect(reply.status == 200 && reply.text.contains("/controller/v1/device-1/configData"), "\(id)")
        }
        #expect(try await fixture.ask("GET", "device%252D1", proof: proof).status == 401)
        for id in [
            "..", "%2e%2e", "device-1%2F", "%2Fdevice-1", "a%2F%2Fb", "a%2F..", "a/b", "device-1%00", "device-1%0A",
            "%ff", "%",
        ] {
            #expect(try await fixture.ask("GET", id, proof: proof).status == 404, "\(id)")
        }
        await fixture.end()
    }

    @Test func aDeviceJoinsUnderItsDecodedId() async throws {
        let fixture = try await GatewayFixture()
        for (path, id) in [
            ("store-4%2Ftill%201", "store-4/till 1"), ("a%20b", "a b"), ("till-%C3%BC", "till-ü"),
            ("c%2520d", "c%20d"),
        ] {
            #expect(try await fixture.ask("GET", path).status == 200, "\(path)")
            #expect(await standing(fixture, id) == .waiting, "\(id)")
            #expect(await standing(fixture, path) == .unknown, "\(path)")
        }
        await fixture.end()
    }

    /// Nobody could tell it from another in a list: it is answered as by a path that means no device.
    @Test(arguments: ["till%20", "%20till", "till%C2%A0", "ti%E2%80%8Bll"])
    func aDeviceThatIsReadAsAnotherDoesNotJoin(path: String) async throws {
        let fixture = try await GatewayFixture()
        #expect(try await fixture.ask("GET", "till").status == 200)
        #expect(try await fixture.ask("GET", path).status == 404)
        #expect(await standing(fixture, try #require(PathSegment.name(path))) == .unknown)
        await fixture.end()
    }

    /// It has had its id since before that was looked at.
    @Test func aDeviceThatIsKnownKeepsItsID() async throws {
        let fixture = try await GatewayFixture()
        try await fixture.command(.register([DeviceRecord(id: "old ", firmware: Version(1, 0, 0), status: .online)]))
        #expect(try await fixture.ask("GET", "old%20").status == 200)
        await fixture.end()
    }

    /// A slash in an id is encoded in the addresses that it is given, which all lead to it.
    @Test func anIDWithASlash() async throws {
        let fixture = try await GatewayFixture()
        try await fixture.command(
            .register([DeviceRecord(id: "a/b", region: "north", firmware: Version(1, 0, 0), status: .online)]))
        _ = try await fixture.offer()
        let reply = try await fixture.ask("GET", "a%2Fb")
        let link = /"deploymentBase":{"href":"http:\/\/[^\/]+([^"?]+)/
        let href = try #require(reply.text.firstMatch(of: link)?.output.1)
        #expect(href.hasPrefix("/shop/controller/v1/a%2Fb/deploymentBase/"), "\(reply.text)")
        #expect(try await fixture.ask("GET", "a%2Fb", String(href)).status == 200)
        #expect(try await fixture.ask("PUT", "a%2Fb", "configData", body: #"{"data":{"x":"y"}}"#).status == 200)
        let held = try await fixture.ask("GET", "a%2fb", headers: ["Prefer: wait=1"])
        #expect(held.status == 200 && held.text.contains("deploymentBase"), "\(held.text)")
        await fixture.end()
    }

    /// How the engine knows an id.
    private func standing(_ fixture: GatewayFixture, _ id: String) async -> DeviceAnswer.Standing? {
        await withCheckedContinuation { continuation in
            let call = DeviceCall(device: id, reports: [])
            if !fixture.host.call(call, completion: { continuation.resume(returning: $0.answer?.standing) }) {
                continuation.resume(returning: nil)
            }
        }
    }

    @Test func aWrongMethodIsAnsweredByTheRightOnes() async throws {
        let fixture = try await GatewayFixture()
        let wrong = [
            ("POST", "", "GET"), ("GET", "configData", "PUT"), ("PUT", "deploymentBase/1", "GET"),
            ("GET", "deploymentBase/1/feedback", "POST"), ("DELETE", "cancelAction/1", "GET"),
            ("PUT", "cancelAction/1/feedback", "POST"), ("POST", "softwaremodules/1/artifacts/a", "GET, HEAD"),
            ("POST", "/health", "GET, HEAD"), ("POST", "/metrics", "GET"),
        ]
        for (method, path, right) in wrong {
            let reply = try await fixture.ask(method, "device-1", path)
            #expect(reply.status == 405 && reply["allow"] == right, "\(method) \(path)")
        }
        #expect(try await fixture.ask("POST", "device-1", "nowhere").status == 404)
        #expect(try await fixture.ask("HEAD", "", "/health").status == 200)
        #expect(try await fixture.ask("GET", "device-1", proof: "")["www-authenticate"] == "TargetToken, GatewayToken")
        await fixture.end()
    }

    /// The host that a client names is the one that it is given links to; one that names none, the address it reached.
    @Test(arguments: ["Host: ", "Host: shop.example:99"])
    func linksLeadToWhereTheDeviceCalled(host: String) async throws {
        let fixture = try await GatewayFixture()
        let wanted = host == "Host: " ? "127.0.0.1:\(fixture.running.port)" : "shop.example:99"
        // A plain poll, and one that goes the way of all requests.
        for more in ["", "Connection: keep-alive\r\n"] {
            let connection = try await fixture.connect()
            let reply = try await connection.ask(
                "GET /shop/controller/v1/device-1 HTTP/1.1\r\n\(host)\r\n\(more)"
                    + "Authorization: GatewayToken \(fixture.fleetToken)\r\n\r\n")
            #expect(reply.text.contains("\"http://\(wanted)/shop/controller/v1/device-1/configData\""), "\(reply.text)")
            await connection.close()
        }
        await fixture.end()
    }
}
