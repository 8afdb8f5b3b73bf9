import ArtifactStore
import FleetCore
import Foundation
import TUF
import Testing

@testable import ReleaseRepository

/// python-tuf's client in front of the real gateway.
@Suite(.timeLimit(.minutes(10)))
struct PythonTests {
    let shop: ShopFleet

    init() throws { shop = try ShopFleet() }

    private func versions(_ run: ProgramRun) throws -> [String: Int] {
        #expect(run.code == 0, "\(run.output) \(run.errors)")
        return try run.object()["versions"] as? [String: Int] ?? [:]
    }

    /// From the first root on, with a walk before, between and behind the rotations, and one that makes both at once.
    @Test func itFollowsTwoRotationsOfTheRoot() throws {
        try shop.begin()
        let first = "\(shop.tuf)/metadata/1.root.json"
        let gateway = try ShopGateway(shop), faithful = try PythonClient(shop), late = try PythonClient(shop)
        let name = "releases/2.3.2/tax-tables.csv"
        let walk = try faithful.walk(gateway.url, root: first, name)
        #expect(try versions(walk) == ["root": 1, "targets": 1, "snapshot": 1, "timestamp": 1])
        let files = try walk.object()["files"] as? [String: [String: Any]]
        let path = try #require(files?[name]?["path"] as? String)
        #expect(
            try Data(contentsOf: URL(filePath: path))
                == Data(contentsOf: URL(filePath: "\(shop.fleet)/releases/2.3.2/tax-tables.csv")))
        let custom = try #require(files?[name]?["custom"] as? [String: Any])
        #expect(custom["version"] as? String == "2.3.2" && custom["part"] as? Int == 1 && custom["parts"] as? Int == 1)

        #expect(try versions(late.walk(gateway.url, root: first))["root"] == 1)
        for number in 2...3 {
            for role in ["root", "targets", "snapshot", "timestamp"] {
                #expect(try shop.muster("key", "rotate", shop.fleet, role).code == 0)
            }
            #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
            try gateway.waitForTimestamp(number)
            let versions = try versions(faithful.walk(gateway.url, root: nil, name))
            #expect(versions == ["root": number, "targets": number, "snapshot": number, "timestamp": number])
        }
        #expect(try versions(late.walk(gateway.url))["root"] == 3)
        #expect(gateway.stop() == 0)
    }

    /// A state folder was lost with what the gateway had made: clients know later versions, until the keys change.
    @Test func newKeysMakeLostVersionsForgotten() throws {
        #expect(try shop.muster("key", "new", shop.fleet).code == 0)
        let timestamp = "\(shop.tuf)/metadata/timestamp.json"
        try shop.publish(hoursAgo: 13)
        let first = try Data(contentsOf: URL(filePath: timestamp))
        try shop.publish(hoursAgo: 0)
        let client = try PythonClient(shop)
        #expect(try versions(client.walk(shop.tuf, root: "\(shop.tuf)/metadata/1.root.json"))["timestamp"] == 2)
        try first.write(to: URL(filePath: timestamp))
        #expect(try client.walk(shop.tuf).code == 1)
        for role in ["timestamp", "snapshot"] { #expect(try shop.muster("key", "rotate", shop.fleet, role).code == 0) }
        #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
        #expect(
            try versions(client.walk(shop.tuf)) == ["root": 2, "targets": 1, "snapshot": 2, "timestamp": 2])
    }

    /// What somebody signs with a key that was taken back.
    @Test(arguments: [RepositoryRole.targets, .snapshot, .timestamp])
    func whatARevokedKeySignsIsRefused(role: RepositoryRole) throws {
        try shop.begin()
        let client = try PythonClient(shop)
        _ = try versions(client.walk(shop.tuf, root: "\(shop.tuf)/metadata/1.root.json"))
        let stolen = try SigningKey(pem: String(contentsOfFile: shop.keyFiles("\(role)")[0], encoding: .utf8))
        #expect(try shop.muster("key", "new", shop.fleet, "\(role)").code == 0)
        #expect(try shop.muster("key", "revoke", shop.fleet, stolen.publicKey.keyID).code == 0)
        #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
        _ = try versions(client.walk(shop.tuf))
        // The thief has the mirror too, and the right keys of what is above the stolen one, so that only that is wrong.
        try forge(role, with: stolen)
        let walk = try client.walk(shop.tuf)
        #expect(walk.code == 1)
        #expect(try walk.object()["error"] as? String == "UnsignedMetadataError", "\(walk.output)")
    }

    private func forge(_ role: RepositoryRole, with stolen: SigningKey) throws {
        let folder = RepositoryFolder(fleet: shop.fleet)
        var files = try RepositoryFiles(published: folder)
        let held = try KeyFolder(state: shop.state).keys()
        let root = try #require(files.root?.signed)
        func signed<Role: SignedRole>(_ value: Role, _ own: RepositoryRole) throws -> Metadata<Role> {
            var value = value
            value.version += 1
            var file = Metadata(value)
            if own == role { try file.sign(with: stolen) } else { try Signers(own, of: root).sign(&file, held) }
            return file
        }
        if role == .targets {
            files.targets = try signed(try #require(files.targets?.signed), .targets)
            try folder.publish(try #require(files.targets), .targets)
        }
        if role != .timestamp {
            var snapshot = try #require(files.snapshot?.signed)
            snapshot[role: "targets"] = MetaFile(of: try #require(files.targets))
            files.snapshot = try signed(snapshot, .snapshot)
            try folder.publish(try #require(files.snapshot), .snapshot)
        }
        var timestamp = try #require(files.timestamp?.signed)
        timestamp.snapshot = MetaFile(of: try #require(files.snapshot))
        try folder.publish(try signed(timestamp, .timestamp), .timestamp)
    }
}
