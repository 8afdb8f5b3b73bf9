import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TUF

/// Files of a repository over HTTP.
struct HTTPSource: MetadataSource, TargetSource {
    let client: HTTPClient
    /// The address that paths are relative to.
    let base: String
    /// How long one file of metadata may take, however slowly the server drips.
    let longestWait: Duration

    /// The slowest a target may come in; below that somebody may be keeping the client busy.
    static let slowestBytesPerSecond = 1_024

    func bytes(of path: String, atMost limit: Int) async throws -> [UInt8]? {
        let deadline = ContinuousClock.now + longestWait
        guard let body = try await body(of: path, by: deadline) else { return nil }
        var bytes: [UInt8] = []
        for try await piece in TimedPieces(body: body, deadline: deadline, path: path) {
            guard bytes.count + piece.count <= limit else { throw TUFRefusal.tooLong(file: path, limit: limit) }
            bytes.append(contentsOf: piece)
        }
        return bytes
    }

    func pieces(of path: String, length: Int) async throws -> TimedPieces? {
        let deadline = ContinuousClock.now + longestWait + .seconds(length / Self.slowestBytesPerSecond)
        guard let body = try await body(of: path, by: deadline) else { return nil }
        return TimedPieces(body: body, deadline: deadline, path: path)
    }

    // Servers of plain files say 403 for what is not there where they do not list their folders.
    private func body(of path: String, by deadline: ContinuousClock.Instant) async throws -> HTTPClientResponse.Body? {
        let request = HTTPClientRequest(url: base.hasSuffix("/") ? base + path : "\(base)/\(path)")
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: .seconds(longestWait.components.seconds))
        } catch {
            throw FetchFailure.unreachable(path: path, error)
        }
        switch response.status.code {
        case 200: return response.body
        case 403, 404: return nil
        default: throw FetchFailure.status(path: path, code: response.status.code)
        }
    }
}

/// The pieces of a body, as long as the deadline is not over. A server that sends nothing at all is given up by the
/// client's own limit for reading.
struct TimedPieces: AsyncSequence, Sendable {
    let body: HTTPClientResponse.Body
    let deadline: ContinuousClock.Instant
    let path: String

    struct AsyncIterator: AsyncIteratorProtocol {
        var body: HTTPClientResponse.Body.AsyncIterator
        let deadline: ContinuousClock.Instant
        let path: String

        mutating func next() async throws -> [UInt8]? {
            guard ContinuousClock.now < deadline else { throw FetchFailure.tooSlow(path: path) }
            do {
                return try await body.next().map { Array($0.readableBytesView) }
            } catch {
                throw FetchFailure.unreachable(path: path, error)
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(body: body.makeAsyncIterator(), deadline: deadline, path: path)
    }
}

/// Why a file could not be had.
enum FetchFailure: Error, CustomStringConvertible {
    case unreadable(String)
    case unreachable(path: String, reason: String)
    case status(path: String, code: UInt)
    case tooSlow(path: String)
    case noFolder(path: String, reason: String)

    static func unreachable(path: String, _ error: any Error) -> FetchFailure {
        .unreachable(path: path, reason: reason(error))
    }

    private static func reason(_ error: any Error) -> String {
        let client = error as? HTTPClientError
        if isBroken(error) { return "the line broke before the answer had come to its end" }
        if error is HTTPParserError { return "what answers there speaks no HTTP (\(error))" }
        let isLate = client == .deadlineExceeded || client == .connectTimeout || client == .readTimeout
        return isLate ? "no answer came in time" : "\(error)"
    }

    private static func isBroken(_ error: any Error) -> Bool {
        if let error = error as? IOError { return [ECONNRESET, EPIPE].contains(error.errnoCode) }
        return error as? HTTPParserError == .invalidEOFState || error as? HTTPClientError == .remoteConnectionClosed
    }

    var description: String {
        switch self {
        case .unreadable(let path): "\(path): cannot be read (check the path and its rights)"
        case .unreachable(let path, let reason): "\(path): \(reason) (check the address and the network, and try again)"
        case .status(let path, let code) where (300..<400).contains(code):
            "\(path): the server answers \(code), a redirect, which is not followed (give the address that it leads to)"
        case .status(let path, let code): "\(path): the server answers \(code) (check the address, and try again)"
        case .tooSlow(let path): "\(path): comes too slowly (try another mirror, or a larger --longest-wait)"
        case .noFolder(let path, let reason): "the folder \(path) cannot be made: \(reason)"
        }
    }
}
