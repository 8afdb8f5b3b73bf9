import Glibc

/// Sockets of this machine alone.
enum LoopbackSocket {
    /// A socket that listens on a free port.
    static func listen(backlog: Int32) throws -> (socket: Int32, port: Int) {
        let listener = stream()
        var address = address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withSocketAddress(&address) {
            bind(listener, $0, length) == 0 && Glibc.listen(listener, backlog) == 0
                && getsockname(listener, $0, &length) == 0
        }
        guard isListening else {
            let code = errno
            close(listener)
            throw GatewayTestFailure("No socket can listen on 127.0.0.1: \(String(cString: strerror(code))).")
        }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A connection to a port; nil: nobody listens there.
    /// - Parameter receiving: How many bytes the system may hold that were not read, about; nil: as many as it likes.
    static func connect(_ port: Int, receiving: Int32? = nil) -> Int32? {
        let connection = stream()
        if var receiving {
            _ = setsockopt(connection, SOL_SOCKET, SO_RCVBUF, &receiving, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = address(port: UInt16(port))
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        if withSocketAddress(&address, { Glibc.connect(connection, $0, length) == 0 }) { return connection }
        close(connection)
        return nil
    }

    /// Sends all of it; false: the other side is gone.
    static func send(_ bytes: ArraySlice<UInt8>, to connection: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.send(
                    connection, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    /// Closed in children, so that none of them holds a connection open.
    private static func stream() -> Int32 { socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0) }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private static func withSocketAddress(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Bool
    ) -> Bool {
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
        }
    }
}
