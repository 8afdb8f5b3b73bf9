import Foundation

/// A file as the store keeps it.
public struct StoredArtifact: Hashable, Sendable {
    /// Where its bytes are. The file is never changed, only replaced by the same bytes.
    public var path: String
    /// Size in bytes.
    public var size: Int64
    /// SHA-1, 40 lower-case hexadecimal digits.
    public var sha1: String
    /// MD5, 32 lower-case hexadecimal digits.
    public var md5: String
    /// SHA-256, 64 lower-case hexadecimal digits.
    public var sha256: String

    /// A file with this digest, kept at this path.
    public init(path: String, digest: PayloadDigest) {
        self.path = path
        size = digest.size
        sha1 = digest.sha1
        md5 = digest.md5
        sha256 = digest.sha256
    }

    /// What is known of its bytes.
    public var digest: PayloadDigest { PayloadDigest(size: size, sha1: sha1, md5: md5, sha256: sha256) }
}

/// What is kept beside a file, so that nobody has to hash it to serve it: `{"md5":"…","sha1":"…","size":4096}`.
struct ArtifactSidecar: Codable {
    /// The longest sidecar that is read, in bytes.
    private static let longest = 512

    var md5: String
    var sha1: String
    var size: Int64

    /// Of a digest.
    init(_ digest: PayloadDigest) {
        (md5, sha1, size) = (digest.md5, digest.sha1, digest.size)
    }

    /// Reads a sidecar; nil if there is none, or it is not whole.
    init?(path: String) {
        guard let source = try? PayloadSource(path), source.size <= Self.longest else { return nil }
        var bytes = Data(count: Self.longest)
        guard let count = bytes.withUnsafeMutableBytes({ try? source.read(into: $0) }),
            let read = try? JSONDecoder().decode(ArtifactSidecar.self, from: bytes.prefix(count)),
            read.size >= 0, read.md5.isHexadecimal(count: 32), read.sha1.isHexadecimal(count: 40)
        else { return nil }
        self = read
    }

    /// Its text, the same for the same digest.
    var text: String { #"{"md5":"\#(md5)","sha1":"\#(sha1)","size":\#(size)}"# + "\n" }
}
