import Foundation

/// Says to the service manager how this process stands: the protocol of sd_notify(3), a datagram of `NAME=value` lines to
/// the socket in `NOTIFY_SOCKET`. By hand, since it is all that would be taken from libsystemd.
struct ServiceNotifier: Sendable {
    /// How long a datagram may take: a manager that does not listen holds nobody up.
    static let sendDeadline = Duration.seconds(1)

    /// The socket's name, as the manager gives it; an abstract one begins with `@`.
    private let name: String
    /// Within which time the manager wants to hear of this process again and again; nil: it does not.
    let watchdog: Duration?

    /// The manager that started this process; nil: none did that listens.
    init?(environment: [String: String] = ProcessInfo.processInfo.environment, process: pid_t = getpid()) {
        guard let name = environment["NOTIFY_SOCKET"], name.hasPrefix("/") || name.hasPrefix("@"),
            name.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        else { return nil }
        self.name = name
        let isMeant = environment["WATCHDOG_PID"].map { Int32($0) == process } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdog = isMeant && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// Sends lines; false: the manager could not be told.
    @discardableResult
    func tell(_ lines: [String]) -> Bool {
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { _ = close(socket) }
        var patience = timeval(tv_sec: Int(Self.sendDeadline.components.seconds), tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let text = Array(lines.joined(separator: "\n").utf8)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if name.hasPrefix("@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        // An abstract name ends where the length says, and would have the zeros behind it in it otherwise.
        let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path).map { $0 + bytes.count } ?? 0
        let sent = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, text, text.count, Int32(MSG_NOSIGNAL), $0, socklen_t(length))
            }
        }
        return sent == text.count
    }
}
