import Foundation
import Testing

/// Keys that are on other machines: staged files travel, are signed there by the real program, and come back.
@Suite(.timeLimit(.minutes(10)))
struct OfflineTests {
    let shop: ShopFleet

    init() throws { shop = try ShopFleet() }

    /// Another machine: a folder with a key and nothing else.
    private func machine(_ name: String) throws -> String {
        let folder = "\(shop.root)/\(name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for arguments in [
            ["genpkey", "-algorithm", "ed25519", "-out", "\(folder)/key.pem"],
            ["pkey", "-in", "\(folder)/key.pem", "-pubout", "-out", "\(folder)/public.pem"],
        ] {
            let run = try shop.run("/usr/bin/openssl", arguments)
            guard run.code == 0 else { throw Failure(run.errors) }
        }
        chmod("\(folder)/key.pem", 0o600)
        return folder
    }

    /// Brings a staged file to another machine, has it signed there, and brings it back.
    private func sign(_ file: String, on machine: String, root: String? = nil) throws -> ProgramRun {
        let there = "\(machine)/\((file as NSString).lastPathComponent)"
        try? FileManager.default.removeItem(atPath: there)
        try FileManager.default.copyItem(atPath: file, toPath: there)
        let run = try ProgramRun(
            try program(),
            ["release", "sign", there, "--key", "\(machine)/key.pem"] + (root.map { ["--root", $0] } ?? []),
            ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"], folder: machine)
        if run.code == 0 {
            try FileManager.default.removeItem(atPath: file)
            try FileManager.default.copyItem(atPath: there, toPath: file)
        }
        return run
    }

    @Test func twoOfThreeSignOnTheirOwnMachines() throws {
        let machines = try ["kim", "lea", "max"].map(machine)
        for role in ["root", "targets"] {
            let publicKeys = machines.flatMap { ["--public", "\($0)/public.pem"] }
            let run = try shop.run(
                try program(), ["key", "new", shop.fleet, role, "--threshold", "2"] + publicKeys)
            #expect(run.code == 0, "\(run.errors)")
        }
        #expect(try shop.muster("key", "new", shop.fleet).code == 0)
        let first = try shop.muster("release", "publish", shop.fleet)
        #expect(first.code == 3)
        // Both files are there at once, so that they make one journey.
        #expect(shop.names("\(shop.tuf)/staged") == ["root.json", "targets.json"])
        #expect(first.output.contains("root.json has 0 of the 2 signatures"), "\(first.output)")
        #expect(first.output.contains("targets.json has 0 of the 2 signatures"), "\(first.output)")
        for (machine, isEnough) in [(machines[0], false), (machines[2], true)] {
            for file in ["root.json", "targets.json"] {
                let run = try sign("\(shop.tuf)/staged/\(file)", on: machine)
                #expect(run.code == 0, "\(run.errors)")
                #expect(run.output.contains("digest of what is signed: "), "\(run.output)")
            }
            let publish = try shop.muster("release", "publish", shop.fleet)
            #expect(publish.code == (isEnough ? 0 : 3), "\(publish.output)")
            if !isEnough { #expect(publish.output.contains("has 1 of the 2 signatures")) }
        }
        #expect(shop.names("\(shop.tuf)/staged") == [])
        let client = try PythonClient(shop)
        let walk = try client.walk("\(shop.fleet)/tuf", root: "\(shop.tuf)/metadata/1.root.json")
        #expect(walk.code == 0, "\(walk.output) \(walk.errors)")
    }

    /// Nobody waits for the other: the copies are brought together.
    @Test func copiesAreSignedSideBySide() throws {
        let machines = try ["kim", "lea"].map(machine), staged = "\(shop.tuf)/staged/root.json"
        let publicKeys = machines.flatMap { ["--public", "\($0)/public.pem"] }
        let keys = ["key", "new", shop.fleet, "root", "--threshold", "2"] + publicKeys
        #expect(try shop.run(try program(), keys).code == 0)
        #expect(try shop.muster("key", "new", shop.fleet).code == 0)
        #expect(try shop.muster("release", "publish", shop.fleet).code == 3)
        for machine in machines {
            try FileManager.default.copyItem(atPath: staged, toPath: "\(machine)/root.json")
            let run = try shop.muster("release", "sign", "\(machine)/root.json", "--key", "\(machine)/key.pem")
            #expect(run.code == 0, "\(run.errors)")
        }
        let copies = machines.map { "\($0)/root.json" }
        let merge = try shop.muster("release", "sign", staged, "--merge", copies[0], "--merge", copies[1])
        #expect(merge.code == 0, "\(merge.errors)")
        for copy in copies { #expect(merge.output.contains("\n\(copy): signed by "), "\(merge.output)") }
        let again = try shop.muster("release", "sign", staged, "--merge", copies[0])
        #expect(again.code == 0 && again.output.contains("\(copies[0]): no signature that was not there"))
        #expect(try shop.muster("release", "publish", shop.fleet).code == 0)
        // What they have signed is not what waits next.
        #expect(try shop.muster("key", "rotate", shop.fleet, "timestamp").code == 0)
        let before = try Data(contentsOf: URL(filePath: staged))
        let old = try shop.muster("release", "sign", staged, "--merge", copies[0])
        let says = "\(copies[0]) says something else than \(staged)"
        #expect(old.code == 2 && old.errors.contains(says), "\(old.errors)")
        #expect(try Data(contentsOf: URL(filePath: staged)) == before)
    }

    /// What a person sees before they sign.
    @Test func theSummarySaysWhatIsSigned() throws {
        try shop.begin()
        let lea = try machine("lea")
        #expect(try shop.muster("key", "new", shop.fleet, "targets", "--public", "\(lea)/public.pem").code == 0)
        #expect(try shop.muster("key", "rotate", shop.fleet, "root", "--threshold", "1", "--renew").code == 0)
        let root = try shop.muster("release", "sign", "--show", "\(shop.tuf)/staged/root.json")
        #expect(root.code == 0, "\(root.errors)")
        #expect(root.output.contains("root 2, counts until "))
        #expect(root.output.contains("  targets: 1 of 2 keys: "), "\(root.output)")
        #expect(root.output.contains("root 2 adds the key "), "\(root.output)")
        #expect(
            try shop.muster(
                "release", "publish", shop.fleet, "--approve-rollback", "2.4.0", "--from", "2.5.0"
            ).code == 0)
        let targets = try shop.muster("release", "sign", "--show", "\(shop.tuf)/metadata/2.targets.json")
        #expect(targets.output.contains("  releases/2.3.2/tax-tables.csv: 861 bytes, SHA-256 5031655c4e30d51f"))
        #expect(targets.output.contains("    may be gone back to from 2.5.0"), "\(targets.output)")
    }

    @Test func aWrongKeyOrFileIsRefused() throws {
        try shop.begin()
        let stranger = try machine("stranger")
        #expect(try shop.muster("key", "rotate", shop.fleet, "timestamp").code == 0)
        let staged = "\(shop.tuf)/staged/root.json"
        let before = try Data(contentsOf: URL(filePath: staged))
        let run = try shop.muster("release", "sign", staged, "--key", "\(stranger)/key.pem")
        #expect(run.code == 2 && run.errors.contains("which is no key of root by root 1 or root 2"), "\(run.errors)")
        // The targets' key has no say in the root.
        let other = try shop.muster("release", "sign", staged, "--key", shop.keyFiles("targets")[0])
        #expect(other.code == 2)
        #expect(try Data(contentsOf: URL(filePath: staged)) == before)
        // Far from the fleet the root that is trusted there says it.
        let targets = "\(shop.tuf)/metadata/1.targets.json"
        let far = try sign(targets, on: stranger, root: "\(shop.tuf)/metadata/1.root.json")
        #expect(far.code == 2 && far.errors.contains("no key of targets by root 1"), "\(far.errors)")
        for (file, says) in [
            ("\(shop.fleet)/fleet.yaml", "is no root, targets, snapshot or timestamp of The Update Framework"),
            ("\(shop.root)/nothing.json", "is missing"), ("/dev/null", "is no regular file"),
        ] {
            let run = try shop.muster("release", "sign", file, "--key", shop.keyFiles("root")[0])
            #expect(run.code == 2 && run.errors.contains(says), "\(run.errors)")
        }
    }
}
