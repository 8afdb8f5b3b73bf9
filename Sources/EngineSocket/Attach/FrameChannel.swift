import Foundation

/// Messages over a stream socket, each behind its length: four bytes, little-endian.
struct FrameChannel: Sendable {
    /// How a message did not come.
    enum Failure: Error { case tooLong, ended, stopped }

    let descriptor: Int32
    /// Becomes readable when nothing is waited for any more; nil: that never happens.
    var stop: Int32?

    /// The next message, however long it takes to come.
    func read(atMost length: Int) throws(Failure) -> [UInt8] {
        let head = try readExactly(4)
        let count = head.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard count <= length else { throw .tooLong }
        return try readExactly(count)
    }

    private func readExactly(_ count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count), filled = 0
        while filled < count {
            try waitUntilReadable()
            let received = bytes.withUnsafeMutableBytes { space in
                recv(descriptor, space.baseAddress?.advanced(by: filled), count - filled, Int32(MSG_DONTWAIT))
            }
            if received < 0, errno == EAGAIN || errno == EINTR { continue }
            guard received > 0 else { throw .ended }
            filled += received
        }
        return bytes
    }

    private func waitUntilReadable() throws(Failure) {
        var watched = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        if let stop { watched.append(pollfd(fd: stop, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&watched, nfds_t(watched.count), -1)
        if watched.count > 1, watched[1].revents != 0 { throw .stopped }
    }

    /// Writes a message; waits as long as the other end does not read. False: it is gone.
    func write(_ message: [UInt8]) -> Bool {
        let count = UInt32(message.count)
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + message
        var sent = 0
        while sent < bytes.count {
            let written = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // The line that came before has left its own deadline on the socket, which is not this one's.
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            guard written > 0 else { return false }
            sent += written
        }
        return true
    }
}
