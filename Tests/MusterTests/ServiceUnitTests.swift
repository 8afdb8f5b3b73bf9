import Foundation
import TerminalTesting
import Testing

@testable import muster

/// The unit that `muster service unit` prints, read by systemd's own programs.
@Suite(.timeLimit(.minutes(10)))
struct ServiceUnitTests {
    let scratch: ScratchFleet

    init() throws { scratch = try ScratchFleet() }

    private func unit(_ options: [String] = [], fleet: String? = nil) throws -> MusterRun {
        let run = try MusterRun(["service", "unit", fleet ?? scratch.fleet] + options, scratch)
        #expect(run.code == 0, "\(run.errors)")
        return run
    }

    /// Puts a unit where systemd's programs find it; gives its path.
    private func install(_ text: String) throws -> String {
        let folder = "\(scratch.root)/units"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/muster-sample-fleet.service"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test(arguments: [[], ["--listen", "0.0.0.0:443"], ["--state", "/srv/muster state"]])
    func systemdHasNothingAgainstIt(options: [String]) throws {
        let path = try install(try unit(options).output)
        let verify = try ToolOutput("systemd-analyze", ["verify", "--man=no", path])
        #expect(verify.code == 0 && verify.output == "" && verify.errors == "", "\(verify.errors)")
    }

    /// In tenths: 10 is a service without any protection. A further right costs what systemd says that it costs.
    @Test(arguments: [([], 12), (["--listen", "[::]:443"], 14)])
    func itIsHardened(options: [String], most: Int) throws {
        let path = try install(try unit(options).output)
        let security = try ToolOutput(
            "systemd-analyze", ["security", "--offline=true", "--threshold=\(most)", "--no-pager", path])
        #expect(security.code == 0, "\(security.output)")
    }

    /// systemd reads the unit back, as it would start it.
    @Test func pathsMeanThemselves() throws {
        let odd = "\(scratch.root)/a b%n $HOME \"q\" it's\\"
        try FileManager.default.moveItem(atPath: scratch.fleet, toPath: odd)
        let state = "/srv/%i ${x} \"s\""
        let text = try unit(["--state", state, "--start", "critical-patch-2.4.1"], fleet: odd).output
        let program = try #require(text.firstMatch(of: #/ExecStart="([^"]+)"/#)?.1)
        let arguments = try arguments(install(text.replacing(program, with: "/bin/true")))
        #expect(
            arguments == ["/bin/true", "serve", odd, "--state", state, "--start", "critical-patch-2.4.1"])
        #expect(program.hasSuffix("/muster") && program.hasPrefix("/"))
    }

    /// What systemd would start; its test mode prints it as a shell would have to be given it.
    private func arguments(_ path: String) throws -> [String] {
        try ToolOutput("chmod", ["-R", "a+rX", scratch.root]).expectSuccess()
        let folder = URL(filePath: path).deletingLastPathComponent().path()
        let dump = try ToolOutput(
            "setpriv",
            [
                "--reuid=65534", "--regid=65534", "--clear-groups", "env", "SYSTEMD_UNIT_PATH=\(folder):",
                "XDG_RUNTIME_DIR=/nonexistent", "/lib/systemd/systemd", "--test", "--system",
                "--unit=muster-sample-fleet.service",
            ])
        let line = try #require(
            dump.output.split(separator: "\n").first { $0.contains("Command Line: /bin/true serve") })
        let command = line[(try #require(line.range(of: "Command Line: "))).upperBound...]
        let printed = try ToolOutput("bash", ["-c", "printf '%s\\0' \(command)"])
        // A dollar sign is doubled until the program is started, when variables are put in.
        return printed.output.replacing("$$", with: "$").split(separator: "\0").map(String.init)
    }

    @Test func optionsOfServeStandInIt() throws {
        for (name, text) in [("cert.pem", ""), ("key.pem", ""), ("ca.pem", "")] {
            try Data(text.utf8).write(to: URL(filePath: "\(scratch.root)/work/\(name)"))
        }
        let text = try unit([
            "--listen", "[::1]:8443", "--tls-cert", "cert.pem", "--tls-key", "./key.pem", "--client-ca",
            "../work/ca.pem",
            "--require-client-cert", "--bytes-per-second-per-device", "5000", "--user", "tills",
        ]).output
        let work = "\(scratch.root)/work"
        #expect(
            text.contains(
                "\"--listen\" \"[::1]:8443\" \"--tls-cert\" \"\(work)/cert.pem\" \"--tls-key\" \"\(work)/key.pem\" "
                    + "\"--client-ca\" \"\(work)/ca.pem\" \"--require-client-cert\" "
                    + "\"--bytes-per-second-per-device\" \"5000\"\n"))
        #expect(text.contains("\nUser=tills\n") && text.contains("\nCapabilityBoundingSet=\n"))
        #expect(text.contains("\nStateDirectory=muster-sample-fleet\n"))
        #expect(text.contains("\nStateDirectoryMode=0700\n"))
        #expect(text.contains("\"--state\" \"/var/lib/muster-sample-fleet/state\" "))
        let api = try unit(["--api", "0.0.0.0:8081", "--api-without-tls"]).output
        #expect(api.contains(" \"--api\" \"0.0.0.0:8081\" \"--api-without-tls\"\n"))
    }

