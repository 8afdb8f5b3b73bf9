import Foundation

/// One terminal: a folder with two slots, the site's programs, and the real agent as a process of its own.
///
/// What it says is never asked: what it runs is read from its slots.
final class TrialTerminal {
    let id: String
    let misdeed: AgentMisdeed?
    private let folder: String, program: String
    private var process: Process?
    private var disk: String?
    /// Moments at which the agent is killed, the next one last.
    private var kills: [ContinuousClock.Instant] = []
    private(set) var killCount = 0

    /// Has the kernel end the agent with whoever started it.
    private static let tether = ["/usr/bin/setpriv", "--pdeathsig", "KILL"]

    /// A terminal that runs the old release.
    init(_ id: String, _ misdeed: AgentMisdeed?, in root: String, program: String) throws {
        (self.id, self.misdeed, self.program) = (id, misdeed, program)
        folder = "\(root)/\(id)"
        for path in ["", "/state", "/slots"] { try Self.makeFolder(folder + path) }
        if let bytes = misdeed?.diskBytes { try mount(bytes) }
        for path in ["/slots/a", "/slots/b"] { try Self.makeFolder(folder + path) }
        try AgentTrial.contents(of: AgentTrial.old).write(to: URL(fileURLWithPath: "\(folder)/slots/a/app"))
        try write("slots/a/release.json", #"{"version":"\#(AgentTrial.old)"}"#)
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/slots/current", withDestinationPath: "a")
    }

    deinit { end() }

    private static func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    private func write(_ name: String, _ text: String, mode: Int = 0o600) throws {
        let path = "\(folder)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// Whether whoever runs this may mount a small disk.
    static func canMount(in root: String) throws -> Bool {
        let path = "\(root)/mount"
        try makeFolder(path)
        guard (try? Tool.run("/bin/mount", ["-t", "tmpfs", "-o", "size=4096", "muster-trial", path])) != nil else {
            return false
        }
        try Tool.run("/bin/umount", ["-l", path])
        return true
    }

    /// A small disk of its own for the slots, the release that runs beside it.
    private func mount(_ bytes: Int) throws {
        let room = (AgentTrial.oldBytes + bytes) & ~1023, path = "\(folder)/slots"
        try Tool.run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(room),mode=0700", "muster-trial", path])
        disk = path
    }

    // MARK: - The site

    /// Writes the agent's file and the site's programs.
    /// - Parameter root: The root by which nothing is installed that was not signed; nil: what the gateway says counts.
    func configure(url: String, authority: String, token: String, root: String?) throws {
        try write("token", token)
        try write("install", Self.install, mode: 0o700)
        try write("health", misdeed == .unhealthy ? Self.unhealthy : Self.healthy, mode: 0o700)
        var file = """
            version: 1
            gateway: {url: "\(url)", tenant: \(AgentTrial.fleetName), token-file: \(folder)/token, ca-file: \(authority)}
            device: \(id)
            state: \(folder)/state
            slots: \(folder)/slots
            install-command: [\(folder)/install]
            health-command: {run: [\(folder)/health], within: 20s, tries: 2, every: 1s}
            poll-wait: 20s

            """
        if let root {
            let metadata = "\(url)/\(AgentTrial.fleetName)/tuf/metadata"
            file +=
                "signed-releases: {metadata-url: \"\(metadata)\", root-file: \(root), folder: \(folder)/state/tuf}\n"
        }
        if let said = Self.said(misdeed) {
            try write("version", said, mode: 0o700)
            file += "version-command: [\(folder)/version]\n"
        }
        try write("agent.yaml", file)
    }

    private static let install = """
        #!/bin/sh
        exec cp "$MUSTER_FILES/\(AgentTrial.fileName)" "$MUSTER_SLOT/app"

        """
    private static let healthy = """
        #!/bin/sh
        test -s "$MUSTER_CURRENT/app"

        """
    private static let unhealthy = """
        #!/bin/sh
        test "$MUSTER_VERSION" != \(AgentTrial.new)

        """

    private static func said(_ misdeed: AgentMisdeed?) -> String? {
        switch misdeed {
        case .saysNew: "#!/bin/sh\necho \(AgentTrial.new)\n"
        case .saysOld: "#!/bin/sh\necho \(AgentTrial.old)\n"
        case .saysOther:
            """
            #!/bin/sh
            if grep -q '"\(AgentTrial.new)"' "$MUSTER_CURRENT/release.json"; then echo 9.9.9; else echo \(AgentTrial.old); fi

            """
        default: nil
        }
    }

    // MARK: - Its life

    /// Starts its agent, unless it runs.
    func start() throws {
        guard process?.isRunning != true else { return }
        let log = "\(folder)/agent.log"
        if !FileManager.default.fileExists(atPath: log) {
            _ = FileManager.default.createFile(atPath: log, contents: nil)
        }
        let said = FileHandle(forWritingAtPath: log)
        try said?.seekToEnd()
        let process = Process(), command = Self.tether + [program, "agent", "\(folder)/agent.yaml"]
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = said
        try process.run()
        try said?.close()
        self.process = process
    }

    var processID: pid_t? { process.flatMap { $0.isRunning ? $0.processIdentifier : nil } }

    /// From now on it is killed at these times after this moment.
    func plan(kills times: [Duration]) {
        let now = ContinuousClock.now
        kills = times.sorted(by: >).map { now + $0 }
    }

    /// Kills the agent if it is time, and starts one that has ended.
    func tend() throws {
        if let next = kills.last, ContinuousClock.now >= next {
            kills.removeLast()
            if let pid = processID {
                kill(pid, SIGKILL)
                process?.waitUntilExit()
                killCount += 1
            }
        }
        try start()
    }

    /// Ends its agent, and gives its disk back.
    func end() {
        if let process, process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        process = nil
        if let disk { _ = try? Tool.run("/bin/umount", ["-l", disk]) }
        disk = nil
    }

    // MARK: - What is so

    /// The release whose bytes are in the slot in use, by their hash; nil: none that is whole.
    var runs: String? {
        guard let app = FileManager.default.contents(atPath: "\(folder)/slots/current/app") else { return nil }
        return [AgentTrial.old, AgentTrial.new].first { AgentTrial.hash(of: $0) == AgentTrial.hash(app) }
    }

    /// Whether it keeps metadata that it has verified, of which the targets come last.
    var hasVerified: Bool { FileManager.default.fileExists(atPath: "\(folder)/state/tuf/targets.json") }

    /// The end of its log.
    var said: String {
        String(((try? String(contentsOfFile: "\(folder)/agent.log", encoding: .utf8)) ?? "").suffix(4000))
    }
}
