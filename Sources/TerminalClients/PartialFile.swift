import Crypto
import NIOCore

/// A file as far as it was fetched: hashed as it comes, and not kept, since no terminal of ours runs it.
public struct PartialFile: Hashable, Sendable {
    /// Bytes that are there.
    public private(set) var length: Int64 = 0
    /// What the gateway calls this state of the file; nil: nothing was fetched.
    public internal(set) var tag: String?
    private var hash = SHA256()

    /// A file of which nothing is there.
    public init() {}

    /// SHA-256 of the bytes that are there, in lower-case hexadecimal.
    public var sha256: String {
        let digits = Array("0123456789abcdef")
        return String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// Whether the file is whole, and what it is said to be.
    public func isProven(_ file: DDIFile) -> Bool { length == file.size && sha256 == file.sha256 }

    mutating func append(_ piece: ByteBuffer) {
        piece.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        length += Int64(piece.readableBytes)
    }

    public static func == (left: PartialFile, right: PartialFile) -> Bool {
        left.length == right.length && left.tag == right.tag && left.sha256 == right.sha256
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(length) }
}
