import Foundation

/// Plays the service manager: takes what a service says of itself.
final class NotifySocket {
    /// What `NOTIFY_SOCKET` is for the service.
    let name: String
    private let descriptor: Int32

    /// Listens at a path, or, with `@` before it, at an abstract name.
    init(_ name: String) throws {
        self.name = name
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if name.hasPrefix("@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = (MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2) + bytes.count
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(length)) }
        }
        guard result == 0 else { throw ScratchFleet.Failure(description: String(cString: strerror(errno))) }
    }

    deinit { _ = close(descriptor) }

    /// The next message's lines; nil: none came in time.
    func next(within time: Duration) -> [String]? {
        var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&query, 1, Int32(time / .milliseconds(1))) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Messages up to the first that has this line.
    func messages(until line: String, within time: Duration = .seconds(30)) throws -> [[String]] {
        var found: [[String]] = []
        let deadline = ContinuousClock.now + time
        while ContinuousClock.now < deadline {
            guard let message = next(within: deadline - ContinuousClock.now) else { break }
            found.append(message)
            if message.contains(where: { $0.hasPrefix(line) }) { return found }
        }
        throw ScratchFleet.Failure(description: "no \(line) in \(found)")
    }

    /// Takes what lies there already.
    func drain() { while next(within: .zero) != nil {} }
}
