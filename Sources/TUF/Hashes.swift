import Crypto
import Foundation

/// Digests of a file by the name of their algorithm, in lowercase hex.
public struct Hashes: Sendable, Equatable {
    /// As they are signed.
    public var byAlgorithm: [String: String]

    /// At least one of them must be of an algorithm that is known here, or nothing is proven.
    public init(_ byAlgorithm: [String: String]) { self.byAlgorithm = byAlgorithm }

    /// SHA-256 of the bytes.
    public init(of bytes: [UInt8]) {
        byAlgorithm = [Algorithm.sha256.rawValue: Hexadecimal.text(of: SHA256.hash(data: bytes))]
    }

    /// What can be computed here.
    public enum Algorithm: String, Sendable, CaseIterable {
        case sha256, sha384, sha512
    }

    /// The digest that names the file in a consistent snapshot, in the order of `Algorithm`.
    public var naming: String? {
        let known = Algorithm.allCases.lazy.compactMap { byAlgorithm[$0.rawValue] }.first
        return known ?? byAlgorithm.min { $0.key < $1.key }?.value
    }

    init?(taking fields: inout Fields) throws(TUFRefusal) {
        guard let value = fields.optional("hashes") else { return nil }
        guard case .object(let entries) = value, !entries.isEmpty else {
            throw fields.refusal("hashes", "names no hash")
        }
        var hashes: [String: String] = [:]
        for (name, digest) in entries {
            guard let text = digest.string, Hexadecimal.bytes(of: text) != nil, !text.isEmpty else {
                throw fields.refusal("hashes.\(name)", "is no digest in hex")
            }
            hashes[name] = text
        }
        self.init(hashes)
    }

    var json: JSONValue { .object(byAlgorithm.mapValues(JSONValue.string)) }
}
