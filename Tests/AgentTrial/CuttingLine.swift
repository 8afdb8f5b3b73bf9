import Foundation
import Glibc
import Synchronization

/// A line to the gateway that breaks after a drawn number of bytes from there, so and so often, and holds from then on. It
/// passes bytes on as they are: what it cuts is TLS.
final class CuttingLine: Sendable {
    /// Where terminals call.
    let port: UInt16
    private let listener: Int32, upstream: UInt16
    private let plan: Mutex<[Int]>
    private let cuts = Atomic(0)

    /// Bytes that are passed on at once.
    private static let piece = 16 << 10

    /// - Parameter lengths: After how many bytes from the gateway each connection is cut, in the order of their coming.
    init(to upstream: UInt16, cutting lengths: [Int]) throws {
        self.upstream = upstream
        plan = Mutex(lengths.reversed())
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(0), length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else {
            throw Tool.Failure(description: "no port can be had: \(String(cString: strerror(errno)))")
        }
        listener = descriptor
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in accept() }
    }

    /// Connections that were cut.
    var cutCount: Int { cuts.load(ordering: .relaxed) }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private func accept() {
        while true {
            let near = Glibc.accept(listener, nil, nil)
            guard near >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            _ = fcntl(near, F_SETFD, FD_CLOEXEC)
            guard let far = connect() else {
                close(near)
                continue
            }
            let allowance = plan.withLock { $0.popLast() } ?? .max
            let link = Link(near, far)
            Thread.detachNewThread { self.carry(near, far, link, .max) }
            Thread.detachNewThread { self.carry(far, near, link, allowance) }
        }
    }

    private func connect() -> Int32? {
        let far = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(upstream)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(far, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result == 0 { return far }
        close(far)
        return nil
    }

    private func carry(_ source: Int32, _ target: Int32, _ link: Link, _ allowance: Int) {
        var buffer = [UInt8](repeating: 0, count: Self.piece), left = allowance
        while left > 0 {
            let count = recv(source, &buffer, min(buffer.count, left), 0)
            guard count > 0 else { break }
            var sent = 0
            while sent < count {
                let more = buffer[sent..<count].withUnsafeBytes {
                    send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard more > 0 else { return link.leave() }
                sent += more
            }
            if left != .max { left -= count }
        }
        if left == 0 { cuts.add(1, ordering: .relaxed) }
        link.leave()
    }

    /// Both ends of a connection, closed when both directions have ended.
    private final class Link: Sendable {
        private let near: Int32, far: Int32
        private let users = Mutex(2)

        init(_ near: Int32, _ far: Int32) { (self.near, self.far) = (near, far) }

        /// One direction has ended; the other ends with it.
        func leave() {
            users.withLock { users in
                users -= 1
                if users == 0 {
                    close(near)
                    close(far)
                } else {
                    shutdown(near, Int32(SHUT_RDWR))
                    shutdown(far, Int32(SHUT_RDWR))
                }
            }
        }
    }
}
