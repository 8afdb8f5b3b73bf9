import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How far the system is with a connection's bytes (Linux 4.19 or later, `TCP_INFO`), all counted from the connection's
/// beginning.
struct TransmittedBytes: Equatable {
    /// Bytes that the system was given, those of them that have left, and those that the other side has acknowledged.
    let written: Int64, left: Int64, acknowledged: Int64
    /// Whether the connection was reset: what lay in it is thrown away. The system knows it before the event loop has
    /// heard of it, and goes on telling the rest.
    let isReset: Bool
    /// Whether everything that was written was acknowledged. It is exact: the counts above may be too large, as the system
    /// counts twice what a queue of this machine did not take.
    let isAllAcknowledged: Bool

    /// Asks the system, on the connection's event loop; nil: it does not say.
    init?(on channel: any Channel) {
        #if os(Linux)
            guard let provider = channel as? any SocketOptionProvider else { return nil }
            let answer: EventLoopFuture<Information> = provider.unsafeGetSocketOption(
                level: .tcp, name: NIOBSDSocket.Option(rawValue: CInt(TCP_INFO)))
            // Answered before the call returns, since this is the connection's event loop.
            var found: Information?
            answer.assumeIsolated().whenSuccess { found = $0 }
            // A system that says less of it leaves zeros.
            guard let found, found.sent > 0 || found.acknowledged == 0 else { return nil }
            left = Int64(clamping: found.sent - min(found.retransmitted, found.sent))
            written = left + Int64(found.unsent)
            acknowledged = Int64(clamping: found.acknowledged)
            isReset = found.state == Information.closed
            // A reset takes the segments that were on their way off the books.
            isAllAcknowledged = !isReset && found.unacknowledgedSegments == 0 && found.unsent == 0
        #else
            return nil
        #endif
    }

    /// `struct tcp_info` of Linux (include/uapi/linux/tcp.h) up to what is asked for.
    private struct Information: Sendable {
        /// `TCP_CLOSE` of include/net/tcp_states.h.
        static let closed: UInt8 = 7

        var state: UInt8 = 0
        private var details: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0, 0, 0, 0)
        private var sizes: (UInt32, UInt32, UInt32, UInt32)
        var unacknowledgedSegments: UInt32
        /// Further counts, and times.
        private var counts:
            (
                UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32,
                UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
            )
        private var rates: (UInt64, UInt64)
        var acknowledged: UInt64
        private var received: UInt64
        private var segments: (UInt32, UInt32)
        var unsent: UInt32
        private var roundTrip: UInt32
        private var dataSegments: (UInt32, UInt32)
        private var times: (UInt64, UInt64, UInt64, UInt64)
        private var delivered: (UInt32, UInt32)
        var sent: UInt64
        var retransmitted: UInt64
    }
}
