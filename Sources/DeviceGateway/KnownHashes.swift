import Synchronization

/// The hashes of a file that are not its release's, and that clients insist on.
struct OtherHashes: Hashable, Sendable {
    var sha1: String, md5: String
}

/// The other hashes of files that were delivered, by their SHA-256, for when those cannot be read any more. Kept in
/// memory.
final class KnownHashes: Sendable {
    /// Files of which they are kept. One more takes the place of one of them.
    static let mostFiles = 1024

    private let content = Mutex<[String: OtherHashes]>([:])

    func of(_ sha256: String) -> OtherHashes? { content.withLock { $0[sha256] } }

    func note(_ hashes: OtherHashes, of sha256: String) {
        content.withLock { content in
            if content.count >= Self.mostFiles, content[sha256] == nil { content.remove(at: content.startIndex) }
            content[sha256] = hashes
        }
    }
}
