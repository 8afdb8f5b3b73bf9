import Foundation

/// A fleet on disk with its real `muster serve` over TLS, and a certificate that was made for it.
final class TrialFleet {
    private let root: String, program: String
    private let server = Process()
    private(set) var port: UInt16 = 0

    var fleet: String { "\(root)/fleet" }
    var state: String { "\(root)/fleet-state" }
    var authority: String { "\(root)/ca.pem" }
    /// The root that devices get once, where releases are signed.
    var signedRoot: String { "\(fleet)/tuf/metadata/1.root.json" }
    private var log: String { "\(root)/serve.log" }

    private static let patience = Duration.seconds(60)

    init(devices: [String], trial: AgentTrial, in root: String, program: String) throws {
        (self.root, self.program) = (root, program)
        for path in [fleet, "\(fleet)/updates", "\(root)/files"] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        try write("fleet/fleet.yaml", Self.settings)
        try write("fleet/updates/\(AgentTrial.update).yaml", trial.updateFile)
        let records = devices.enumerated().map { number, id in
            [
                "id": id, "name": id, "address": "https://\(id).test:8443", "status": "unknown",
                "firmware_version": AgentTrial.old, "location": "Köln",
                "metadata": ["store_id": "store-\(number / 4)", "region": "region-\(number / 4 % 4)"],
            ] as [String: Any]
        }
        try write(
            "fleet/devices.json", String(decoding: try JSONSerialization.data(withJSONObject: records), as: UTF8.self))
        for version in [AgentTrial.old, AgentTrial.new] { try addRelease(version) }
        try makeCertificate()
        if trial.isSigned { try sign() }
    }

    /// A key for each role, and a repository in which the way back is approved too.
    private func sign() throws {
        try muster("key", "new", fleet, "--state", state)
        try muster(
            "release", "publish", fleet, "--state", state, "--approve-rollback", AgentTrial.old, "--from",
            AgentTrial.new)
    }

    deinit { stop() }

    private static let settings = """
        version: 1
        name: \(AgentTrial.fleetName)
        heartbeat: {every: 5s, missed: 6}
        limits: {in-flight: 100000}
        floor: {untouched: 0, applies-from: 2}
        retry: {attempts: 6, backoff: 1s, maximum: 4s}
        deadlines: {offered: 30s, downloading: 40s, installing: 40s, confirming: 40s}

        """

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/\(name)"))
    }

    private func addRelease(_ version: String) throws {
        let folder = "\(root)/files/\(version)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = "\(folder)/\(AgentTrial.fileName)"
        try AgentTrial.contents(of: version).write(to: URL(fileURLWithPath: file))
        try muster("release", "add", fleet, version, file)
    }

    private func makeCertificate() throws {
        try write("server.ext", "subjectAltName=IP:127.0.0.1\n")
        let openssl = "/usr/bin/openssl", days = ["-days", "2"]
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try Tool.run(
            openssl,
            ["req", "-x509"] + key + days + ["-subj", "/CN=trial", "-keyout", "\(root)/ca.key", "-out", authority])
        try Tool.run(
            openssl,
            ["req", "-new"] + key + [
                "-subj", "/CN=127.0.0.1", "-keyout", "\(root)/server.key", "-out", "\(root)/server.csr",
            ])
        try Tool.run(
            openssl,
            ["x509", "-req", "-in", "\(root)/server.csr", "-CA", authority, "-CAkey", "\(root)/ca.key"] + days
                + ["-extfile", "\(root)/server.ext", "-out", "\(root)/server.pem"])
    }

    /// Runs the program, as an operator would.
    @discardableResult
    func muster(_ arguments: String...) throws -> String { try Tool.run(program, arguments) }

    /// A new token of a device.
    func token(of device: String) throws -> String {
        try muster("device", "token", fleet, device, "--state", state).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    // MARK: - The service

    /// Starts the engine with its gateway, and waits until it listens.
    func start() throws {
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let command = [
            "/usr/bin/setpriv", "--pdeathsig", "KILL", program, "serve", fleet, "--state", state, "--listen",
            "127.0.0.1:0",
            "--tls-cert", "\(root)/server.pem", "--tls-key", "\(root)/server.key",
        ]
        server.executableURL = URL(fileURLWithPath: command[0])
        server.arguments = Array(command.dropFirst())
        server.standardInput = FileHandle.nullDevice
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle(forWritingAtPath: log)
        try server.run()
        let deadline = ContinuousClock.now + Self.patience
        while true {
            if let port = listening() {
                self.port = port
                return
            }
            guard server.isRunning, ContinuousClock.now < deadline else {
                throw Tool.Failure(description: "muster serve does not listen: \(said)")
            }
            usleep(20_000)
        }
    }

    private func listening() -> UInt16? {
        for line in said.split(separator: "\n") {
            let record = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
            if record?["message"] == "listening", let port = record?["port"].flatMap({ UInt16($0) }) { return port }
        }
        return nil
    }

    private var said: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Ends it in good order.
    func stop() {
        guard server.isRunning else { return }
        server.terminate()
        server.waitUntilExit()
    }

    // MARK: - What the console shows

    /// One update, as `muster updates --json` lists it.
    struct Update: Decodable {
        var id: String
        var status: String
        var counts: [String: Int]
    }

    /// The updates, as they are shown now.
    func updates() throws -> [Update] {
        try JSONDecoder().decode(
            [Update].self, from: Data(try muster("updates", fleet, "--state", state, "--json").utf8))
    }
}
