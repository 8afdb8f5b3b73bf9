import Glibc

/// One kept connection, and the answer that is being read from it.
final class LoadConnection {
    /// Bytes of the longest head, and of the longest answer that is kept; the rest of a longer one is only counted.
    static let capacity = 256 << 10

    let descriptor: Int32
    private(set) var sentAt = ContinuousClock.now
    private(set) var status = 0
    private(set) var bodyLength = 0
    private let tls: ClientTLS?, session: ClientTLS.Session?
    private let buffer: UnsafeMutableRawBufferPointer
    private var filled = 0
    /// Bytes of the head with its empty line; 0: it has not come yet.
    private var headLength = 0
    /// Bytes of the answer that are still to come behind those in the buffer.
    private var missing = 0

    /// Connects to a port of this machine.
    init(port: UInt16, tls: ClientTLS? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        buffer = .allocate(byteCount: Self.capacity, alignment: 16)
        guard LoopbackPort.connect(descriptor, port) else {
            throw BenchmarkFailure("cannot connect to port \(port): error \(errno)")
        }
        self.tls = tls
        session = try tls?.connect(descriptor)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        guard fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else { throw BenchmarkFailure("fcntl: error \(errno)") }
    }

    deinit {
        if let tls, let session { tls.end(session) }
        close(descriptor)
        buffer.deallocate()
    }

    /// The body of the answer that has come; empty if it was too long to be kept.
    var body: UnsafeRawBufferPointer {
        let isKept = headLength + bodyLength <= filled
        return UnsafeRawBufferPointer(rebasing: buffer[headLength..<(isKept ? headLength + bodyLength : headLength)])
    }

    /// Sends a request; the socket has room for it since the one before was answered.
    func send(_ request: [UInt8]) throws {
        (filled, headLength, missing) = (0, 0, 0)
        sentAt = .now
        let sent = request.withUnsafeBytes { bytes in
            if let tls, let session { return tls.send(bytes, session) }
            return Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
        guard sent == request.count else { throw BenchmarkFailure("a request was not taken: error \(errno)") }
    }

    /// Reads what has come; true: the answer is whole.
    func receive() throws -> Bool {
        let isLong = headLength > 0 && headLength + bodyLength > Self.capacity
        let space = UnsafeMutableRawBufferPointer(rebasing: isLong ? buffer[headLength...] : buffer[filled...])
        let count = take(space)
        if count < 0, errno == EAGAIN || errno == EINTR { return false }
        guard count > 0 else { throw BenchmarkFailure("a server has closed a connection: error \(errno)") }
        if isLong {
            missing -= count
            return missing == 0
        }
        filled += count
        if headLength == 0, try !readHead() { return false }
        missing = headLength + bodyLength - filled
        return missing == 0
    }

    private func take(_ space: UnsafeMutableRawBufferPointer) -> Int {
        if let tls, let session { return tls.receive(space, session) }
        return recv(descriptor, space.baseAddress, space.count, 0)
    }

    /// Looks for the end of the head; false: it has not come.
    private func readHead() throws -> Bool {
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
        guard let end = AnswerHead.end(of: bytes) else { return false }
        guard let head = AnswerHead(UnsafeRawBufferPointer(rebasing: bytes[..<end])) else {
            throw BenchmarkFailure(
                "an answer without a status and a length: \(String(decoding: bytes[..<end], as: UTF8.self))")
        }
        (status, bodyLength, headLength) = (head.status, head.length, end)
        return true
    }
}
