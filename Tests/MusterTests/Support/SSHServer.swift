import Foundation
import Glibc
import TerminalTesting

/// A real sshd on a free port of loopback, for as long as the value lives. Each key that may log in opens one command and
/// nothing else, as an `authorized_keys` of an ops box says it.
final class SSHServer {
    /// Seconds without a sign of life after which sshd takes a line for dropped.
    static let patience = 3
    private static let program = "/usr/sbin/sshd"

    let port: UInt16
    private let folder: String
    private let scratch: ScratchFleet
    /// Not Foundation's: that takes a program that closes what it inherited, as sshd does, for one that has ended, and waits
    /// for it before it looks at any other.
    private let process: PtyProcess

    /// - Parameter commands: What each key opens, by the key's name; as the user who runs the tests.
    init(_ scratch: ScratchFleet, commands: [String: String]) throws {
        self.scratch = scratch
        folder = "\(scratch.root)/ssh"
        port = try Self.freePort()
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        // sshd of root drops its rights in there.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        try Self.makeKey("\(folder)/host")
        var lines: [String] = []
        for (name, command) in commands {
            try Self.makeKey("\(folder)/\(name)")
            let key = try String(contentsOfFile: "\(folder)/\(name).pub", encoding: .utf8)
            lines.append("restrict,pty,command=\"\(command)\" \(key)")
        }
        try Data(lines.joined().utf8).write(to: URL(filePath: "\(folder)/authorized_keys"))
        let host = try String(contentsOfFile: "\(folder)/host.pub", encoding: .utf8)
        try Data("[127.0.0.1]:\(port) \(host)".utf8).write(to: URL(filePath: "\(folder)/known_hosts"))
        try Data(Self.configuration(scratch, folder, port).utf8).write(to: URL(filePath: "\(folder)/config"))
        process = try PtyProcess(
            executable: Self.program, arguments: ["-D", "-E", "\(folder)/log", "-f", "\(folder)/config"],
            environment: ["PATH": "/usr/bin:/bin"])
        try waitUntilItListens()
    }

    deinit {
        // With its sessions; the process itself goes with its value.
        for child in sessions { kill(child.id, SIGKILL) }
    }

    private static func configuration(_ scratch: ScratchFleet, _ folder: String, _ port: UInt16) -> String {
        // What the console keeps for its user goes to the test's own folders.
        let variables = ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "LANG"].map {
            "\($0)=\(scratch.environment[$0] ?? "")"
        }
        return """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder)/host
            PidFile none
            AuthorizedKeysFile \(folder)/authorized_keys
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin prohibit-password
            PrintMotd no
            PrintLastLog no
            ClientAliveInterval 1
            ClientAliveCountMax \(patience - 1)
            Subsystem sftp internal-sftp
            SetEnv \(variables.joined(separator: " "))

            """
    }

    /// What ssh is told to reach this server by a key.
    func options(_ key: String) -> [String] {
        [
            "-F", "none", "-i", "\(folder)/\(key)", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
            "-o", "UserKnownHostsFile=\(folder)/known_hosts", "-o", "StrictHostKeyChecking=yes",
            "-o", "Port=\(port)",
        ]
    }

    /// Who logs in where.
    var host: String { "\(OwnUser.name)@127.0.0.1" }

    /// Logs in on a terminal, as a person does.
    func logIn(_ key: String, environment: [String: String] = [:], columns: Int = 80, rows: Int = 24) throws
        -> ConsoleRun
    {
        try ConsoleRun(
            scratch, through: "/usr/bin/ssh", options(key) + ["-tt", host], environment: environment,
            columns: columns, rows: rows)
    }

    /// Everything that runs because somebody has logged in.
    var sessions: [ProcessTree.Entry] { ProcessTree(under: process.pid).processes }

    private func waitUntilItListens() throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !Self.isListening(port) {
            process.pump(milliseconds: 10)
            guard ContinuousClock.now < deadline, process.exitStatus == nil else {
                let log = (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? ""
                throw ScratchFleet.Failure(description: "sshd does not listen: \(log)")
            }
        }
    }

    private static func makeKey(_ path: String) throws {
        let run = try ToolOutput("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path])
        guard run.code == 0 else { throw ScratchFleet.Failure(description: "ssh-keygen: \(run.errors)") }
    }

    private static func isListening(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return withLoopback(port) { connect(descriptor, $0, $1) } == 0
    }

    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in(), length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withLoopback(0) { bind(descriptor, $0, $1) } == 0
        let isNamed = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) } == 0
        }
        guard isBound, isNamed else { throw ScratchFleet.Failure(description: "no free port: error \(errno)") }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// The processes that one process has started, and those that they have.
struct ProcessTree {
    struct Entry {
        let id: pid_t
        let parent: pid_t
        /// The program's name, as the kernel keeps it.
        let name: String
        /// What it was started with.
        let commandLine: String
    }

    let processes: [Entry]

    init(under root: pid_t) {
        let ids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
        let all = ids.compactMap(Self.entry)
        var found: [Entry] = [], parents = [root]
        while let parent = parents.popLast() {
            let children = all.filter { $0.parent == parent }
            found += children
            parents += children.map(\.id)
        }
        processes = found
    }

    private static func entry(_ id: pid_t) -> Entry? {
        // A process may end while it is looked at.
        guard let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
            let opening = stat.firstIndex(of: "("), let closing = stat.lastIndex(of: ")"),
            let parent = stat[closing...].split(separator: " ").dropFirst(2).first.flatMap({ pid_t($0) })
        else { return nil }
        let line = (try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8)) ?? ""
        return Entry(
            id: id, parent: parent, name: String(stat[stat.index(after: opening)..<closing]),
            commandLine: line.replacingOccurrences(of: "\0", with: " "))
    }
}
