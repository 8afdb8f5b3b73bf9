/// Where a client gets metadata from. It is not trusted with anything.
public protocol MetadataSource: Sendable {
    /// The file at the path, which is relative, with every byte percent-encoded that is not a letter, a digit, `-`, `.`,
    /// `_` or `~`.
    ///
    /// - Returns: nil if the repository says that there is no such file.
    /// - Throws: `TUFRefusal.tooLong` as soon as there are more bytes than `limit`; other errors where it cannot be had.
    func bytes(of path: String, atMost limit: Int) async throws -> [UInt8]?
}

/// Where a client gets targets from. It is not trusted with anything.
public protocol TargetSource: Sendable {
    /// The pieces, of which the next is asked for when the last one is stored.
    associatedtype Pieces: AsyncSequence & Sendable where Pieces.Element == [UInt8]

    /// The file at the path, piece by piece. The path is relative, with each segment percent-encoded as for metadata.
    ///
    /// - Parameter length: as it is signed; the source may set itself a deadline by it.
    /// - Returns: nil if the repository says that there is no such file.
    func pieces(of path: String, length: Int) async throws -> Pieces?
}
