import AsyncHTTPClient
import FleetCore
import NIOCore
import NIOHTTP1

/// How a terminal goes on with a file of which it has a part.
public enum ResumeRule: Hashable, Sendable, CaseIterable {
    /// From where it stands, if the file is still the same (`If-Range`).
    case ifSame
    /// From where it stands, whatever the file is: SWUpdate's way.
    case plainRange
    /// From the beginning.
    case anew
}

extension DDIClient {
    /// Fetches a file, or what is missing of it. What arrives before the connection breaks is kept in `part`.
    ///
    /// - Parameters:
    ///   - part: What is there already.
    ///   - end: Fetch no further than to this length; nil: to the file's end.
    ///   - rule: How to go on with what is there.
    ///   - cut: Drop the connection after so many bytes of the answer; nil: do not.
    /// - Returns: Whether all that was asked for is there.
    @discardableResult
    public func fetch(
        _ file: DDIFile, into part: inout PartialFile, through end: Int64? = nil, _ rule: ResumeRule = .ifSame,
        cutAfter cut: Int64? = nil
    ) async throws -> Bool {
        if rule == .anew { part = PartialFile() }
        let end = min(end ?? file.size, file.size)
        guard part.length < end || file.size == 0 else { return true }
        let response = try await send(.GET, file.href, range(part, end, of: file, rule))
        try begin(&part, response)
        // An answer to a range may be the whole file: what lies behind what was asked for is left.
        var left = cut.map { min($0, end - part.length) } ?? end - part.length
        for try await piece in response.body {
            let taken = Int(min(left, Int64(piece.readableBytes)))
            part.append(ByteBuffer(piece.readableBytesView.prefix(taken)))
            left -= Int64(taken)
            // To leave here drops the connection.
            if left == 0, cut != nil || taken < piece.readableBytes { break }
        }
        return part.length >= end
    }

    private func range(_ part: PartialFile, _ end: Int64, of file: DDIFile, _ rule: ResumeRule) -> [(String, String)] {
        guard part.length > 0 || end < file.size else { return [] }
        let last = end < file.size ? "\(end - 1)" : ""
        var fields = [("Range", "bytes=\(part.length)-\(last)")]
        if rule == .ifSame, let tag = part.tag { fields.append(("If-Range", tag)) }
        return fields
    }

    /// Looks at where an answer begins: a whole file in answer to a range means that what was there is worth nothing.
    private func begin(_ part: inout PartialFile, _ response: HTTPClientResponse) throws {
        let tag = response.headers.first(name: "ETag")
        switch response.status {
        case .ok: part = PartialFile()
        case .partialContent:
            let range = response.headers.first(name: "Content-Range") ?? ""
            guard range.hasPrefix("bytes \(part.length)-") else { throw DDIMisunderstanding(expected: "asked range") }
        default: throw DDIRefusal(response)
        }
        part.tag = tag
    }
}
