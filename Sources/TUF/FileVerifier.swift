import Crypto
import Foundation

/// Checks a file against its signed length and hashes while it comes in, so that a mirror cannot make the client keep
/// more than was signed.
public struct FileVerifier: Sendable {
    private let file: String
    private let length: Int?
    private let limit: Int
    private let expected: [(Hashes.Algorithm, String)]
    private var sha256: SHA256?
    private var sha384: SHA384?
    private var sha512: SHA512?
    /// So many bytes have come.
    public private(set) var received = 0

    /// A verifier of a file that must be exactly so long.
    ///
    /// - Throws: `noKnownHash` where nothing could be proven.
    public init(file: String, length: Int, hashes: Hashes) throws(TUFRefusal) {
        try self.init(file: file, length: length, limit: length, hashes: hashes)
    }

    init(file: String, length: Int?, limit: Int, hashes: Hashes?) throws(TUFRefusal) {
        self.file = file
        self.length = length
        self.limit = limit
        var expected: [(Hashes.Algorithm, String)] = []
        for algorithm in Hashes.Algorithm.allCases {
            guard let digest = hashes?.byAlgorithm[algorithm.rawValue] else { continue }
            expected.append((algorithm, digest.lowercased()))
        }
        guard hashes == nil || !expected.isEmpty else { throw .noKnownHash(file: file) }
        self.expected = expected
        for (algorithm, _) in expected { begin(algorithm) }
    }

    private mutating func begin(_ algorithm: Hashes.Algorithm) {
        switch algorithm {
        case .sha256: sha256 = SHA256()
        case .sha384: sha384 = SHA384()
        case .sha512: sha512 = SHA512()
        }
    }

    /// Takes the next bytes.
    ///
    /// - Throws: `tooLong` as soon as there are more than were signed.
    public mutating func receive(_ bytes: some DataProtocol) throws(TUFRefusal) {
        guard bytes.count <= limit - received else { throw .tooLong(file: file, limit: limit) }
        received += bytes.count
        sha256?.update(data: bytes)
        sha384?.update(data: bytes)
        sha512?.update(data: bytes)
    }

    /// Says whether what has come is the whole file.
    ///
    /// - Throws: `wrongLength` or `wrongHash`.
    public func finish() throws(TUFRefusal) {
        if let length, received != length { throw .wrongLength(file: file, found: received, expected: length) }
        for (algorithm, digest) in expected where found(algorithm) != digest {
            throw .wrongHash(file: file, algorithm: algorithm.rawValue)
        }
    }

    private func found(_ algorithm: Hashes.Algorithm) -> String? {
        switch algorithm {
        case .sha256: sha256.map { Hexadecimal.text(of: $0.finalize()) }
        case .sha384: sha384.map { Hexadecimal.text(of: $0.finalize()) }
        case .sha512: sha512.map { Hexadecimal.text(of: $0.finalize()) }
        }
    }
}
