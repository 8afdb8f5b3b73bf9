import NIOCore
import NIOHTTP1

/// A piece of a file that goes out as it is.
struct FilePiece: Sendable {
    var data: IOData
    /// Whose it is.
    var pump: NIOLoopBound<FilePump>
}

/// Lets pieces of files out of the pipeline beside the server's own writer, which takes only bytes that were read. It is
/// reached by an event, since it stands where answers are not yet bytes, but no longer the server's.
final class PieceDoor: ChannelOutboundHandler {
    typealias OutboundIn = Any
    typealias OutboundOut = HTTPServerResponsePart

    private let sentry: ConnectionSentry

    init(_ sentry: ConnectionSentry) { self.sentry = sentry }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let piece = event as? FilePiece else { return context.triggerUserOutboundEvent(event, promise: promise) }
        let taken = promise ?? context.eventLoop.makePromise()
        sentry.pieceLeaves(taken.futureResult, of: piece.pump.value) {
            context.writeAndFlush(wrapOutboundOut(.body(piece.data)), promise: taken)
        }
    }
}
