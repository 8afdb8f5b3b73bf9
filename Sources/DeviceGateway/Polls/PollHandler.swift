import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// Answers plain polls on the event loop of their connection. Nearly all requests are such, and to hand one to a task
/// and take it back costs more than its answer. What it is answered is the controller's word, as for every request.
///
/// It stands behind the decoder. A request that is no plain poll, and whatever comes while such a one is not answered,
/// goes on to the server as it came; what comes behind a poll that is being answered waits for that. So answers leave
/// in the order in which requests came. Confined to its event loop.
final class PollHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What waits until a poll is answered. No more is read meanwhile, so that it is bounded by what the system gives at
    /// once.
    private enum Held {
        case part(HTTPServerRequestPart)
        case event(Any)
        case error(any Error)
    }

    private let controller: DDIController
    private let date: ReplyDate
    private var context: ChannelHandlerContext?
    private lazy var address = context?.remoteAddress?.ipAddress ?? ""

    /// The poll whose head has come.
    private var asked: PollRequest?
    private var isAnswering = false, isCatchingUp = false
    private var held = CircularBuffer<Held>()
    private var isReadHeld = false
    /// Answers that the server owes.
    private var owed = 0
    /// Whether the server ends the connection: from then on all is its own.
    private var isLeft = false

    init(_ controller: DDIController, date: ReplyDate) {
        self.controller = controller
        self.date = date
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: - What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if isAnswering { held.append(.part(part)) } else { take(part, context) }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            asked = owed == 0 && !isLeft ? PollRequest(head, longestTarget: controller.guards.limits.targetLength) : nil
            if asked != nil { return }
            owed += 1
            isLeft = isLeft || head.version != .http1_1 || head.headers.contains(name: "connection")
        case .body: break
        case .end:
            guard let poll = asked else { break }
            asked = nil
            return answer(poll, context)
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    /// That the connection is to end, or that its other half has, must not overtake an answer.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isAnswering { held.append(.event(event)) } else { pass(event, context) }
    }

    private func pass(_ event: Any, _ context: ChannelHandlerContext) {
        isLeft = isLeft || event is ChannelShouldQuiesceEvent || (event as? ChannelEvent) == .inputClosed
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isAnswering { held.append(.error(error)) } else { pass(error, context) }
    }

    private func pass(_ error: any Error, _ context: ChannelHandlerContext) {
        isLeft = true
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        held.removeAll()
        context.fireChannelInactive()
    }

    // MARK: - What goes out

    func read(context: ChannelHandlerContext) {
        if held.isEmpty { context.read() } else { isReadHeld = true }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { owed -= 1 }
        context.write(data, promise: promise)
    }

    // MARK: - The answer

    private func answer(_ poll: PollRequest, _ context: ChannelHandlerContext) {
        isAnswering = true
        let claim = DDIController.Claim(
            tenant: poll.tenant, id: poll.id, authorization: poll.authorization,
            host: DDIController.host(poll.host, context.channel),
            certificate: controller.security?.certificate(of: context.channel), address: address)
        do throws(HTTPError) {
            let (said, evidence) = controller.polled(try controller.device(claim))
            let loop = context.eventLoop, this = NIOLoopBound(self, eventLoop: loop)
            controller.desk.call(said) { outcome in
                loop.execute { this.value.finish(claim, outcome, evidence) }
            }
        } catch {
            refuse(claim, error)
        }
    }

    private func finish(_ claim: DDIController.Claim, _ outcome: EngineDesk.Outcome, _ evidence: String?) {
        do throws(HTTPError) {
            let text = try controller.pollReply(claim, outcome, evidence)
            controller.guards.meters.answered(.poll, .ok)
            write(.ok, [("Content-Type", DDIController.contentType)], ByteBuffer(string: text))
        } catch {
            refuse(claim, error)
        }
    }

    private func refuse(_ claim: DDIController.Claim, _ error: HTTPError) {
        controller.guards.refused(.poll, error.status, device: claim.id, why: RequestGuards.Refusal(error))
        let fields = error.headers.map { ($0.name.rawName, $0.value) }
        let body = error.body.map { ByteBuffer(string: $0) }
        write(.init(statusCode: error.status.code, reasonPhrase: error.status.reasonPhrase), fields, body)
    }

    private func write(_ status: HTTPResponseStatus, _ fields: [(String, String)], _ body: ByteBuffer?) {
        guard let context, context.channel.isActive else { return }
        let length = ("Content-Length", "\(body?.readableBytes ?? 0)")
        let headers = HTTPHeaders(fields + [length, ("Date", date.now), ("Server", DeviceGateway.serverName)])
        let isBehind = !held.isEmpty || !context.channel.isWritable
        context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        guard isBehind else {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            isAnswering = false
            return
        }
        // A reader that takes no answers gets no more of them, and what ends the connection waits until this one has left.
        let hasLeft = context.eventLoop.makePromise(of: Void.self)
        hasLeft.futureResult.assumeIsolated().whenComplete { _ in self.catchUp() }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: hasLeft)
    }

    /// Takes in what has waited. A refusal may leave before the call returns, so that this is called anew from within.
    private func catchUp() {
        isAnswering = false
        guard !isCatchingUp, let context else { return }
        isCatchingUp = true
        while !isAnswering, let next = held.popFirst() {
            switch next {
            case .part(let part): take(part, context)
            case .event(let event): pass(event, context)
            case .error(let error): pass(error, context)
            }
        }
        isCatchingUp = false
        context.fireChannelReadComplete()
        guard held.isEmpty, isReadHeld else { return }
        isReadHeld = false
        context.read()
    }
}
