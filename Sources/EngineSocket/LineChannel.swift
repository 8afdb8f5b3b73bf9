import Foundation

/// Lines over a socket, with a bound on their length and a deadline.
struct LineChannel {
    /// How a line did not come.
    enum Failure: Error { case tooLong, tooLate, ended, stopped }

    let descriptor: Int32
    /// Becomes readable when nothing is waited for any more; nil: that never happens.
    var stop: Int32?

    /// The next line, without its end.
    func readLine(atMost length: Int, within time: Duration) throws(Failure) -> Data {
        let deadline = ContinuousClock.now + time
        var line = Data()
        var piece = [UInt8](repeating: 0, count: 4096)
        while line.count <= length {
            try waitUntilReadable(deadline)
            let count = recv(descriptor, &piece, piece.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { throw .ended }
            if let end = piece[..<count].firstIndex(of: UInt8(ascii: "\n")) {
                line.append(contentsOf: piece[..<end])
                if line.count > length { break }
                return line
            }
            line.append(contentsOf: piece[..<count])
        }
        throw .tooLong
    }

    private func waitUntilReadable(_ deadline: ContinuousClock.Instant) throws(Failure) {
        let rest = deadline - .now
        guard rest > .zero else { throw .tooLate }
        var watched = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        if let stop { watched.append(pollfd(fd: stop, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&watched, nfds_t(watched.count), Int32(rest.components.seconds) * 1000 + 999)
        if watched.count > 1, watched[1].revents != 0 { throw .stopped }
    }

    /// Writes a line; false: the other end takes no more, or not in time.
    @discardableResult
    func writeLine(_ line: Data, within time: Duration) -> Bool {
        var limit = timeval(tv_sec: Int(time.components.seconds), tv_usec: 0)
        _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let bytes = Array(line) + [UInt8(ascii: "\n")]
        // Each piece that is taken could be a small one.
        let deadline = ContinuousClock.now + time
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0, ContinuousClock.now < deadline else { return false }
            sent += count
        }
        return true
    }
}
