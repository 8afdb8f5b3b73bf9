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
        let fixture = try await GatewayFixture(fileNames: names, limits: .forFuzzing)
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
        for id in ["..", "%2e%2e", "device-1%2F", "device-1%00", "device-1%0A", "%ff", "%"] {
            #expect(try await fixture.ask("GET", id, proof: proof).status == 404, "\(id)")
        }
        await fixture.end()
    }

    @Test func aDeviceJoinsUnderItsDecodedId() async throws {
        let fixture = try await GatewayFixture()
        for id in ["a%20b", "till-%C3%BC", "till-ü"] {
            let reply = try await fixture.ask("GET", id)
            #expect(reply.status == 200, "\(id)")
            let link = id.replacingOccurrences(of: "ü", with: "%C3%BC")
            #expect(reply.text.contains("/shop/controller/v1/\(link)/configData"), "\(reply.text)")
        }
        await fixture.end()
    }
}
