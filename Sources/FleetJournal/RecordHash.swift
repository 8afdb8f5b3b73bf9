import Crypto
import Foundation

/// The SHA-256 (FIPS 180-4) of a journal's record and of all records before it: 32 bytes.
public struct RecordHash: Hashable, Sendable, CustomStringConvertible {
    /// Bytes of a hash.
    public static let byteCount = 32

    /// The bytes as they lie in memory, so that a chain goes on without an allocation for every record.
    let words: SIMD4<UInt64>

    init(_ digest: SHA256.Digest) {
        words = digest.withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    /// The hash of these bytes; nil if they are not 32.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        words = Array(bytes).withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    /// Reads 64 hexadecimal digits, in either case; nil for anything else.
    public init?(hex: String) {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
        guard hex.utf8.count == 2 * Self.byteCount, digits.count == 2 * Self.byteCount else { return nil }
        self.init(bytes: (0..<Self.byteCount).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] })
    }

    /// The 32 bytes, the first first.
    public var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    /// 64 lower-case hexadecimal digits.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The bytes as the journal keeps them.
    var data: Data { withUnsafeBytes(of: words) { Data($0) } }
}
