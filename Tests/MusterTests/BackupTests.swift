import FleetBackup
import FleetCore
import FleetJournal
import Foundation
import TerminalTesting
import Testing

/// `muster backup` and `muster restore`, by the real program.
@Suite(.timeLimit(.minutes(10)))
struct BackupTests {
    /// As fast as it goes, which is several a second, while a rollout runs.
    @Test func eachBackupOfARolloutIsTheJournalAtItsMoment() throws {
        let fleet = BackupFleet(try CrashFleet.make())
        try fleet.startEngine(speed: 600)
        let start = try MusterRun(["update", "start", fleet.scratch.fleet, CrashFleet.update], fleet.scratch)
        #expect(start.code == 0, "\(start.errors)")
        var manifests: [BackupManifest] = []
        for number in 0..<30 { manifests.append(try fleet.takeBackup(number)) }
        try fleet.stopEngine()
        let journal = try records(in: fleet.scratch.state)
        #expect(Set(manifests.map(\.facts)).count >= 5, "\(manifests.map(\.facts))")
        for (number, manifest) in manifests.enumerated() {
            let state = "\(fleet.scratch.root)/restored-\(number)"
            let restore = try fleet.restore(number, to: state)
            try #require(restore.code == 0, "\(restore.errors)")
            let restored = try records(in: state)
            #expect(restored.prefix(manifest.facts).elementsEqual(journal.prefix(manifest.facts)))
            #expect(restored[manifest.facts - 1].hash.description == manifest.head)
            #expect(fold(restored.prefix(manifest.facts)) == fold(journal.prefix(manifest.facts)))
            #expect(try MusterRun(["audit", "verify", fleet.scratch.fleet, "--state", state], fleet.scratch).code == 0)
        }
    }

