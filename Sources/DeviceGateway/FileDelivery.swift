import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix

/// Streams a file, whole or in part, with memory that does not grow with the number of slow readers.
struct FileDelivery: Sendable {
    /// Bytes that are read and written at once.
    static let pieceLength = 128 << 10
    /// The shortest time between two reports of progress of one delivery.
    static let progressInterval = Duration.seconds(1)

    /// Bytes that the system keeps for a reader, beside the pieces: so that what it has taken is known, and a thousand
    /// slow readers do not hold gigabytes of the system's memory.
    static let socketBuffer = 256 << 10

    /// Where a delivery is.
    enum Stage: String, Sendable {
        case begun, moving, finished
        case cut = "been cut"
    }

    typealias OnProgress = @Sendable (Range<Int64>, Stage) -> Void

    let file: DeliverableFile
    let channel: any Channel
    let meters: GatewayMeters
    /// Opens the delivery's share of its links.
    let openShare: @Sendable (ContinuousClock.Instant) -> BandwidthShare

    /// The answer to a request for the file.
    /// - Parameter onProgress: Told which bytes of the file have been delivered in this answer, and where it is.
    func response(to request: Request, onProgress: @escaping OnProgress) throws -> Response {
        let tag = "\"\(file.sha256)\""
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .acceptRanges: "bytes", .eTag: tag,
        ]
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
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
        if request.method == .head {
            headers[.contentLength] = "\(part.count)"
            return Response(
                status: status, headers: headers, body: .init(contentLength: part.count) { try await $0.finish(nil) })
        }
        return Response(status: status, headers: headers, body: body(part, onProgress))
    }

    /// Whether an `If-None-Match` names a tag: alone, in a list, as a weak one, or as any.
    private static func names(_ header: String?, _ tag: String) -> Bool {
        header?.split(separator: ",").contains { one in
            let name = one.trimmingCharacters(in: .whitespaces)
            return name == "*" || name == tag || name == "W/" + tag
        } ?? false
    }

    private func body(_ part: Range<Int64>, _ onProgress: @escaping OnProgress) -> ResponseBody {
        ResponseBody(contentLength: part.count) { writer in
            meters.openDeliveries.add(1, ordering: .relaxed)
            let share = openShare(.now)
            var sent = part.lowerBound
            defer {
                share.close(now: .now)
                meters.openDeliveries.subtract(1, ordering: .relaxed)
            }
            onProgress(part.lowerBound..<part.lowerBound, .begun)
            do {
                try await send(part, share, &sent, onProgress) { try await writer.write($0) }
                onProgress(part, .finished)
            } catch {
                // The reader may have got of the last piece what it goes on behind.
                onProgress(part.lowerBound..<sent, .cut)
                throw error
            }
            try await writer.finish(nil)
        }
    }

    /// Sends a part piece by piece, each in its turn. `sent` stands behind the last piece that any bytes of have left.
    private func send(
        _ part: Range<Int64>, _ share: BandwidthShare, _ sent: inout Int64, _ onProgress: OnProgress,
        _ write: (ByteBuffer) async throws -> Void
    ) async throws {
        if part.count > Self.pieceLength {
            _ = try? await channel.setOption(ChannelOptions.socketOption(.so_sndbuf), value: .init(Self.socketBuffer))
                .get()
        }
        var reportedAt = ContinuousClock.now
        while sent < part.upperBound {
            let (length, wait) = share.next(atMost: part.upperBound - sent, now: .now)
            if wait > .zero { try await channel.eventLoop.scheduleTask(in: TimeAmount(wait)) {}.futureResult.get() }
            let piece = try await read(at: sent, atMost: length)
            sent += Int64(piece.readableBytes)
            try await write(piece)
            // Without this hop the pieces pile up in the channel, whatever the reader's pace.
            try await channel.eventLoop.submit {}.get()
            meters.delivered(Int64(piece.readableBytes), region: share.region)
            if ContinuousClock.now - reportedAt >= Self.progressInterval {
                reportedAt = .now
                onProgress(part.lowerBound..<sent, .moving)
            }
        }
    }

    /// Reads on a thread that may wait for a disk.
    private func read(at position: Int64, atMost rest: Int64) async throws -> ByteBuffer {
        let length = Int(min(Int64(Self.pieceLength), rest))
        let piece = try await NIOThreadPool.singleton.runIfActive {
            var piece = ByteBuffer()
            try piece.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { space in
                try file.bytes.read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: space[..<length]))
            }
            return piece
        }
        guard piece.readableBytes > 0 else { throw CocoaError(.fileReadCorruptFile) }
        return piece
    }
}
