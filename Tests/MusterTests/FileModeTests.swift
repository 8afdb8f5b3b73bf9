import Foundation
import TerminalTesting
import Testing

/// Who may read what Muster writes: every file and folder that the real program makes for a fleet, by its name.
@Suite(.timeLimit(.minutes(10)))
struct FileModeTests {
    /// What there can be in a state folder, and beside it. A file that is not in this table fails the test.
    private static let modes: [(pattern: String, mode: Int)] = [
        ("", 0o700), ("journal.sqlite", 0o600), ("journal.sqlite-wal", 0o600), ("journal.sqlite-shm", 0o600),
        ("journal.born", 0o600), ("checkpoint", 0o600), ("engine.lock", 0o600), ("engine.sock", 0o600),
        ("engine.log", 0o600), ("gateway.log", 0o600), ("gateway.log.1", 0o600), ("credentials", 0o600),
        ("credentials.lock", 0o600), ("terminals.flash", 0o600), ("artifacts", 0o700), ("api-tokens", 0o600),
        ("api-tokens.lock", 0o600), ("alerts.json", 0o600), ("alerts.json.new", 0o600), ("alerts.log", 0o600),
        ("keys", 0o700), ("tuf", 0o700),
        ("fleet.path", 0o600), ("fleet.path.new", 0o600),
        ("deliveries", 0o600), ("deliveries.new", 0o600),
    ]

    private func expected(_ path: String, isFolder: Bool) -> Int? {
        if path.hasPrefix("artifacts/") { return isFolder ? 0o700 : 0o600 }
        if path.hasPrefix("keys/") || path.hasPrefix("tuf/") { return isFolder ? nil : 0o600 }
        return Self.modes.first { $0.pattern == path }?.mode
    }

    /// Everything below a folder, and that itself, is as the table says; gives the paths.
    @discardableResult
    private func check(_ folder: String, _ comment: String) throws -> Set<String> {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder)
        for path in [""] + paths {
            var status = stat()
            // One that goes at this moment is none.
            guard lstat("\(folder)/\(path)", &status) == 0 else { continue }
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            let mode = Int(status.st_mode & 0o7777)
            #expect(mode == expected(path, isFolder: isFolder), "\(comment): \(path) \(String(mode, radix: 8))")
        }
        return Set(paths)
    }

    @Test(arguments: ["000", "077"]) func whatAServiceMakes(mask: String) throws {
        let scratch = try ScratchFleet(), shop = try CertificateShop(in: "\(scratch.root)/work")
        let server = try shop.server()
        scratch.mask = mask
        try scratch.write("fleet.yaml", Array((scratch.text("fleet.yaml") + "alerts: {command: [/bin/true]}\n").utf8))
        #expect(try MusterRun(["device", "token", scratch.fleet, "pos-nyc-001"], scratch).code == 0)
        #expect(try MusterRun(["api-token", "add", scratch.fleet, "ci", "--role", "viewer"], scratch).code == 0)
        #expect(try MusterRun(["key", "new", scratch.fleet], scratch).code == 0)
        #expect(try MusterRun(["release", "publish", scratch.fleet], scratch).code == 0)
        let serve = try ServeRun(
            scratch, ["--tls-cert", server.certificate, "--tls-key", server.key, "--start", "critical-patch-2.4.1"])
        let paths = try check(scratch.state, "serve")
        for name in [
            "journal.sqlite-wal", "journal.sqlite-shm", "engine.sock", "engine.lock", "credentials", "api-tokens",
        ] {
            #expect(paths.contains(name), "\(name)")
        }
        #expect(paths.contains { $0.hasPrefix("artifacts/") })
        try checkBackup(scratch)
        #expect(serve.stop() == 0)
        try check(scratch.state, "after the end")
    }

    /// A backup, the folder in which it is made, and what is restored from it.
    private func checkBackup(_ scratch: ScratchFleet) throws {
        let file = "\(scratch.root)/backup.tar"
        #expect(try MusterRun(["backup", scratch.fleet, file], scratch).code == 0)
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        let state = "\(scratch.root)/new/restored"
        #expect(try MusterRun(["restore", file, "--state", state], scratch).code == 0)
        try check(state, "restored")
        #expect(
            try FileManager.default.attributesOfItem(atPath: "\(scratch.root)/new")[.posixPermissions] as? Int == 0o700)
    }

    @Test(arguments: ["000", "077"]) func whatAConsoleMakes(mask: String) throws {
        let scratch = try ScratchFleet()
        scratch.mask = mask
        let console = try ConsoleRun(scratch)
        try console.waitUntilOpen()
        #expect(try check(scratch.state, "console").contains("terminals.flash"))
        #expect(try console.quit() == .exited(0))
        try check(scratch.state, "after the end")
    }

    @Test(arguments: ["000", "077"]) func whatAConsoleWithAGatewayMakes(mask: String) throws {
        let scratch = try ScratchFleet()
        scratch.mask = mask
        let console = try ConsoleRun(scratch, speed: nil, options: ["--listen", "127.0.0.1:0"])
        try console.waitUntilOpen()
        #expect(try check(scratch.state, "console").contains("gateway.log"))
        #expect(try console.quit() == .exited(0))
    }

    /// An engine that goes on without its console, and what it leaves once it has ended: a checkpoint among it.
    @Test(arguments: ["000", "077"]) func whatADetachedEngineMakes(mask: String) throws {
        let scratch = try CrashFleet.make()
        scratch.mask = mask
        let console = try ConsoleRun(scratch, speed: 600)
        try console.waitUntilOpen()
        try console.start(CrashFleet.update)
        console.type("q")
        try console.wait(for: "detach")
        console.type("d")
        #expect(try console.terminal.waitForExit() == .exited(0))
        #expect(try check(scratch.state, "detached").contains("engine.log"))
        #expect(try MusterRun(["stop", scratch.fleet], scratch).code == 0)
        try check(scratch.state, "after the end")
    }
}
