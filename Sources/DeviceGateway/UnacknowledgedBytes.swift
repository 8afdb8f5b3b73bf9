import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the system holds of a connection's bytes until the other side has acknowledged them (Linux, `TCP_INFO`).
struct UnacknowledgedBytes: Equatable {
    /// Segments that were sent, how long they are at most, and bytes that were not.
    private var segments: UInt32, segmentLength: UInt32, unsentBytes: UInt32

    /// Whether everything was acknowledged.
    var isNone: Bool { segments == 0 && unsentBytes == 0 }

    /// The most bytes that they can be.
    var most: Int64 { Int64(segments) * Int64(segmentLength) + Int64(unsentBytes) }

    /// Asks the system, on the connection's event loop; nil: it does not say.
    init?(on channel: any Channel) {
        #if os(Linux)
            guard let provider = channel as? any SocketOptionProvider else { return nil }
            let answer: EventLoopFuture<Information> = provider.unsafeGetSocketOption(
                level: .tcp, name: NIOBSDSocket.Option(rawValue: CInt(TCP_INFO)))
            // Answered before the call returns, since this is the connection's event loop.
            var found: Information?
            answer.assumeIsolated().whenSuccess { found = $0 }
            guard let found else { return nil }
            segments = found.unacknowledgedSegments
            segmentLength = found.times.longestSegment
            unsentBytes = found.unsentBytes
        #else
            return nil
        #endif
    }

    /// `struct tcp_info` of Linux (include/uapi/linux/tcp.h) up to what is asked for; an older system says less of it,
    /// and the rest stays zero or is not set: both fields are of 2016 or before.
    private struct Information: Sendable {
        private var states: UInt64 = 0
        var times: (retransmit: UInt32, acknowledge: UInt32, longestSegment: UInt32, received: UInt32) = (0, 0, 0, 0)
        var unacknowledgedSegments: UInt32 = 0
        private var counts:
            (
                UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32,
                UInt32, UInt32, UInt32, UInt32, UInt32, UInt32
            ) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        private var rates: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        private var packets: (UInt32, UInt32) = (0, 0)
        var unsentBytes: UInt32 = 0
    }
}
