import FleetCore
import Foundation
import Testing

/// `muster serve` with both kinds of terminals at once: one that calls in, and one that is pushed to by SSH.
@Suite(.timeLimit(.minutes(10)))
struct MixedFleetTests {
    private static let device = "till-b"

    /// A fleet of two terminals, of which one is a folder behind a real sshd.
    private func makeFleet() throws -> (ScratchFleet, SSHServer, terminal: String) {
        let scratch = try ScratchFleet()
        let server = try SSHServer(scratch, commands: ["push": #"exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\""#])
        let terminal = "\(scratch.root)/terminal"
        try FileManager.default.createDirectory(atPath: terminal, withIntermediateDirectories: false)
        try Data("2.3.1\n".utf8).write(to: URL(filePath: "\(terminal)/version"))
        let install = "#!/bin/sh\nset -e\ntest -f \"$1/pos-app.bin\"\necho \"$2\" > '\(terminal)/version'\n"
        try Data(install.utf8).write(to: URL(filePath: "\(terminal)/install"))
        chmod("\(terminal)/install", 0o700)
        let options = """
            Host *
                IdentityFile \(scratch.root)/ssh/push
                IdentitiesOnly yes
                UserKnownHostsFile \(scratch.root)/ssh/known_hosts

            """
        try Data(options.utf8).write(to: URL(filePath: "\(scratch.root)/ssh/options"))
        let settings =
            try scratch.text("fleet.yaml") + """

                push:
                  folder: \(terminal)/muster
                  install: [\(terminal)/install, "{files}", "{version}"]
                  version: [/bin/cat, \(terminal)/version]
                  ssh-config: \(scratch.root)/ssh/options

                """
        try scratch.write("fleet.yaml", Array(settings.utf8))
        let devices = """
            [
              {"id": "till-a", "firmware_version": "2.3.1", "site": "a", "region": "northeast",
               "address": "ssh://\(server.host):\(server.port)"},
              {"id": "\(Self.device)", "firmware_version": "2.3.1", "site": "b", "region": "northeast", "status": "online"}
            ]
            """
        try scratch.write("devices.json", Array(devices.utf8))
        try scratch.edit("updates/critical-patch-2.4.1.yaml", "devices: status = online", "devices: all")
        try scratch.edit("updates/critical-patch-2.4.1.yaml", "offline: skip", "offline: queue")
        // Terminals that simulations name are not in this fleet.
        try FileManager.default.removeItem(atPath: "\(scratch.fleet)/simulation.yaml")
        return (scratch, server, terminal)
    }

    /// What the terminal that calls in does, by the real curl.
    private func callIn(_ serve: ServeRun, _ scratch: ScratchFleet) throws {
        let token = try MusterRun(["device", "token", scratch.fleet, Self.device], scratch)
        let secret = token.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let header = ["-H", "Authorization: TargetToken \(secret)"]
        let base = "http://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/\(Self.device)"
        let poll = try CurlRun(base, header + ["-H", "Prefer: wait=15"]).body
        let link = String(try #require(poll.firstMatch(of: /"deploymentBase":{"href":"([^"]+)"/)?.output.1, "\(poll)"))
        let deployment = try CurlRun(link, header).body
        for file in deployment.matches(of: /"download-http":{"href":"([^"]+)"/) {
            #expect(try CurlRun(String(file.output.1), header + ["-o", "/dev/null"]).status == 200)
        }
        let feedback = #"{"status":{"execution":"closed","result":{"finished":"success"}}}"#
        let place = (link.split(separator: "?").first.map(String.init) ?? link) + "/feedback"
        let said = try CurlRun(
            place, header + ["-H", "Content-Type: application/json", "-X", "POST", "-d", feedback])
        #expect(said.status == 200, "\(said.body)")
    }

    private func settle(_ serve: ServeRun, _ what: String, _ condition: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try !condition() {
            guard ContinuousClock.now < deadline else {
                throw ScratchFleet.Failure(description: "not seen: \(what): \(serve.text)")
            }
            usleep(50_000)
        }
    }

    /// The terminal behind SSH asks for no signatures: the fleet's are asked in its stead, also for the way back.
    @Test func whatIsPushedIsSigned() throws {
        let (scratch, server, terminal) = try makeFleet(), update = "critical-patch-2.4.1"
        let devices = """
            [{"id": "till-a", "firmware_version": "2.3.1", "site": "a", "region": "northeast",
              "address": "ssh://\(server.host):\(server.port)"}]
            """
        try scratch.write("devices.json", Array(devices.utf8))
        try scratch.edit("fleet.yaml", "backoff: 1m", "backoff: 1s")
        func muster(_ arguments: String...) throws {
            let run = try MusterRun(arguments, scratch)
            #expect(run.code == 0, "\(arguments): \(run.output)\(run.errors)")
        }
        func version() throws -> String { try String(contentsOfFile: "\(terminal)/version", encoding: .utf8) }
        // Begun before the fleet has signed anything, and not in what it signed first.
        try muster("update", "start", scratch.fleet, update)
        let release = "\(scratch.fleet)/releases/2.4.1", away = "\(scratch.root)/away"
        try FileManager.default.createDirectory(atPath: away, withIntermediateDirectories: false)
        for part in ["releases/2.4.1", "updates"] {
            try FileManager.default.moveItem(
                atPath: "\(scratch.fleet)/\(part)", toPath: "\(away)/\(part.replacing("/", with: "-"))")
        }
        try muster("key", "new", scratch.fleet)
        try muster("release", "publish", scratch.fleet)
        try FileManager.default.moveItem(atPath: "\(away)/releases-2.4.1", toPath: release)
        try FileManager.default.moveItem(atPath: "\(away)/updates", toPath: "\(scratch.fleet)/updates")
        let serve = try ServeRun(scratch)
        let unsigned = "signature: pos-app.bin of release 2.4.1 is not signed"
        try settle(serve, unsigned) { try Audit(scratch).causes.contains(unsigned) }
        #expect(serve.text.contains(unsigned))
        for folder in ["incoming", "releases"] {
            #expect(!FileManager.default.fileExists(atPath: "\(terminal)/muster/\(folder)/2.4.1"))
        }
        #expect(try version() == "2.3.1\n")
        // Signed while it waits for its next attempt, or for somebody to try it again.
        try muster("release", "publish", scratch.fleet)
        try settle(serve, "the end") { try Audit(scratch).hasEnded || version() == "2.4.1\n" }
        if try version() != "2.4.1\n" { try muster("update", "retry", scratch.fleet, update) }
        try settle(serve, "the release") { try version() == "2.4.1\n" && Audit(scratch).completed == 1 }

        let rollback = try MusterRun(["update", "rollback", scratch.fleet, update, "--yes"], scratch)
        #expect(rollback.code == 0, "\(rollback.errors)")
        #expect(
            rollback.errors.contains(
                "warning: no signature lets devices go back from 2.4.1 to 2.3.1: those that look for one refuse it; "),
            "\(rollback.errors)")
        let back = "signature: 2.3.1 is older than 2.4.1, and no rollback from that is signed"
        try settle(serve, back) { try Audit(scratch).causes.count { $0 == back } == 3 }
        #expect(try version() == "2.4.1\n")
        try muster("release", "publish", scratch.fleet, "--approve-rollback", "2.3.1", "--from", "2.4.1")
        try muster("update", "retry", scratch.fleet, "\(update)/rollback")
        try settle(serve, "the way back") { try version() == "2.3.1\n" && Audit(scratch).completed == 2 }
        #expect(serve.stop() == 0)
        withExtendedLifetime(server) {}
    }

    @Test func bothKindsAreUpdatedAtOnce() throws {
        let (scratch, server, terminal) = try makeFleet()
        let check = try MusterRun(["check", scratch.fleet], scratch)
        #expect(check.code == 0, "\(check.output)")
        let serve = try ServeRun(scratch, ["--start", "critical-patch-2.4.1"])
        try callIn(serve, scratch)
        let deadline = ContinuousClock.now + .seconds(60)
        while try Audit(scratch).completed < 2 {
            guard ContinuousClock.now < deadline else {
                throw ScratchFleet.Failure(description: "the update does not end: \(serve.text)")
            }
            usleep(50_000)
        }
        #expect(try String(contentsOfFile: "\(terminal)/version", encoding: .utf8) == "2.4.1\n")
        let release = "\(terminal)/muster/releases/2.4.1"
        for file in ["pos-app.bin", "terminal.conf"] {
            #expect(
                FileManager.default.contentsEqual(
                    atPath: "\(release)/\(file)", andPath: "\(scratch.fleet)/releases/2.4.1/\(file)"))
        }
        #expect(serve.stop() == 0)
        withExtendedLifetime(server) {}
    }
}

extension Audit {
    /// Why attempts have failed, in order.
    fileprivate var causes: [String] {
        facts.compactMap { if case .attemptFailed(_, _, let cause, _) = $0.event { cause.code } else { nil } }
    }

    /// Whether an update has ended.
    fileprivate var hasEnded: Bool { facts.contains { if case .updateEnded = $0.event { true } else { false } } }

    /// Terminals that have completed an update.
    fileprivate var completed: Int {
        facts.count { if case .assignmentCompleted = $0.event { true } else { false } }
    }
}
