import AsyncHTTPClient
import NIOCore
import TUF

/// Files of a repository over HTTP.
struct WebSource: MetadataSource, TargetSource {
    /// The slowest that a target may come in.
    private static let slowestBytesPerSecond = 16 << 10

    let client: HTTPClient
    /// The address that paths stand behind.
    let base: String

    func bytes(of path: String, atMost limit: Int) async throws -> [UInt8]? {
        guard let body = try await body(of: path, timeLimit: RepositoryProof.longestWait) else { return nil }
        var bytes: [UInt8] = []
        for try await piece in body {
            guard bytes.count + piece.readableBytes <= limit else { throw TUFRefusal.tooLong(file: path, limit: limit) }
            bytes.append(contentsOf: piece.readableBytesView)
        }
        return bytes
    }

    func pieces(of path: String, length: Int) async throws -> WebPieces? {
        let timeLimit = RepositoryProof.longestWait + .seconds(length / Self.slowestBytesPerSecond)
        return try await body(of: path, timeLimit: timeLimit).map { WebPieces(body: $0) }
    }

    private func body(of path: String, timeLimit: Duration) async throws -> HTTPClientResponse.Body? {
        let response = try await client.execute(
            HTTPClientRequest(url: base + path), timeout: .seconds(timeLimit.components.seconds))
        switch response.status.code {
        case 200: return response.body
        case 404: return nil
        default: throw WebFailure(path: path, code: response.status.code)
        }
    }
}

/// The pieces of a body.
struct WebPieces: AsyncSequence, Sendable {
    let body: HTTPClientResponse.Body

    struct AsyncIterator: AsyncIteratorProtocol {
        var body: HTTPClientResponse.Body.AsyncIterator

        mutating func next() async throws -> [UInt8]? { try await body.next().map { Array($0.readableBytesView) } }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: body.makeAsyncIterator()) }
}

/// An answer that is neither the file nor that there is none.
private struct WebFailure: Error, CustomStringConvertible {
    let path: String
    let code: UInt

    var description: String { "\(path): the server answers \(code)" }
}
