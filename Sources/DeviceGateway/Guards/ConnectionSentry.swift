import NIOCore
import NIOHTTP1

/// Watches one connection, and closes it when its deadlines say so. Confined to its event loop.
///
/// It has two posts: in front of the pipeline, where bytes come in, and behind the decoder, where requests do. It is
/// made as a handler of requests, which is where a server lets one add handlers, and takes up its posts from there.
final class ConnectionSentry: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let guards: RequestGuards
    private let handlers: [any ChannelHandler]
    fileprivate var deadlines: ConnectionDeadlines
    private var timer: Scheduled<Void>?
    private var timerDue: NIODeadline?
    private weak var channel: (any Channel)?
    private var isRefused = false, hasFailed = false
    /// Sends the file that was sent last.
    private weak var pump: FilePump?

    /// A sentry of a connection.
    /// - Parameter handlers: What is to see requests behind its second post, before they are the server's.
    init(_ guards: RequestGuards, _ handlers: [any ChannelHandler]) {
        self.guards = guards
        self.handlers = handlers
        deadlines = ConnectionDeadlines(guards.limits, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel, meters = guards.meters
        self.channel = channel
        isRefused = meters.connections.add(1, ordering: .relaxed).newValue > guards.limits.connections
        channel.closeFuture.whenComplete { _ in meters.connections.subtract(1, ordering: .relaxed) }
        do {
            let pipeline = context.pipeline.syncOperations
            try pipeline.addHandler(BytePost(self), position: .first)
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            let post = RequestPost(self)
            try pipeline.addHandler(post, position: .after(decoder))
            try pipeline.addHandlers(handlers, position: .after(post))
            try pipeline.addHandler(PieceDoor(self), position: .after(decoder))
        } catch {
            // An unguarded connection is worse than none.
            isRefused = true
        }
        if channel.isActive { begin() }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        context.fireChannelInactive()
    }

    /// What is wrong with a connection before there is a request that could be refused: it is once for each.
    fileprivate func caught(_ error: any Error) {
        guard !hasFailed else { return }
        switch error {
        case is HTTPParserError:
            let address = channel?.remoteAddress?.ipAddress ?? ""
            guards.refused(.unreadable) { ["address": "\(address)", "reason": "\(error)"] }
        case is HandshakeFailure: guards.meters.refused(.handshake)
        // A connection that went away is no news.
        default: return
        }
        hasFailed = true
    }

    private func begin() {
        guard isRefused else { return look() }
        guards.refused(.connection)
        channel?.close(promise: nil)
    }

    /// The other side has ended the connection, of which the system tells until the channel is closed.
    fileprivate func connectionBroke() { pump?.connectionBroke() }

    /// A request's head is refused as it stands.
    fileprivate func refuse(_ status: HTTPResponseStatus) {
        guards.refused(.none, .init(code: Int(status.code)), device: nil)
    }

    /// A piece of a file is written, and is to be taken in time.
    func pieceLeaves(_ taken: EventLoopFuture<Void>, of pump: FilePump, _ write: () -> Void) {
        self.pump = pump
        deadlines.pieceLeft(at: .now())
        taken.assumeIsolated().whenComplete { _ in self.deadlines.pieceTaken() }
        write()
        // Most are taken at once, and need no deadline.
        look()
    }

    /// Sees to it that somebody looks when the next deadline comes. A timer that is due earlier is left as it is, so that
    /// a busy connection sets none.
    fileprivate func look() {
        guard let channel, channel.isActive, let next = deadlines.next else { return }
        if let timerDue, timerDue <= next { return }
        timer?.cancel()
        timerDue = next
        timer = channel.eventLoop.assumeIsolated().scheduleTask(deadline: next) { self.ring() }
    }

    /// What the end makes of a request that did not come whole is no other fault.
    private func cut(_ why: RequestGuards.Refusal) {
        hasFailed = true
        guards.refused(why) { ["address": "\(channel?.remoteAddress?.ipAddress ?? "")"] }
    }

    private func ring() {
        timer = nil
        timerDue = nil
        guard let fault = deadlines.fault(at: .now()) else { return look() }
        switch fault {
        case .slowRequest: cut(.slowRequest)
        case .slowReader: cut(.slowReader)
        case .idle: break
        }
        channel?.close(promise: nil)
    }
}

/// Sees bytes come in, and whether any can leave.
private final class BytePost: ChannelInboundHandler {
    typealias InboundIn = Any

    private let sentry: ConnectionSentry

    init(_ sentry: ConnectionSentry) { self.sentry = sentry }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        sentry.deadlines.bytesArrived()
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        sentry.deadlines.readCompleted(at: .now())
        sentry.look()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        sentry.deadlines.writabilityChanged(to: context.channel.isWritable, at: .now())
        sentry.look()
        context.fireChannelWritabilityChanged()
    }

    /// Nothing but the system's word of the connection comes from in front of this post.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        sentry.connectionBroke()
        context.fireErrorCaught(error)
    }
}

/// Sees requests begin and end, and answers end; answers a request whose head is too long.
private final class RequestPost: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let sentry: ConnectionSentry
    /// Answers that the server owes.
    private var owed = 0
    /// Whether a request was refused here: what follows is nobody's.
    private var hasRefused = false

    init(_ sentry: ConnectionSentry) { self.sentry = sentry }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasRefused else { return }
        switch unwrapInboundIn(data) {
        case .head(var head):
            guard Self.namesHost(head) else { return refuseHost(context) }
            owed += 1
            sentry.deadlines.headArrived()
            // The server looks for this field only: by HTTP/1.0 it is meant where nothing is said.
            if head.version.major == 1, head.version.minor == 0, !head.isKeepAlive {
                head.headers.replaceOrAdd(name: "Connection", value: "close")
                return context.fireChannelRead(wrapInboundOut(.head(head)))
            }
        case .body: break
        case .end: sentry.deadlines.requestEnded()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            owed -= 1
            sentry.deadlines.answerEnded(at: .now())
            sentry.look()
        }
        context.write(data, promise: promise)
    }

    /// The server would call a head that is too long a wrong one. It must not be answered before those that came first.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard owed == 0, (error as? HTTPParserError) == .headerOverflow else {
            sentry.caught(error)
            return context.fireErrorCaught(error)
        }
        refuse(context, .requestHeaderFieldsTooLarge)
    }

    /// RFC 9112, section 3.2: one host, no more and no less, since whoever stands between might take another one.
    private static func namesHost(_ head: HTTPRequestHead) -> Bool {
        let hosts = head.headers.lazy.count { $0.name.utf8.count == 4 && $0.name.lowercased() == "host" }
        return hosts == 1 || hosts == 0 && head.version == .http1_0
    }

    private func refuseHost(_ context: ChannelHandlerContext) {
        guard owed == 0 else {
            sentry.caught(HTTPParserError.invalidHeaderToken)
            return context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
        }
        refuse(context, .badRequest)
    }

    private func refuse(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus) {
        hasRefused = true
        sentry.refuse(status)
        let headers: HTTPHeaders = ["Connection": "close", "Content-Length": "0"]
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let hasLeft = context.eventLoop.makePromise(of: Void.self), channel = context.channel
        // What of the head has not been read yet would have the system throw the answer away with the connection.
        hasLeft.futureResult.whenComplete { _ in channel.close(mode: .output, promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: hasLeft)
    }
}
