import Foundation
import Glibc
import TerminalTesting

/// What a test could not do or did not see.
struct PushTestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A folder of one test, removed with all that is in it.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("\(NSTemporaryDirectory())muster-push-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw PushTestFailure("no folder: error \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file in it; gives its path.
    @discardableResult
    func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        chmod("\(path)/\(name)", mode_t(mode))
        return "\(path)/\(name)"
    }

    func text(_ name: String) -> String? { try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }
    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
}

/// A real sshd on a free port of loopback, for as long as the value lives, with keys of its own: whoever runs the tests logs in.
/// Nothing of it outlives its folder.
final class LoopbackSSHD {
    let port: UInt16
    /// The configuration by which ssh reaches it, as an operator's own would.
    let clientConfiguration: String
    /// Not Foundation's: that takes a program that closes what it inherited, as sshd does, for one that has ended. It goes
    /// before the folder that it writes to.
    private let process: PtyProcess
    private let folder: TestFolder

    /// - Parameter forced: The command that every login runs instead of what was asked for; nil: none.
    init(_ folder: TestFolder, forced: String? = nil) throws {
        self.folder = folder
        port = try Self.freePort()
        // sshd of root drops its rights in there; the system's own makes it at its start.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        for key in ["host", "other-host", "client"] { try Self.makeKey("\(folder.path)/\(key)") }
        try folder.write("authorized_keys", folder.text("client.pub") ?? "", mode: 0o644)
        let forced = forced.map { "ForceCommand \($0)\n" } ?? ""
        let configuration = try folder.write("sshd_config", Self.configuration(folder, port) + forced)
        clientConfiguration = try folder.write("ssh_config", Self.clientConfiguration(folder))
        process = try PtyProcess(
            executable: "/usr/sbin/sshd", arguments: ["-D", "-E", "\(folder.path)/sshd.log", "-f", configuration],
            environment: ["PATH": "/usr/bin:/bin"])
        try trust("host")
        try waitUntilItListens()
    }

    deinit { cut() }

    /// The address of a terminal that is behind it.
    var address: String { "ssh://\(Self.user)@127.0.0.1:\(port)" }
    static var user: String { String(cString: getpwuid(geteuid()).pointee.pw_name) }

    /// Has the client know this key as the host's; nil: none.
    func trust(_ key: String?) throws {
        let known = key.flatMap { folder.text("\($0).pub") }.map { "[127.0.0.1]:\(port) \($0)" } ?? ""
        try folder.write("known_hosts", known)
    }

    /// Cuts every connection, as a line that is lost does. What runs on the terminal by itself goes on.
    func cut() {
        for child in children(of: process.pid) {
            for session in children(of: child) where name(session) == "sshd" { kill(session, SIGKILL) }
            kill(child, SIGKILL)
        }
    }

    private func children(of parent: pid_t) -> [pid_t] {
        let list = try? String(contentsOfFile: "/proc/\(parent)/task/\(parent)/children", encoding: .utf8)
        return list?.split(separator: " ").compactMap { pid_t($0) } ?? []
    }

    private func name(_ process: pid_t) -> String {
        (try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8))?
            .trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    }

    private static func configuration(_ folder: TestFolder, _ port: UInt16) -> String {
        """
        Port \(port)
        ListenAddress 127.0.0.1
        HostKey \(folder.path)/host
        PidFile none
        AuthorizedKeysFile \(folder.path)/authorized_keys
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin prohibit-password
        PrintMotd no
        PrintLastLog no
        MaxStartups 100

        """
    }

    private static func clientConfiguration(_ folder: TestFolder) -> String {
        """
        Host *
            IdentityFile \(folder.path)/client
            IdentitiesOnly yes
            IdentityAgent none
            UserKnownHostsFile \(folder.path)/known_hosts
            GlobalKnownHostsFile /dev/null

        """
    }

    private func waitUntilItListens() throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !LoopbackPort.isListening(port) {
            process.pump(milliseconds: 10)
            guard ContinuousClock.now < deadline, process.exitStatus == nil else {
                throw PushTestFailure("sshd does not listen: \(folder.text("sshd.log") ?? "")")
            }
        }
    }

    private static func makeKey(_ path: String) throws {
        let run = Process()
        run.executableURL = URL(filePath: "/usr/bin/ssh-keygen")
        run.arguments = ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path]
        try run.run()
        run.waitUntilExit()
        guard run.terminationStatus == 0 else { throw PushTestFailure("ssh-keygen failed") }
    }

    static func freePort() throws -> UInt16 {
        let socket = try LoopbackPort()
        return socket.number
    }
}

/// A port of loopback that is bound, and listens if it is told to, and never says anything.
final class LoopbackPort {
    let number: UInt16
    private let descriptor: Int32

    init(listens: Bool = false) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var address = sockaddr_in(), length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = Self.withAddress(0) { bind(descriptor, $0, $1) } == 0
        let isNamed = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) } == 0
        }
        number = UInt16(bigEndian: address.sin_port)
        guard isBound, isNamed, !listens || listen(descriptor, 16) == 0 else {
            throw PushTestFailure("no free port: error \(errno)")
        }
    }

    deinit { close(descriptor) }

    static func isListening(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return withAddress(port) { connect(descriptor, $0, $1) } == 0
    }

    private static func withAddress(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
