import Foundation

/// Where the engine's socket is, in the folder of its state.
///
/// A socket's address holds 107 bytes of a path, and state folders may lie deeper: those are named by a descriptor of the
/// folder, through `/proc`.
struct SocketPlace {
    /// The file's name in the state folder.
    static let fileName = "engine.sock"
    /// Bytes of a path that fit into an address, without the zero at their end.
    static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    let directory: String

    var path: String { directory.hasSuffix("/") ? directory + Self.fileName : "\(directory)/\(Self.fileName)" }

    /// Makes a system call with the address; gives its result, with `errno` as it left it.
    func withAddress(
        _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(EngineSocketError) -> (result: Int32, code: Int32) {
        if path.utf8.count <= Self.longestPath { return Self.call(path, call) }
        // Who may pass through the folder need not read it.
        let folder = open(directory, Self.pathOnly | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else {
            throw .ofSystem("\(directory) cannot be opened", remedy: Self.permissionRemedy)
        }
        defer { _ = close(folder) }
        return Self.call("/proc/self/fd/\(folder)/\(Self.fileName)", call)
    }

    /// `O_PATH` of Linux, which the C library does not show to Swift.
    private static let pathOnly: Int32 = 0o10_000_000

    /// What helps somebody who may not reach the socket.
    static let permissionRemedy =
        "the engine's owner admits others by naming them under `access:` in fleet.yaml, and `muster access` says whom"

    /// Whether there is something where the socket would be. What is there instead of one is not spoken to.
    func exists() throws(EngineSocketError) -> Bool {
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK else {
                throw EngineSocketError("\(path) is no socket", remedy: "move it away: an engine listens there")
            }
            return true
        }
        switch errno {
        case ENOENT, ENOTDIR: return false
        default: throw .ofSystem("\(path) cannot be reached", remedy: Self.permissionRemedy)
        }
    }

    private static func call(
        _ path: String, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> (Int32, Int32) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return (result, errno)
    }

    /// A stream socket that child processes do not inherit.
    static func makeSocket() throws(EngineSocketError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else {
            throw .ofSystem("a socket cannot be made", remedy: "let the process open more files (ulimit -n)")
        }
        return descriptor
    }

    /// Child processes do not inherit a descriptor.
    static func keepFromChildren(_ descriptor: Int32) { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
}
