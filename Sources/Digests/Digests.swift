import Crypto
import Foundation

/// SHA-256 (FIPS 180-4) of files and bytes, as 64 lower-case hexadecimal digits.
public enum Digests {
    /// Bytes read at a time, so that a large file does not have to fit into memory.
    private static let chunk = 1 << 18

    /// The SHA-256 of a file's bytes.
    ///
    /// Throws `DigestProblem` when the file cannot be opened or read.
    public static func sha256(ofFile path: String) throws -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw DigestProblem(path: path, message: "cannot be opened")
        }
        defer { try? file.close() }
        var hash = SHA256()
        do {
            while let bytes = try file.read(upToCount: chunk), !bytes.isEmpty { hash.update(data: bytes) }
        } catch {
            throw DigestProblem(path: path, message: "cannot be read")
        }
        return hexadecimal(hash.finalize())
    }

    /// The SHA-256 of bytes in memory.
    public static func sha256(_ bytes: some Sequence<UInt8>) -> String {
        hexadecimal(SHA256.hash(data: Array(bytes)))
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in digest { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Why a file has no digest.
public struct DigestProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as it was named.
    public var path: String
    /// What is wrong with it.
    public var message: String

    /// `payload.bin: cannot be opened`.
    public var description: String { "\(path): \(message)" }
}
