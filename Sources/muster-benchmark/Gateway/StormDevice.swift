import Glibc

/// One device in a storm: it connects without waiting, asks once, and comes again whenever it was sent away.
struct StormDevice {
    /// Where it stands.
    enum Step {
        /// It comes at a moment, in seconds of the storm.
        case away(until: Double)
        case connecting(since: Double)
        case asking(since: Double)
        case served
    }

    /// How an answer that has come is to be taken.
    enum Answer {
        case served, sentAway(status: Int, retryAfter: Double?), closed, notYet
    }

    var step = Step.away(until: 0)
    /// Its connection; below 0: none.
    private(set) var descriptor: Int32 = -1
    private var bytes: [UInt8] = []

    /// The longest answer to a poll.
    static let capacity = 8 << 10

    /// Begins to connect; false: the system refused it at once.
    mutating func connect(_ port: UInt16) -> Bool {
        hangUp()
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        return LoopbackPort.connect(descriptor, port) || errno == EINPROGRESS
    }

    /// Whether the connection that was begun has come about.
    func isConnected() -> Bool {
        var fault: Int32 = 0, length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &fault, &length) == 0 && fault == 0
    }

    /// Sends a request, which an empty connection takes whole.
    mutating func send(_ request: [UInt8]) -> Bool {
        bytes = []
        return request.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            == request.count
    }

    /// Reads what has come.
    mutating func receive() -> Answer {
        var space = [UInt8](repeating: 0, count: 1024)
        let count = recv(descriptor, &space, space.count, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return .notYet }
        guard count > 0, bytes.count + count <= Self.capacity else { return .closed }
        bytes += space[..<count]
        return bytes.withUnsafeBytes { bytes in
            guard let end = AnswerHead.end(of: bytes) else { return .notYet }
            guard let head = AnswerHead(UnsafeRawBufferPointer(rebasing: bytes[..<end])) else { return .closed }
            guard bytes.count >= end + head.length else { return .notYet }
            if (200..<300).contains(head.status) { return .served }
            let text = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
            return .sentAway(status: head.status, retryAfter: Self.retryAfter(text))
        }
    }

    private static func retryAfter(_ head: String) -> Double? {
        head.split(separator: "\r\n").first { $0.hasPrefix("retry-after:") }
            .flatMap { Double($0.dropFirst("retry-after:".count).drop { $0 == " " }) }
    }

    /// Ends its connection, whatever is under way on it.
    mutating func hangUp() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}
