import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Streams a file, whole or in part, with memory that does not grow with the number of slow readers.
struct FileDelivery: Sendable {
    /// Bytes of a piece.
    static let pieceLength = 128 << 10
    /// The shortest time between two reports of progress of one delivery.
    static let progressInterval = Duration.seconds(1)

    /// Bytes that the system keeps for a reader, beside the pieces: so that what it has taken is known, and a thousand
    /// slow readers do not hold gigabytes of the system's memory.
    static let socketBuffer = 256 << 10

    /// The last bytes of a delivery that are copied, and not sent from the system's memory of the file: until a reader
    /// has taken them, those could still be changed by whoever writes to the file. The system keeps up to twice
    /// `socketBuffer`, so that before the last piece leaves, all that was not copied has arrived.
    static let copiedTail = Int64(2 * socketBuffer)

    /// A reader's system that acknowledges nothing for so long is taken for gone.
    static let arrivalTime = TimeAmount.seconds(60)
    /// The pauses between two looks at what has arrived: each twice the one before.
    static let arrivalLook = TimeAmount.milliseconds(1)...TimeAmount.milliseconds(50)

    /// Where a delivery is. It has finished when all its bytes are known to have arrived.
    enum Stage: String, Sendable {
        /// `handing`: a piece is about to be handed to the system, which has taken those before. `taken`: it has taken
        /// the last, and none follows at once.
        case begun, handing, taken, moving, finished
        case cut = "been cut"
    }

    /// How far a delivery has come.
    struct Progress: Sendable {
        var stage: Stage
        /// The bytes that were handed to the system, with the piece that is about to be.
        var range: Range<Int64>
        /// Behind the last byte that is known to have arrived, and behind the last that may have left this machine.
        var arrived: Int64, left: Int64
    }

    typealias OnProgress = @Sendable (Progress) -> Void

    /// Looks whether the reader may still have the file, and calls back where it may not any more: from any thread, or
    /// before it returns.
    typealias RightCheck = @Sendable (_ onLoss: @escaping @Sendable () -> Void) -> Void

    /// How often that is looked at.
    static let rightInterval = TimeAmount.milliseconds(500)

    let file: DeliverableFile
    let channel: any Channel
    let meters: GatewayMeters
    /// Whether nothing on the connection has to see the bytes, as TLS must.
    let sendsFromMemory: Bool
    /// Whether the reader may still have it; nil: everybody may.
    var right: RightCheck?
    /// Lets others look how far it has come; nil: nobody does.
    var look: DeliveryLook?
    /// Opens the delivery's share of its links.
    let openShare: @Sendable (ContinuousClock.Instant) -> BandwidthShare

    /// The answer to a request for the file.
    /// - Parameter onProgress: Told how far the answer has come: that it begins, before each piece, once a second, and at
    ///   its end.
    func response(to request: Request, onProgress: @escaping OnProgress) throws -> Response {
        let tag = "\"\(file.sha256)\""
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .acceptRanges: "bytes", .eTag: tag,
        ]
        // RFC 9110, section 13.2.2: this before anything else.
        if let wanted = request.headers[.ifMatch], !Self.names(wanted, tag, isWeak: false) {
            return Response(status: .preconditionFailed, headers: headers)
        }
        if Self.names(request.headers[.ifNoneMatch], tag) { return Response(status: .notModified, headers: headers) }
        // A range of another file's bytes would be worse than the whole.
        let isSame = request.headers[.ifRange].map { $0 == tag } ?? true
        let part: Range<Int64>
        var status = HTTPResponse.Status.ok
        switch ByteRange(isSame ? request.headers[.range] : nil, size: file.size) {
        case .whole: part = 0..<file.size
        case .part(let range):
            part = range
            status = .partialContent
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(file.size)"
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(file.size)"
            // Who has all that there is asks for what lies behind it, and learns that it is nothing.
            if request.method == .get, ByteRange.isEnd(request.headers[.range], size: file.size) {
                let nothing = file.size..<file.size
                onProgress(Progress(stage: .begun, range: nothing, arrived: file.size, left: file.size))
                onProgress(Progress(stage: .finished, range: nothing, arrived: file.size, left: file.size))
            }
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
        if request.method == .head {
            headers[.contentLength] = "\(part.count)"
            return Response(
                status: status, headers: headers, body: .init(contentLength: part.count) { try await $0.finish(nil) })
        }
        return Response(status: status, headers: headers, body: body(part, onProgress))
    }

    /// Whether an `If-None-Match` or `If-Match` names a tag: alone, in a list, or as any.
    /// - Parameter isWeak: Whether a weak tag names it too.
    private static func names(_ header: String?, _ tag: String, isWeak: Bool = true) -> Bool {
        header?.split(separator: ",").contains { one in
            let name = one.trimmingCharacters(in: .whitespaces)
            return name == "*" || name == tag || isWeak && name == "W/" + tag
        } ?? false
    }

    private func body(_ part: Range<Int64>, _ onProgress: @escaping OnProgress) -> ResponseBody {
        ResponseBody(contentLength: part.count) { writer in
            meters.openDeliveries.add(1, ordering: .relaxed)
            let share = openShare(.now)
            defer {
                share.close(now: .now)
                meters.openDeliveries.subtract(1, ordering: .relaxed)
            }
            let nothing = part.lowerBound..<part.lowerBound
            onProgress(Progress(stage: .begun, range: nothing, arrived: part.lowerBound, left: part.lowerBound))
            let rightWatch = right.map { watch($0) }
            defer { rightWatch?.cancel() }
            try await withTaskCancellationHandler {
                try await channel.eventLoop.flatSubmit { send(part, share, onProgress) }.get()
            } onCancel: {
                channel.close(promise: nil)
            }
            try await writer.finish(nil)
        }
    }

    /// Sends a part, on the connection's event loop.
    private func send(
        _ part: Range<Int64>, _ share: BandwidthShare, _ onProgress: @escaping OnProgress
    ) -> EventLoopFuture<Void> {
        let pump = FilePump(self, part, share, onProgress)
        look?.watch(pump)
        return pump.run()
    }

    /// Cuts the connection once the reader may not have the file any more.
    private func watch(_ right: @escaping RightCheck) -> RepeatedTask {
        channel.eventLoop.scheduleRepeatedTask(initialDelay: Self.rightInterval, delay: Self.rightInterval) { _ in
            right { channel.close(promise: nil) }
        }
    }
}
