import DeviceGateway
import NIOCore
import NIOTLS

/// Waits for the end of a handshake, at most so long, and is gone after it.
final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// The longest time that a handshake may take.
    static let deadline = TimeAmount.seconds(10)

    private let failures: HandshakeFailures
    private let onCompletion: () -> Void
    private var timer: Scheduled<Void>?

    init(_ failures: HandshakeFailures, onCompletion: @escaping () -> Void) {
        self.failures = failures
        self.onCompletion = onCompletion
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: Self.deadline) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event {
            onCompletion()
            context.fireUserInboundEventTriggered(event)
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failures.note(error, from: context.remoteAddress)
        // Who counts what is refused is behind this.
        context.fireErrorCaught(HandshakeFailure())
        context.close(promise: nil)
    }
}