    /// What was restored says so, holds what was under way, and goes on when it is told to.
    @Test func aRestoredRolloutWaitsForAPersonAndGoesOn() throws {
        let fleet = BackupFleet(try CrashFleet.make())
        try fleet.startEngine(speed: 60)
        _ = try MusterRun(["update", "start", fleet.scratch.fleet, CrashFleet.update], fleet.scratch)
        _ = try fleet.takeBackup()
        try fleet.stopEngine()
        let refused = try fleet.restore(to: fleet.scratch.state)
        #expect(refused.code == 1)
        #expect(
            refused.errors == "muster: \(fleet.scratch.state) has a state, or other files; name another folder with "
                + "--state, or have it moved aside with --replace\n")
        let restore = try fleet.restore(to: fleet.scratch.state, ["--replace", "--reason", "disk"])
        #expect(restore.code == 0, "\(restore.errors)")
        #expect(restore.output.contains("\n\(CrashFleet.update) is paused: see what became of it after the backup"))
        let former = try #require(restore.output.firstMatch(of: /what was there is (.+)/)?.1)
        #expect(former.hasPrefix("\(fleet.scratch.state).before-20"))
        #expect(FileManager.default.fileExists(atPath: "\(former)/journal.sqlite"))
        let audit = try MusterRun(["audit", "list", fleet.scratch.fleet], fleet.scratch)
        #expect(audit.output.contains("restore") && audit.output.contains("disk"), "\(audit.output)")
        try fleet.startEngine(speed: 5000)
        let resume = try MusterRun(["update", "resume", fleet.scratch.fleet, CrashFleet.update], fleet.scratch)
        #expect(resume.code == 0, "\(resume.errors)")
        let wait = try MusterRun(
            ["update", "wait", fleet.scratch.fleet, CrashFleet.update, "--timeout", "60s"], fleet.scratch)
        #expect(wait.code == 0, "\(wait.output)\(wait.errors)")
    }

    /// Keys are in no backup, and what devices have seen signed never goes back: a state that takes another's place goes on
    /// with both. Where there is none, it is said what to do.
    @Test func whatSignsReleasesIsKept() throws {
        let fleet = BackupFleet(try ScratchFleet()), scratch = fleet.scratch
        for arguments in [["key", "new", scratch.fleet], ["release", "publish", scratch.fleet]] {
            #expect(try MusterRun(arguments, scratch).code == 0)
        }
        #expect(try ServeRun(scratch).stop() == 0)
        let manifest = try fleet.takeBackup()
        #expect(!manifest.members.contains { $0.name.contains("key") || $0.name.contains("tuf") })
        let before = try Self.secrets(scratch.state)
        #expect(before.keys.filter { $0.hasPrefix("keys/") }.count == 4 && before["tuf/timestamp.json"] != nil)

        // A restore that was killed has left some of it behind.
        let left = "\(scratch.state).restoring/keys"
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
        try Data("half".utf8).write(to: URL(filePath: "\(left)/timestamp-1.pem"))
        let replaced = try MusterRun(["restore", fleet.file(), scratch.fleet, "--replace"], scratch)
        #expect(replaced.code == 0, "\(replaced.errors)")
        #expect(
            replaced.output.contains(
                "\nkeys/ and tuf/, which no backup holds, were copied from there: "
                    + "devices have seen what was signed since\n"))
        #expect(!replaced.output.contains("rotate"), "\(replaced.output)")
        #expect(try Self.secrets(scratch.state) == before)
        for folder in ["keys", "tuf"] { #expect(try modes(of: "\(scratch.state)/\(folder)") == 0o700) }
        for name in before.keys { #expect(try modes(of: "\(scratch.state)/\(name)") == 0o600) }
        let former = try #require(replaced.output.firstMatch(of: /what was there is (.+)/)?.1)
        #expect(try Self.secrets(String(former)) == before)

        // On a machine that has nothing.
        try FileManager.default.moveItem(atPath: scratch.state, toPath: "\(scratch.root)/lost")
        let fresh = try MusterRun(["restore", fleet.file(), scratch.fleet], scratch)
        #expect(fresh.code == 0, "\(fresh.errors)")
        for role in ["timestamp", "snapshot"] {
            #expect(fresh.output.contains("no key in \(scratch.state)/keys can sign a new \(role)"), "\(fresh.output)")
            #expect(fresh.output.contains("`muster key rotate FLEET \(role)`"))
        }
        #expect(fresh.output.contains("\ndevices have seen later versions of timestamp and snapshot than are known"))
        // Whoever has not read that is told again, before anything has ended.
        let check = try MusterRun(["check", scratch.fleet], scratch)
        #expect(check.code == 0 && check.output.contains("no key in \(scratch.state)/keys can sign a new timestamp"))
        let serve = try ServeRun(scratch)
        #expect(
            serve.lines.contains { line in
                line["message"]?.contains("cannot be made anew: no key in \(scratch.state)/keys can sign a new") == true
            }, "\(serve.text)")
        #expect(serve.stop() == 0)
    }

    /// The files in a state's keys/ and tuf/, by their paths in it.
    private static func secrets(_ state: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for folder in ["keys", "tuf"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: "\(state)/\(folder)") {
                files["\(folder)/\(name)"] = try Data(contentsOf: URL(filePath: "\(state)/\(folder)/\(name)"))
            }
        }
        return files
    }

    @Test func anEngineThatRunsIsNotReplaced() throws {
        let fleet = BackupFleet(try ScratchFleet())
        let serve = try ServeRun(fleet.scratch)
        _ = try fleet.takeBackup()
        let before = try FileTree(fleet.scratch.state)
        let run = try fleet.restore(to: fleet.scratch.state, ["--replace"])
        #expect(run.code == 1)
        #expect(run.errors.hasPrefix("muster: an engine runs on \(fleet.scratch.state); end it with"), "\(run.errors)")
        #expect(try FileTree(fleet.scratch.state).paths == before.paths)
        #expect(serve.stop() == 0)
    }

    /// Root puts nothing of its own in the place of somebody else's state: their engine could not start on it.
    @Test(.enabled(if: geteuid() == 0), arguments: [false, true])
    func aStateOfSomebodyElseIsNotReplaced(isEmpty: Bool) throws {
        let fleet = BackupFleet(try PastFleet().scratch),
            state = isEmpty ? "\(fleet.scratch.root)/empty" : fleet.scratch.state
        _ = try fleet.takeBackup()
        if isEmpty { try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false) }
        #expect(chown(state, 1, 1) == 0)
        let before = try FileTree(fleet.scratch.root).paths
        let run = try fleet.restore(to: state, ["--replace"])
        #expect(run.code == 1 && run.output == "")
        #expect(
            run.errors == "muster: \(state) belongs to another user, number 1; restore it as that user\n",
            "\(run.errors)")
        #expect(try FileTree(fleet.scratch.root).paths == before)
    }

    @Test func aFileThatIsThereIsKept() throws {
        let fleet = BackupFleet(try PastFleet().scratch)
        try Data("precious".utf8).write(to: URL(filePath: fleet.file()))
        let run = try MusterRun(["backup", fleet.scratch.fleet, fleet.file()], fleet.scratch)
        #expect(run.code == 1 && run.output == "")
        #expect(
            run.errors == "muster: \(fleet.file()) is there already; name another file, or replace it with --force\n")
        #expect(try Data(contentsOf: URL(filePath: fleet.file())) == Data("precious".utf8))
        let forced = try MusterRun(["backup", fleet.scratch.fleet, fleet.file(), "--force"], fleet.scratch)
        #expect(forced.code == 0, "\(forced.errors)")
        #expect(try MusterRun(["restore", fleet.file(), "--verify-only"], fleet.scratch).code == 0)
        #expect(try modes(of: fleet.file()) == 0o600)
        #expect(!FileManager.default.fileExists(atPath: fleet.file() + ".partial"))
    }

    private func modes(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    /// As on a disk that is full by then: before the copy, in the middle of it, and when the archive is written.
    @Test(arguments: [0.0, 0.01, 0.5, 1.01]) func aFullDiskLeavesNothing(share: Double) throws {
        let fleet = BackupFleet(try PastFleet().scratch)
        let journal = try SQLiteJournal.open(
            directory: fleet.scratch.state, fleet: "sample-fleet", mode: .readWrite)
        try journal.append((0..<5000).map { _ in Fact(at: PastFleet.start + .hours(1), .engineStarted) })
        try journal.close()
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(fleet.scratch.state)/journal.sqlite")
        let blocks = try #require(attributes[.size] as? Int) / 512
        let run = try MusterRun(
            ["backup", fleet.scratch.fleet, fleet.file()], fleet.scratch, mostFileBlocks: Int(Double(blocks) * share))
        #expect(run.code == 1)
        let left = try FileManager.default.contentsOfDirectory(atPath: fleet.scratch.root)
        #expect(left.filter { $0.hasPrefix("backup") } == [])
    }

    /// Tokens are part of it; what `tar` and `sha256sum` say of it is the same.
    @Test func itIsAnArchiveThatToolsCanRead() throws {
        let fleet = BackupFleet(try PastFleet().scratch)
        #expect(try MusterRun(["device", "token", fleet.scratch.fleet, "pos-nyc-001"], fleet.scratch).code == 0)
        let manifest = try fleet.takeBackup()
        #expect(manifest.members.map(\.name) == ["journal.sqlite", "credentials"])
        let out = "\(fleet.scratch.root)/taken-apart"
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: false)
        #expect(try ToolOutput("tar", ["-xf", fleet.file(), "-C", out]).code == 0)
        let sums = try ToolOutput("sh", ["-c", "cd \"$1\" && sha256sum --check --strict SHA256SUMS", "sh", out])
        #expect(sums.code == 0 && sums.output == "manifest.json: OK\njournal.sqlite: OK\ncredentials: OK\n")
        let state = "\(fleet.scratch.root)/restored"
        #expect(try fleet.restore(to: state).code == 0)
        #expect(
            try Data(contentsOf: URL(filePath: "\(state)/credentials"))
                == Data(contentsOf: URL(filePath: "\(fleet.scratch.state)/credentials")))
    }

    @Test func theBackupOfAnotherFleetIsRefused() throws {
        let fleet = BackupFleet(try PastFleet().scratch)
        _ = try fleet.takeBackup()
        try fleet.scratch.edit("fleet.yaml", "name: sample-fleet", "name: other-fleet")
        let run = try MusterRun(["restore", fleet.file(), fleet.scratch.fleet, "--verify-only"], fleet.scratch)
        #expect(run.code == 1)
        #expect(run.errors.contains("is a backup of the fleet \"sample-fleet\", not of \"other-fleet\""))
    }
}
