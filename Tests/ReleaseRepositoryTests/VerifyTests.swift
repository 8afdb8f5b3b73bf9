import Foundation
import Testing

@testable import ReleaseRepository

/// What `muster release verify` says, of a directory and of a URL.
@Suite(.timeLimit(.minutes(10)))
struct VerifyTests {
    let shop: ShopFleet

    init() throws { shop = try ShopFleet() }

    @Test func aRepositoryIsWalkedFromItsFirstRoot() throws {
        try shop.begin()
        #expect(try shop.muster("key", "rotate", shop.fleet, "root").code == 0)
        #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
        let run = try shop.muster("release", "verify", shop.fleet)
        #expect(run.code == 0, "\(run.output) \(run.errors)")
        #expect(run.output.hasPrefix("root 2, counts until "), "\(run.output)")
        #expect(run.output.contains("\nreleases/2.3.2/tax-tables.csv: 861 bytes, SHA-256 5031655c4e30d51f"))
        let gateway = try ShopGateway(shop)
        let root = "\(shop.tuf)/metadata/1.root.json"
        let remote = try shop.muster("release", "verify", gateway.url, "--root", root, "--json")
        #expect(remote.code == 0, "\(remote.output) \(remote.errors)")
        let answer = try remote.object()
        let roles = try #require(answer["roles"] as? [[String: Any]])
        #expect(roles.map { $0["role"] as? String } == ["root", "targets", "snapshot", "timestamp"])
        #expect(roles.map { $0["version"] as? Int } == [2, 1, 1, 1])
        let targets = try #require(answer["targets"] as? [[String: Any]])
        #expect(targets.count > 12 && targets.allSatisfy { $0["problem"] is NSNull })
        #expect(gateway.stop() == 0)
        let gone = try shop.muster("release", "verify", gateway.url, "--root", root)
        #expect(gone.code == 1 && gone.output.contains("a client would refuse it"), "\(gone.output) \(gone.errors)")
    }

    /// What is approved is shown, and what is not is said before an update begins.
    @Test func theWayBackIsShown() throws {
        try shop.begin()
        let plan = try shop.muster("plan", shop.fleet, "major-3.0.0", "--json").object()
        let unapproved = try #require(plan["unapproved"] as? [String])
        #expect(unapproved.count > 1 && plan["unsigned"] is NSNull, "\(plan)")
        let text = try shop.muster("plan", shop.fleet, "major-3.0.0").output
        #expect(text.contains("warning: no signature lets devices go back from 3.0.0"), "\(text)")
        let options = unapproved.flatMap { ["--approve-rollback", $0] } + ["--from", "3.0.0"]
        let publish = try shop.run(try program(), ["release", "publish", shop.fleet] + options)
        #expect(publish.code == 0, "\(publish.errors)")
        #expect(
            try shop.muster("plan", shop.fleet, "major-3.0.0", "--json").object()["unapproved"] as? [String] == [])
        let verify = try shop.muster("release", "verify", shop.fleet)
        #expect(verify.output.contains("; devices may go back to it from 3.0.0"), "\(verify.output)")
        let other = try shop.muster("key", "new", "\(shop.root)/nothing", "--state", "\(shop.root)/state")
        #expect(other.code == 2 && !FileManager.default.fileExists(atPath: "\(shop.root)/nothing"))
    }

    @Test func filesThatAreNotWhatWasSignedAreNamed() throws {
        try shop.begin()
        let file = "\(shop.fleet)/releases/2.3.2/tax-tables.csv"
        var bytes = try Data(contentsOf: URL(filePath: file))
        bytes[0] ^= 1
        try bytes.write(to: URL(filePath: file))
        let run = try shop.muster("release", "verify", shop.fleet)
        #expect(run.code == 1)
        #expect(run.output.contains("releases/2.3.2/tax-tables.csv: \(file) has the SHA-256 "), "\(run.output)")
        #expect(run.output.contains("a client would refuse 1 of "), "\(run.output)")
        #expect(try shop.muster("release", "verify", shop.fleet, "--metadata-only").code == 0)
    }

    @Test func whatAClientRefusesIsSaid() throws {
        try shop.begin()
        // Another repository's root is no beginning for this one.
        let other = try ShopFleet()
        try other.begin()
        let foreign = try shop.muster("release", "verify", shop.fleet, "--root", "\(other.tuf)/metadata/1.root.json")
        #expect(foreign.code == 1 && foreign.output.contains("a client would refuse it"), "\(foreign.output)")
        // A byte of the targets.
        let path = "\(shop.tuf)/metadata/1.targets.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try Data(text.replacingOccurrences(of: "\"version\":1", with: "\"version\":2").utf8).write(
            to: URL(filePath: path))
        let run = try shop.muster("release", "verify", shop.fleet)
        #expect(run.code == 1 && run.output.contains("a client would refuse it: targets"), "\(run.output)")
        // What was accepted before that is told.
        #expect(run.output.hasPrefix("root 1, counts until "), "\(run.output)")
    }

    @Test func badInput() throws {
        let none = try shop.muster("release", "verify", shop.fleet)
        #expect(none.code == 2 && none.errors.contains("there is no root"), "\(none.errors)")
        let url = try shop.muster("release", "verify", "http://127.0.0.1:9/DEFAULT/tuf")
        #expect(url.code == 2 && url.errors.contains("--root names the root"), "\(url.errors)")
        #expect(try shop.muster("release", "verify", "\(shop.root)/nothing").code == 2)
        let publish = try shop.muster("release", "publish", shop.fleet)
        #expect(publish.code == 2 && publish.errors.contains("there is no repository in"), "\(publish.errors)")
    }
}
