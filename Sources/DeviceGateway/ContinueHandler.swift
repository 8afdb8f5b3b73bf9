import NIOCore
import NIOHTTP1

/// Somebody is about to read the body of the request whose answer is due next; sent down a connection.
package struct BodyWanted: Sendable {
    /// That word.
    package init() {}
}

/// Tells a client that asks before it sends a body to go on (`Expect: 100-continue`, RFC 9110, 10.1.1), once the body is
/// wanted: one that is refused keeps it. libcurl, and with it swupdate, otherwise waits a second for that word.
///
/// It stands behind the decoder. Confined to its event loop.
package final class ContinueHandler: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    /// Requests that have come, and that were answered, on this connection.
    private var come = 0, answered = 0
    /// Which request's client waits; nil: none does.
    private var waiting: Int?

    /// A handler of one connection.
    package init() {}

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            come += 1
            waiting = Self.waits(head) ? come : nil
        case .body, .end: waiting = nil
        }
        context.fireChannelRead(data)
    }

    /// A client of HTTP/1.0 does not know what an interim answer is.
    private static func waits(_ head: HTTPRequestHead) -> Bool {
        head.version == .http1_1 && head.headers["expect"].contains { ContinueHandler.isKnown($0) }
    }

    /// Whether an expectation is the one that can be met.
    static func isKnown(_ expectation: String) -> Bool { expectation.lowercased() == "100-continue" }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { answered += 1 }
        context.write(data, promise: promise)
    }

    package func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?)
    {
        guard event is BodyWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
        promise?.succeed()
        // Requests are answered one by one: the next to be answered is the one whose body is wanted.
        guard waiting == answered + 1 else { return }
        waiting = nil
        context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
    }
}
