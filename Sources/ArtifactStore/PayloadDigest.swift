import Crypto

/// What is known of a file's bytes. The hashes are lower-case hexadecimal digits.
public struct PayloadDigest: Hashable, Sendable {
    /// Size in bytes.
    public var size: Int64
    /// SHA-1 (FIPS 180-4), 40 digits. The wire protocol of devices asks for it; nothing is trusted by it.
    public var sha1: String
    /// MD5 (RFC 1321), 32 digits. The wire protocol of devices asks for it; nothing is trusted by it.
    public var md5: String
    /// SHA-256 (FIPS 180-4), 64 digits, by which a file is named and trusted.
    public var sha256: String

    /// A digest of these parts.
    public init(size: Int64, sha1: String, md5: String, sha256: String) {
        self.size = size
        self.sha1 = sha1
        self.md5 = md5
        self.sha256 = sha256
    }
}

/// All that is known of bytes, from one look at them, piece by piece.
struct PayloadHasher {
    private var size: Int64 = 0
    private var sha1 = Insecure.SHA1()
    private var md5 = Insecure.MD5()
    private var sha256 = SHA256()

    /// Takes the next bytes.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        size += Int64(bytes.count)
        sha1.update(bufferPointer: bytes)
        md5.update(bufferPointer: bytes)
        sha256.update(bufferPointer: bytes)
    }

    /// What is known of all bytes so far.
    var digest: PayloadDigest {
        PayloadDigest(
            size: size, sha1: Self.hexadecimal(sha1.finalize()), md5: Self.hexadecimal(md5.finalize()),
            sha256: Self.hexadecimal(sha256.finalize()))
    }

    private static func hexadecimal(_ digest: some Digest) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension String {
    /// Whether the text is this many lower-case hexadecimal digits.
    func isHexadecimal(count: Int) -> Bool {
        utf8.count == count && utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}
