import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// The beginning of an answer. What comes behind so many bytes ends the attempt; what is there by then counts.
final class WebhookAnswer: HTTPClientResponseDelegate, Sendable {
    struct TooLong: Error {}

    private struct State {
        var head: HTTPResponseHead?
        var body = ByteBuffer()
    }

    private let mostBytes: Int
    private let state = Mutex(State())

    init(mostBytes: Int) { self.mostBytes = mostBytes }

    var head: HTTPResponseHead? { state.withLock { $0.head } }
    var body: String { state.withLock { String(buffer: $0.body) } }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        state.withLock { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        let hasRoom = state.withLock { state in
            var part = part
            let room = min(part.readableBytes, mostBytes - state.body.readableBytes)
            if let taken = part.readSlice(length: room) { state.body.writeImmutableBuffer(taken) }
            return part.readableBytes == 0
        }
        return hasRoom
            ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(TooLong())
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) {}
}
