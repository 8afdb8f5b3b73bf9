import Foundation
import Testing

/// Keys of a fleet's repository, by the real program.
@Suite(.timeLimit(.minutes(10)))
struct KeyTests {
    let shop: ShopFleet

    init() throws { shop = try ShopFleet() }

    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    private func openssl(_ arguments: String...) throws {
        let run = try shop.run("/usr/bin/openssl", arguments)
        guard run.code == 0 else { throw Failure(run.errors) }
    }

    @Test func aRepositoryBeginsWithAKeyForEachRole() throws {
        let run = try shop.muster("key", "new", shop.fleet)
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("staged/root.json has the signatures that root 1 needs"), "\(run.output)")
        for role in ["root", "targets", "snapshot", "timestamp"] {
            let files = shop.keyFiles(role)
            #expect(files.count == 1, "\(role)")
            #expect(try files.map(mode) == [0o600])
        }
        #expect(try mode("\(shop.state)/keys") == 0o700)
        // Nothing private is in what is shared, copied and kept in version control.
        for path in try FileManager.default.subpathsOfDirectory(atPath: shop.tuf) where path.hasSuffix(".json") {
            #expect(try !String(contentsOfFile: "\(shop.tuf)/\(path)", encoding: .utf8).contains("PRIVATE"))
        }
        #expect(shop.names("\(shop.tuf)/metadata") == [])
        let again = try shop.muster("key", "new", shop.fleet)
        #expect(again.code == 2 && again.errors.contains("every role has a key"))
    }

    @Test func keysOfEveryKindCount() throws {
        try openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "rsa.pem")
        try openssl("pkey", "-in", "rsa.pem", "-pubout", "-out", "rsa.pub")
        chmod("\(shop.root)/work/rsa.pem", 0o600)
        #expect(try shop.muster("key", "new", shop.fleet, "root", "--public", "rsa.pub").code == 0)
        #expect(try shop.muster("key", "new", shop.fleet, "targets", "--type", "ecdsa-p256").code == 0)
        #expect(try shop.muster("key", "new", shop.fleet).code == 0)
        let waits = try shop.muster("release", "publish", shop.fleet)
        #expect(waits.code == 3 && waits.output.contains("its private half is not here"), "\(waits.output)")
        #expect(shop.names("\(shop.tuf)/metadata") == [])
        let sign = try shop.muster("release", "sign", "\(shop.tuf)/staged/root.json", "--key", "rsa.pem")
        #expect(sign.code == 0, "\(sign.errors)")
        #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
        let list = try shop.muster("key", "list", shop.fleet, "--json").object()
        let roles = try #require(list["roles"] as? [[String: Any]])
        let kinds = roles.map { ($0["keys"] as? [[String: Any]])?.first?["kind"] as? String }
        #expect(kinds == ["rsassa-pss-sha256", "ecdsa-sha2-nistp256", "ed25519", "ed25519"])
        #expect(roles.map { $0["version"] as? Int } == [1, 1, 1, 1])
        #expect(roles.map { $0["state"] as? String } == Array(repeating: "good", count: 4))
        // python-tuf makes the same of all of it.
        let client = try PythonClient(shop)
        let walk = try client.walk("\(shop.fleet)/tuf", root: "\(shop.tuf)/metadata/1.root.json")
        #expect(walk.code == 0, "\(walk.output) \(walk.errors)")
    }

    @Test func aKeyTakesTheSpotOfAnother() throws {
        try shop.begin()
        let old = try shop.keyIDs("timestamp", root: 1)
        #expect(try shop.muster("key", "rotate", shop.fleet, "timestamp").code == 0)
        #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
        let new = try shop.keyIDs("timestamp", root: 2)
        #expect(old.count == 1 && new.count == 1 && old != new)
        // The old key's file is there still, and no root knows the key.
        #expect(shop.keyFiles("timestamp").count == 2)
        let keys = try shop.signed("2.root.json")["keys"] as? [String: Any]
        #expect(keys?[old[0]] == nil && keys?.count == 4)
        #expect(try shop.signed("timestamp.json")["version"] as? Int == 2)
        let signatures = try shop.metadata("timestamp.json")["signatures"] as? [[String: String]]
        #expect(signatures?.map { $0["keyid"] } == new)
    }

    @Test func severalChangesAreOneRoot() throws {
        try shop.begin()
        #expect(try shop.muster("key", "rotate", shop.fleet, "timestamp").code == 0)
        let second = try shop.muster("key", "new", shop.fleet, "targets")
        #expect(second.output.contains("it is another file than before"), "\(second.output)")
        #expect(try shop.muster("key", "rotate", shop.fleet, "root", "--renew", "--expires", "30d").code == 0)
        #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
        #expect(
            shop.names("\(shop.tuf)/metadata").filter { $0.hasSuffix("root.json") } == ["1.root.json", "2.root.json"])
        #expect(shop.names("\(shop.tuf)/staged") == [])
        let expires = try #require(try shop.signed("2.root.json")["expires"] as? String)
        let left = try #require(ISO8601DateFormatter().date(from: expires)).timeIntervalSinceNow / 86_400
        #expect((29.9...30).contains(left))
    }

    /// No backup holds the keys, so that a state in another's place goes on with those of that.
    @Test func aRestoreKeepsTheKeys() throws {
        try shop.begin()
        #expect(try shop.muster("device", "token", shop.fleet, "pos-nyc-001").code == 0)
        let backup = "\(shop.root)/backup.tar"
        #expect(try shop.muster("backup", shop.fleet, backup).code == 0)
        let keys = shop.names("\(shop.state)/keys")
        let restore = try shop.muster("restore", backup, shop.fleet, "--replace")
        #expect(restore.code == 0, "\(restore.errors)")
        #expect(restore.output.contains("\nkeys/, which no backup holds, were copied from there"), "\(restore.output)")
        #expect(shop.names("\(shop.state)/keys") == keys && keys.count == 4)
        #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
    }

    /// By what is said of it its owner knows what to bring instead.
    @Test func aKeyThatIsUnfitIsCalledByItsKind() throws {
        let curve = ["-pkeyopt"]
        let kinds: [(name: String, options: [String], says: String)] = [
            ("p384", ["EC"] + curve + ["ec_paramgen_curve:P-384"], "it is a key on the curve P-384"),
            ("ed448", ["ed448"], "it is a key of Ed448"),
            ("rsa", ["RSA"] + curve + ["rsa_keygen_bits:1024"], "it is a key of RSA, of fewer than 2048 bits"),
        ]
        for (name, options, says) in kinds {
            let draw = ["genpkey", "-out", "\(name).pem", "-algorithm"] + options
            #expect(try shop.run("/usr/bin/openssl", draw).code == 0)
            try openssl("pkey", "-in", "\(name).pem", "-pubout", "-out", "\(name).pub")
            let run = try shop.muster("key", "new", shop.fleet, "root", "--public", "\(name).pub")
            #expect(run.code == 2 && run.errors.contains("\(name).pub: \(says)"), "\(run.errors)")
        }
        try openssl("genpkey", "-algorithm", "ed25519", "-out", "own.pem")
        let own = try shop.muster("key", "new", shop.fleet, "root", "--public", "own.pem")
        #expect(own.code == 2 && own.errors.contains("own.pem: it is a private key"), "\(own.errors)")
        try shop.begin()
        try openssl("pkey", "-in", "own.pem", "-aes256", "-passout", "pass:tills", "-out", "locked.pem")
        chmod("\(shop.root)/work/locked.pem", 0o600)
        let root = "\(shop.tuf)/metadata/1.root.json"
        let locked = try shop.muster("release", "sign", root, "--key", "locked.pem")
        #expect(locked.code == 2 && locked.errors.contains("it is a private key with a passphrase"), "\(locked.errors)")
    }

    @Test func whatIsRefusedChangesNothing() throws {
        try shop.begin()
        let root = try shop.keyIDs("root", root: 1)[0]
        let refusals: [([String], String)] = [
            (["revoke", shop.fleet, root], "root would have 0 keys, of which 1 have to sign"),
            (["revoke", shop.fleet, "feedfeed"], "no role has a key feedfeed"),
            (["new", shop.fleet, "targets", "--threshold", "3"], "targets would have 2 keys, of which 3 have to sign"),
            (["new", shop.fleet, "targets", "--public", "none.pub"], "none.pub is missing"),
            (["new", shop.fleet, "targets", "--public", "/etc/hostname"], "/etc/hostname: this key cannot be used"),
            (["rotate", shop.fleet, "timestamp", "--renew", "--expires", "30s"], "the least is 1m"),
            (["rotate", shop.fleet, "timestamp", "--renew", "--expires", "soon"], "write it like 90d, 12h or 30m"),
            (["rotate", shop.fleet, "snapshot", String(root.prefix(12))], "is no key of snapshot"),
            (["new", shop.fleet, "root", "targets", "--threshold", "1"], "are of one role"),
        ]
        for (arguments, says) in refusals {
            let run = try shop.run(try program(), ["key"] + arguments)
            #expect(run.code == 2, "\(arguments)")
            #expect(run.errors.contains(says), "\(run.errors)")
        }
        #expect(shop.names("\(shop.tuf)/staged") == [])
        #expect(shop.names("\(shop.state)/keys").count == 4)
        chmod("\(shop.keyFiles("targets")[0])", 0o640)
        let open = try shop.muster("release", "publish", shop.fleet)
        #expect(open.code == 2 && open.errors.contains("a private key that others than its owner may read"))
    }
}
