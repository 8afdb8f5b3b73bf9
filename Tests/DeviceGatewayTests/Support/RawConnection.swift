import NIOCore
import NIOPosix
import Synchronization

/// A connection that sends any bytes it is told to, and reads replies or does not.
final class RawConnection: Sendable {
    /// Why there is no reply.
    enum Failure: Error { case closed, late }

    /// The longest wait for a reply.
    static let patience = TimeAmount.seconds(60)

    private let channel: any Channel
    private let inbox: Inbox

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// Connects to the gateway on this port.
    /// - Parameters:
    ///   - reads: Whether bytes are taken off the socket as they come; false: not before `read` is called.
    ///   - address: The address of this machine that it comes from; nil: the usual one.
    static func open(_ port: Int, reads: Bool = true, from address: String? = nil) async throws -> RawConnection {
        let inbox = Inbox()
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(inbox) }
            }
        // A reader that does not read has room for little.
        if !reads { bootstrap = bootstrap.channelOption(ChannelOptions.socketOption(.so_rcvbuf), value: 4096) }
        if let address { bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: address, port: 0)) }
        let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
        return RawConnection(channel: channel, inbox: inbox)
    }

    /// Sends these bytes.
    func send(_ bytes: some Sequence<UInt8> & Sendable) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// Takes what has come off the socket once, in a connection that does not do so by itself.
    func read() { channel.read() }

    /// Takes what comes off the socket by itself from now on.
    func readOn() async throws { try await channel.setOption(ChannelOptions.autoRead, value: true).get() }

    /// The next reply.
    /// - Parameter hasBody: False for the answer to a HEAD.
    func reply(hasBody: Bool = true, within patience: TimeAmount = patience) async throws -> Reply {
        let reply = try await inbox.next(until: .now() + patience, on: channel.eventLoop) { bytes, isEnd in
            Reply(reading: &bytes, hasBody: hasBody, isEnd: isEnd)
        }
        return reply
    }

    /// Waits until the gateway has closed the connection.
    func closed(within patience: TimeAmount = patience) async throws {
        _ = try await inbox.next(until: .now() + patience, on: channel.eventLoop) { bytes, isEnd -> Bool? in
            bytes.clear()
            return isEnd ? true : nil
        }
    }

    /// Whether the gateway has closed the connection.
    var isClosed: Bool { inbox.isClosed }
    /// Bytes that have come and were not taken by a reply.
    var pending: Int { inbox.pending }

    /// Says that nothing more will be sent; what comes is still taken.
    func finish() async throws { try await channel.close(mode: .output).get() }

    /// Ends the connection at once.
    func close() async { try? await channel.close() }

    /// Sends a request and gives its reply.
    func ask(_ request: String, hasBody: Bool = true) async throws -> Reply {
        try await send(request)
        return try await reply(hasBody: hasBody)
    }
}

/// What has come in, and who waits for it.
private final class Inbox: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private struct Content {
        var bytes = ByteBuffer()
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let content = Mutex(Content())

    var isClosed: Bool { content.withLock { $0.isClosed } }
    var pending: Int { content.withLock { $0.bytes.readableBytes } }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        content.withLock { _ = $0.bytes.writeBuffer(&bytes) }
    }

    func channelReadComplete(context: ChannelHandlerContext) { wake() }

    func channelInactive(context: ChannelHandlerContext) {
        content.withLock { $0.isClosed = true }
        wake()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func wake() {
        content.withLock { content in
            defer { content.waiter = nil }
            return content.waiter
        }?.resume()
    }

    func next<Found: Sendable>(
        until deadline: NIODeadline, on loop: any EventLoop, _ take: (inout ByteBuffer, Bool) -> Found?
    ) async throws -> Found {
        let alarm = loop.scheduleTask(deadline: deadline) { self.wake() }
        defer { alarm.cancel() }
        while true {
            let (found, isClosed) = content.withLock { (take(&$0.bytes, $0.isClosed), $0.isClosed) }
            if let found { return found }
            if isClosed { throw RawConnection.Failure.closed }
            if NIODeadline.now() >= deadline { throw RawConnection.Failure.late }
            let seen = pending
            await withCheckedContinuation { continuation in
                let isNew = content.withLock { content in
                    guard content.bytes.readableBytes == seen, !content.isClosed, NIODeadline.now() < deadline else {
                        return true
                    }
                    content.waiter = continuation
                    return false
                }
                if isNew { continuation.resume() }
            }
        }
    }
}
