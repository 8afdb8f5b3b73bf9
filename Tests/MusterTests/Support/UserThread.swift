import Foundation

/// A thread of this process that acts for another user of the machine, as the kernel sees it; root alone can have one.
enum UserThread {
    /// Runs something on a thread of that user, and says when it has ended.
    static func start(_ user: OtherUser, _ body: @escaping @Sendable () -> Void) throws -> DispatchSemaphore {
        guard let entry = getpwnam(user.name), let symbol = dlsym(nil, "syscall") else {
            throw ScratchFleet.Failure(description: "there is no user \(user.name)")
        }
        // Of the kernel itself: the C library's own calls change all threads.
        typealias Call = @convention(c) (Int, UInt, UInt, UInt) -> Int
        let call = unsafeBitCast(symbol, to: Call.self), number = entry.pointee.pw_uid
        let hasEnded = DispatchSemaphore(value: 0)
        let thread = Thread {
            if call(setresuid, UInt(number), UInt(number), UInt(number)) == 0 { body() }
            hasEnded.signal()
        }
        thread.start()
        return hasEnded
    }

    #if arch(x86_64)
        private static let setresuid = 117
    #else
        private static let setresuid = 147
    #endif
}

/// A user who connects to an engine's socket as often as they can, says nothing, and holds what they get.
final class SocketFlood: @unchecked Sendable {
    /// Connections that are held at once.
    private static let most = 200
    private let path: String
    private let lock = NSLock()
    private var isOver = false
    private var count = 0
    private var hasEnded = DispatchSemaphore(value: 0)

    init(_ path: String, by user: OtherUser) throws {
        self.path = path
        hasEnded = try UserThread.start(user) { [self] in run() }
    }

    /// How many connections were answered without having asked: they were turned away.
    var turnedAway: Int { lock.withLock { count } }

    /// Ends it.
    func stop() {
        lock.withLock { isOver = true }
        hasEnded.wait()
    }

    private func run() {
        var held: [pollfd] = []
        while !lock.withLock({ isOver }) {
            if held.count < Self.most, let descriptor = connection() {
                held.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
            }
            _ = poll(&held, nfds_t(held.count), 0)
            for ended in held where ended.revents != 0 {
                var byte: UInt8 = 0
                if recv(ended.fd, &byte, 1, Int32(MSG_DONTWAIT)) == 1 { lock.withLock { count += 1 } }
                _ = close(ended.fd)
            }
            held.removeAll { $0.revents != 0 }
        }
        for one in held { _ = close(one.fd) }
    }

    private func connection() -> Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 { return descriptor }
        _ = close(descriptor)
        return nil
    }
}
