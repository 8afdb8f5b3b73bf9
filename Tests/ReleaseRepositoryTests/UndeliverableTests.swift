import Foundation
import TerminalTesting
import Testing

/// A release that no device gets, as whoever asks how the fleet stands is told.
@Suite(.timeLimit(.minutes(10)))
struct UndeliverableTests {
    let shop: ShopFleet
    private static let device = "pos-nyc-001", text = "release 4.0.0 cannot be delivered: till.bin"

    init() throws { shop = try ShopFleet() }

    /// A gateway from which a device is to have release 4.0.0, which the fleet has as yet not signed.
    private func serve() throws -> (gateway: ShopGateway, token: String) {
        try Data("a new till".utf8).write(to: URL(filePath: "\(shop.root)/work/till.bin"))
        #expect(try shop.muster("release", "add", shop.fleet, "4.0.0", "till.bin").code == 0)
        let yaml =
            "version: 1\nid: new-till\nrelease: 4.0.0\ndevices: id = \(Self.device)\nstrategy: immediate\noffline: queue\n"
        try Data(yaml.utf8).write(to: URL(filePath: "\(shop.fleet)/updates/new-till.yaml"))
        #expect(try shop.muster("update", "start", shop.fleet, "new-till").code == 0)
        let token = try shop.muster("device", "token", shop.fleet, Self.device).output.split(separator: "\n").joined()
        return (try ShopGateway(shop), token)
    }

    /// Asks for what the device is offered; gives the status.
    private func fetch(_ gateway: ShopGateway, _ token: String) throws -> String {
        func curl(_ path: String, _ more: String...) throws -> String {
            let url = "http://127.0.0.1:\(gateway.port)/DEFAULT/controller/v1/\(Self.device)\(path)"
            let options = ["-q", "-s", "--max-time", "20", "-H", "Authorization: TargetToken \(token)"]
            return try shop.run("/usr/bin/curl", options + more + [url]).output
        }
        let deployment = try eventually { try curl("").firstMatch(of: /\/deploymentBase\/\d+/).map { "\($0.output)" } }
        return try curl(deployment, "-o", "/dev/null", "-w", "%{http_code}")
    }

    private func status() throws -> (code: Int32, text: String, troubles: [String]) {
        let text = try shop.muster("status", shop.fleet)
        let json = try shop.muster("status", shop.fleet, "--json").object()
        return (text.code, text.output, json["troubles"] as? [String] ?? [])
    }

    /// The gateway takes over what is published in its own time.
    private func expectTold(_ reason: String) throws {
        let told = try eventually { () -> (code: Int32, text: String, troubles: [String])? in
            let told = try status()
            let isInObject = told.troubles.contains { $0.hasPrefix(Self.text) && $0.contains(reason) }
            return isInObject && told.text.contains(reason) ? told : nil
        }
        #expect(told.code == 1)
        #expect(told.text.contains(": \(Self.text)") && told.text.contains("needs a person: \(Self.text)"), "\(told)")
    }

    /// No device asks meanwhile.
    private func expectMended() throws {
        let deadline = ContinuousClock.now + .seconds(90)
        while try status().text.contains("cannot be delivered"), ContinuousClock.now < deadline { usleep(100_000) }
        #expect(try status().troubles == [])
    }

    @Test func aReleaseThatIsNotSignedIsToldOfUntilItIs() throws {
        let (gateway, token) = try serve()
        #expect(try fetch(gateway, token) == "200")
        #expect(try status().troubles == [])
        // All releases are signed but this one, elsewhere, and what was signed comes in two parts.
        let elsewhere = "\(shop.root)/elsewhere", signers = "\(shop.root)/signers", files = FileManager.default
        try files.copyItem(atPath: shop.fleet, toPath: elsewhere)
        try files.removeItem(atPath: "\(elsewhere)/releases/4.0.0")
        for command in [["key", "new"], ["release", "publish"]] {
            let muster = try BuiltProduct.path(of: "muster")
            #expect(try shop.run(muster, command + [elsewhere, "--state", signers]).code == 0)
        }
        try files.copyItem(atPath: "\(signers)/keys", toPath: "\(shop.state)/keys")
        try files.createDirectory(atPath: "\(shop.tuf)/metadata", withIntermediateDirectories: true)
        for name in ["settings.json", "metadata/1.root.json"] {
            try files.copyItem(atPath: "\(elsewhere)/tuf/\(name)", toPath: "\(shop.tuf)/\(name)")
        }
        _ = try eventually { try fetch(gateway, token) == "503" ? true : nil }
        try expectTold("nobody knows what was signed: nothing is published yet; sign it: `muster release publish`")
        // No device asks meanwhile.
        for name in ["1.targets.json", "1.snapshot.json", "timestamp.json"] {
            try files.copyItem(atPath: "\(elsewhere)/tuf/metadata/\(name)", toPath: "\(shop.tuf)/metadata/\(name)")
        }
        try expectTold("till.bin of release 4.0.0 is not signed; sign it: `muster release publish`")
        #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
        try expectMended()
        #expect(try fetch(gateway, token) == "200")
        #expect(gateway.stop() == 0)
    }

    @Test func aFileThatIsNotTheReleasesIsToldOfUntilTheRightOneIsBack() throws {
        let (gateway, token) = try serve()
        #expect(try fetch(gateway, token) == "200")
        let file = "\(shop.fleet)/releases/4.0.0/till.bin", right = try Data(contentsOf: URL(filePath: file))
        try Data("another till".utf8).write(to: URL(filePath: file))
        try overwriteStored(right)
        #expect(try fetch(gateway, token) == "503")
        try expectTold("put the right file back")
        try right.write(to: URL(filePath: file))
        try expectMended()
        #expect(try fetch(gateway, token) == "200")
        #expect(gateway.stop() == 0)
    }

    /// Writes to the file of these bytes that the gateway holds open.
    private func overwriteStored(_ bytes: Data) throws {
        let objects = "\(shop.state)/artifacts/objects"
        let names = try FileManager.default.subpathsOfDirectory(atPath: objects)
        let path = try #require(names.first { (try? Data(contentsOf: URL(filePath: "\(objects)/\($0)"))) == bytes })
        let file = try #require(FileHandle(forUpdatingAtPath: "\(objects)/\(path)"))
        try file.write(contentsOf: Data("A".utf8))
        try file.close()
    }
}
