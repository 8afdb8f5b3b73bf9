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

    typealias OnProgress = @Sendable (Range<Int64>, _ isEnd: Bool) -> Void

    let file: DeliverableFile
    let channel: any Channel

    /// The answer to a request for the file.
    /// - Parameter onProgress: Told which bytes of the file have been delivered in this answer, and whether the answer
    ///   has come to its end.
    func response(to request: Request, onProgress: @escaping OnProgress) throws -> Response {
        let tag = "\"\(file.sha256)\""
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .acceptRanges: "bytes", .eTag: tag,
        ]
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
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

    private func body(_ part: Range<Int64>, _ onProgress: @escaping OnProgress) -> ResponseBody {
        ResponseBody(contentLength: part.count) { writer in
            var position = part.lowerBound
            var reportedAt = ContinuousClock.now
            while position < part.upperBound {
                let piece = try await read(at: position, atMost: part.upperBound - position)
                position += Int64(piece.readableBytes)
                do {
                    try await writer.write(piece)
                    // Without this hop the pieces pile up in the channel, whatever the reader's pace.
                    try await channel.eventLoop.submit {}.get()
                } catch {
                    // Some of the last piece may have arrived: the reader goes on from there.
                    onProgress(part.lowerBound..<position, false)
                    throw error
                }
                if ContinuousClock.now - reportedAt >= Self.progressInterval {
                    reportedAt = .now
                    onProgress(part.lowerBound..<position, false)
                }
            }
            onProgress(part, true)
            try await writer.finish(nil)
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
