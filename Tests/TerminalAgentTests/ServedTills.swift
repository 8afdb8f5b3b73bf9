import FleetCore
import FleetJournal
import Foundation
import TerminalTesting

/// The real `muster serve` on a fleet of tills, and a real `muster agent` on each, with programs of the site that are
/// scripts.
final class ServedTills {
    struct Failure: Error, CustomStringConvertible { let description: String }

    static let old = "1.0.0", new = "2.0.0"

    let root: String
    private(set) var port = 0
    private var serve: Process?
    private var agents: [String: Process] = [:]
    /// Whether the fleet's releases are signed, and its tills install no others.
    private var isSigned = false

    /// A fleet of these tills, which are on the old release, and one update of all of them to the new one.
    /// - Parameter fileLength: Bytes of the release's large file.
    init(_ tills: [String], fileLength: Int = 200_000) throws {
        root = FileManager.default.temporaryDirectory.appending(path: "muster-tills-\(UUID().uuidString)").path()
        for folder in ["home", "fleet/updates", "tills"] { try makeFolder(folder) }
        try write(
            "fleet/fleet.yaml", "version: 1\nname: tills\ntime-zone: Etc/UTC\nretry: {attempts: 5, backoff: 1s}\n")
        try write(
            "fleet/updates/update.yaml",
            "version: 1\nid: all\nrelease: \(Self.new)\ndevices: all\nstrategy: on-connect\n")
        let devices = tills.map { till in
            [
                "id": till, "name": till, "firmware_version": Self.old, "status": "unknown",
                "metadata": ["store_id": "store-\(till)", "region": "north"],
            ] as [String: Any]
        }
        try write(
            "fleet/devices.json", String(decoding: try JSONSerialization.data(withJSONObject: devices), as: UTF8.self))
        var draw = Draw(5)
        try Data((0..<fileLength).map { _ in UInt8(draw.next(256)) }).write(to: url("app.bin"))
        try write("table.csv", "tax,7\n")
        try muster(["release", "add", path("fleet"), Self.new, path("app.bin"), path("table.csv")])
        for till in tills { try makeTill(till) }
    }