    /// Whoever the fleet admits has to pass to the engine's socket.
    @Test func othersPassToTheSocket() throws {
        let settings = try scratch.text("fleet.yaml") + "access: {groups: {tills: operator}}\n"
        try scratch.write("fleet.yaml", Array(settings.utf8))
        #expect(try unit().output.contains("\nStateDirectoryMode=0711\n"))
    }

    @Test func whatTheServiceCannotReadIsTold() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: scratch.fleet)
        let errors = try unit(["--user", "nobody"]).errors
        #expect(errors.contains("muster: nobody cannot read \(scratch.fleet); give it the right"), "\(errors)")
        #expect(errors.contains("\(scratch.fleet) is in a folder for temporary files"), "\(errors)")
        let unknown = try unit(["--user", "no-such-user"]).errors
        #expect(unknown.contains("there is no user no-such-user here yet"))
    }

    @Test func aSecretThatTheServiceCannotReadIsTold() throws {
        let secret = "\(scratch.root)/work/secret"
        #expect(
            FileManager.default.createFile(
                atPath: secret, contents: Data("s".utf8), attributes: [.posixPermissions: 0o600]))
        let alerts = "alerts: {webhook: {url: \"https://alerts.example.com/\", secret-file: \(secret)}}\n"
        try scratch.write("fleet.yaml", Array((scratch.text("fleet.yaml") + alerts).utf8))
        let errors = try unit(["--user", "nobody"]).errors
        #expect(errors.contains("muster: nobody cannot read \(secret); give it the right"), "\(errors)")
    }

    @Test func whatIsNotThereIsTold() throws {
        let run = try unit(["--tls-cert", "/nonexistent/cert.pem", "--tls-key", "/nonexistent/key.pem"])
        for name in ["cert", "key"] {
            let line = "muster: /nonexistent/\(name).pem is not there; put it there before the service is started\n"
            #expect(run.errors.contains(line), "\(run.errors)")
        }
    }

    /// systemd starts nothing that is to write in a folder that is not there.
    @Test func aFolderOfItsOwnIsMadeAtTheInstallation() throws {
        let state = "\(scratch.root)/it's/state"
        let text = try unit(["--state", state, "--user", "daemon"]).output
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("#   install ") })
        let made = try ToolOutput("sh", ["-c", String(line.dropFirst(4))])
        // Only root can give a folder away.
        guard geteuid() == 0 else { return }
        #expect(made.code == 0, "\(made.errors)")
        var status = stat()
        #expect(stat(state, &status) == 0 && status.st_mode & 0o7777 == 0o700)
        #expect(status.st_uid == getpwnam("daemon")?.pointee.pw_uid)
        #expect(try !unit().output.contains("#   install "))
    }

    @Test func aWrongUserIsRefused() throws {
        let run = try MusterRun(["service", "unit", scratch.fleet, "--user", "a b"], scratch)
        #expect(run.code == 2 && run.output == "")
    }
}

extension ToolOutput {
    fileprivate func expectSuccess() throws { #expect(code == 0, "\(errors)") }
}
