import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// An answer of bounded length.
final class HTTPAnswer: HTTPClientResponseDelegate, Sendable {
    /// The most bytes of an answer; files are not among them.
    static let mostBytes = 2 << 20
    struct TooLong: Error {}

    private struct State {
        var head: HTTPResponseHead?
        var body = ByteBuffer()
    }
    private let state = Mutex(State())
    private let most: Int

    init(atMost most: Int) { self.most = most }

    var head: HTTPResponseHead? { state.withLock { $0.head } }
    var body: ByteBuffer { state.withLock { $0.body } }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        state.withLock { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        let fits = state.withLock { state in
            guard state.body.readableBytes + part.readableBytes <= most else { return false }
            state.body.writeImmutableBuffer(part)
            return true
        }
        return fits ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(TooLong())
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) {}
}

/// An answer whose bytes go into a sink. The sink works on the thread of the connection, which has nothing else to do, so
/// that no more is read than is kept.
final class FetchAnswer: HTTPClientResponseDelegate, Sendable {
    /// Why an answer is not the file, or the part of it, that was asked for.
    enum Failure: Error {
        case status(HTTPResponseHead)
        case wrongRange
    }

    private let start: Int64
    private let sink: any FetchSink
    /// Bytes that have come, so that it is seen whether it moves.
    let taken = Atomic<Int64>(0)
    /// Whether all of the file was there already.
    let hadAll = Atomic<Bool>(false)

    init(from start: Int64, into sink: any FetchSink) {
        self.start = start
        self.sink = sink
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        task.eventLoop.makeCompletedFuture {
            switch head.status {
            case .ok: if start > 0 { try sink.beginAnew() }
            case .partialContent:
                let range = head.headers.first(name: "Content-Range") ?? ""
                guard range.hasPrefix("bytes \(start)-") else { throw Failure.wrongRange }
            case .rangeNotSatisfiable where start > 0: hadAll.store(true, ordering: .relaxed)
            default: throw Failure.status(head)
            }
        }
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ part: ByteBuffer) -> EventLoopFuture<Void> {
        task.eventLoop.makeCompletedFuture {
            guard !hadAll.load(ordering: .relaxed) else { return }
            try part.withUnsafeReadableBytes { try sink.take($0) }
            taken.add(Int64(part.readableBytes), ordering: .relaxed)
        }
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) {}
}