    deinit {
        for process in agents.values where process.isRunning { kill(process.processIdentifier, SIGKILL) }
        if let serve, serve.isRunning { kill(serve.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(atPath: root)
    }

    // MARK: - Files

    func path(_ name: String) -> String { "\(root)/\(name)" }
    private func url(_ name: String) -> URL { URL(filePath: path(name)) }
    private func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    }

    func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws {
        try Data(text.utf8).write(to: url(name))
        chmod(path(name), mode)
    }

    func text(_ name: String) -> String? { try? String(contentsOfFile: path(name), encoding: .utf8) }

    /// A till with the old release in slot a, a token, and programs of its own.
    private func makeTill(_ till: String) throws {
        for folder in ["slots/a/files", "slots/b", "bin"] { try makeFolder("tills/\(till)/\(folder)") }
        try write("tills/\(till)/slots/a/release.json", #"{"version":"\#(Self.old)"}"#)
        try write("tills/\(till)/slots/a/files/app.bin", "the old application")
        symlink("a", path("tills/\(till)/slots/current"))
        // Says that it began and that it ended, so that two at once would be seen.
        try script(
            till, "install",
            "echo \"begin $MUSTER_VERSION\" >> log\nsleep ${DELAY:-0}\n"
                + "cat \"$MUSTER_FILES\"/app.bin > \"$MUSTER_SLOT\"/unpacked\necho end >> log\n")
        try script(till, "restart", "cat slots/current/release.json > running\n")
        try script(till, "health", "[ ! -e unhealthy-$MUSTER_VERSION ]\n")
        try script(till, "version", "sed 's/.*\"version\":\"\\([^\"]*\\)\".*/\\1/' running\n")
        try script(till, "busy", "[ ! -e busy ] || { cat busy; exit 1; }\n")
        try write("tills/\(till)/running", #"{"version":"\#(Self.old)"}"#)
    }

    func script(_ till: String, _ name: String, _ text: String) throws {
        let file = "tills/\(till)/bin/\(name)"
        try write(file, "#!/bin/sh\ncd '\(path("tills/\(till)"))' || exit 99\n\(text)", mode: 0o755)
    }

    private func configure(_ till: String) throws {
        let home = path("tills/\(till)")
        try write(
            "tills/\(till)/agent.yaml",
            """
            version: 1
            gateway: {url: "http://127.0.0.1:\(port)", token-file: \(home)/token}
            device: \(till)
            state: \(home)/state
            slots: \(home)/slots
            install-command: {run: [\(home)/bin/install], within: 60s}
            restart-command: {run: [\(home)/bin/restart], within: 60s}
            health-command: {run: [\(home)/bin/health], within: 60s, tries: 2, every: 50ms}
            version-command: {run: [\(home)/bin/version], within: 60s}
            busy-command: {run: [\(home)/bin/busy], within: 60s, every: 100ms}
            poll-wait: 20s
            attributes: {model: TX-300}

            """ + (isSigned ? signedReleases(home) : ""))
    }

    private func signedReleases(_ home: String) -> String {
        "signed-releases: {metadata-url: \"http://127.0.0.1:\(port)/DEFAULT/tuf/metadata\", "
            + "root-file: \(path("fleet/tuf/metadata/1.root.json")), folder: \(home)/state/tuf}\n"
    }

    /// Signs what releases there are, and publishes them.
    func publish() throws {
        if !isSigned { try muster(["key", "new", path("fleet"), "--state", path("state")]) }
        isSigned = true
        try muster(["release", "publish", path("fleet"), "--state", path("state")])
    }

    // MARK: - Programs

    private var environment: [String: String] {
        ["HOME": path("home"), "USER": "kim", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"]
    }

    private func process(_ arguments: [String], to output: String, errors: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: try BuiltProduct.path(of: "muster"))
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        for name in [output, errors] where !FileManager.default.fileExists(atPath: path(name)) { try write(name, "") }
        let outputs = try [output, errors].map { try FileHandle(forWritingTo: url($0)) }
        for handle in outputs { try handle.seekToEnd() }
        (process.standardOutput, process.standardError) = (outputs[0], outputs[1])
        return process
    }

    /// Runs a command of the program to its end; gives what it printed.
    @discardableResult
    func muster(_ arguments: [String], code: Int32 = 0) throws -> String {
        let name = UUID().uuidString
        let process = try process(arguments, to: "\(name)-out", errors: "\(name)-err")
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == code else {
            throw Failure(
                description: "muster \(arguments) ended with \(process.terminationStatus): \(text("\(name)-err") ?? "")"
            )
        }
        return code == 0 ? text("\(name)-out") ?? "" : text("\(name)-err") ?? ""
    }

    /// Starts the engine and the gateway, with the update under way, where an earlier one listened if there was one.
    /// - Parameter startsUpdate: False: it was started by an earlier one.
    func serve(_ options: [String] = [], startsUpdate: Bool = true) throws {
        let process = try process(
            ["serve", path("fleet"), "--state", path("state"), "--listen", "127.0.0.1:\(port)"]
                + (startsUpdate ? ["--start", "all"] : []) + options,
            to: "serve-out", errors: "serve-err")
        let said = (text("serve-err") ?? "").count
        try process.run()
        serve = process
        try wait("the gateway listens") {
            for line in (text("serve-err") ?? "").dropFirst(said).split(separator: "\n") {
                let fields = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: String]
                if fields?["message"] == "listening", let port = fields?["port"].flatMap({ Int($0) }) {
                    self.port = port
                    return true
                }
            }
            return false
        }
    }

    /// Ends the engine and the gateway in good order.
    func stopServing() {
        serve?.terminate()
        serve?.waitUntilExit()
        serve = nil
    }

    /// Bytes of a file that the gateway says it has sent, in whichever attempts.
    func sentBytes(of file: String) -> Int {
        (text("serve-err") ?? "").split(separator: "\n").reduce(0) { sum, line in
            let fields = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: String]
            let isEnd = ["a download has finished", "a download has been cut"].contains(fields?["message"])
            return sum + (isEnd && fields?["file"] == file ? fields?["bytes"].flatMap { Int($0) } ?? 0 : 0)
        }
    }

    /// Starts the agent of a till.
    @discardableResult
    func start(_ till: String, environment: [String: String] = [:]) throws -> Process {
        if text("tills/\(till)/token") == nil {
            let token = try muster(["device", "token", path("fleet"), till, "--state", path("state")])
            try write("tills/\(till)/token", token, mode: 0o600)
        }
        try configure(till)
        let process = try process(
            ["agent", path("tills/\(till)/agent.yaml")], to: "tills/\(till)/out", errors: "tills/\(till)/agent.log")
        try process.run()
        agents[till] = process
        return process
    }

    /// Ends the agent of a till; gives its exit code.
    @discardableResult
    func end(_ till: String, by signal: Int32) -> Int32 {
        guard let process = agents.removeValue(forKey: till) else { return -1 }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationStatus
    }

    // MARK: - What is to be seen

    func wait(_ what: String, seconds: Int = 60, _ isSo: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while try !isSo() {
            guard ContinuousClock.now < deadline else { throw Failure(description: "it did not come: \(what)") }
            usleep(20_000)
        }
    }

    /// Where a till stands in the update, why, and what it runs, as the journal says.
    func standing(_ till: String) throws -> Standing {
        let state = try state()
        guard let device = state.devices.index(of: till), let update = state.update("all"),
            let position = update.assignments.position(of: device)
        else { return Standing(state: "", reason: "", runs: "") }
        return Standing(
            state: "\(update.assignments.state(position))",
            reason: update.assignments.reason(position)?.description ?? "",
            runs: "\(state.devices.firmware(device))")
    }

    /// How the update stands, as the journal says.
    func status() throws -> UpdateStatus? { try state().update("all")?.status }

    private func state() throws -> FleetState {
        let journal = try SQLiteJournal.open(directory: path("state"), fleet: "tills", mode: .readOnly)
        var machine = FleetMachine()
        try journal.replay { machine.replay($0) }
        try journal.close()
        return machine.state
    }

    struct Standing: Equatable {
        var state: String, reason: String, runs: String
    }

    /// The slot that a till uses, the version it is of, and whether its bytes are those of that version: looked at from
    /// outside, by nothing of the agent.
    func slot(_ till: String) throws -> Look {
        let place = path("tills/\(till)/slots/current")
        let record = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: place + "/release.json")))
        let version = (record as? [String: Any])?["version"] as? String ?? ""
        func bytes(_ name: String) -> Data? { try? Data(contentsOf: URL(filePath: "\(place)/\(name)")) }
        if version == Self.old {
            return Look(version: version, isWhole: bytes("files/app.bin") == Data("the old application".utf8))
        }
        let app = try Data(contentsOf: url("app.bin")), table = try Data(contentsOf: url("table.csv"))
        let isWhole = bytes("files/app.bin") == app && bytes("unpacked") == app && bytes("files/table.csv") == table
        return Look(version: version, isWhole: isWhole)
    }

    /// The stage at which a till's agent is, by its state; nil: it is at nothing.
    func stage(_ till: String) throws -> String? {
        let bytes = try Data(contentsOf: url("tills/\(till)/state/agent.json"))
        let state = try JSONSerialization.jsonObject(with: bytes) as? [String: Any]
        return (state?["work"] as? [String: Any])?["stage"] as? String
    }

    struct Look: Equatable {
        var version: String, isWhole: Bool
    }
}
