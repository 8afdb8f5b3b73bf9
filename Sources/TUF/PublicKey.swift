import Crypto
import CryptoExtras
import Foundation

/// A key that signatures are verified by, as root and delegations carry it.
///
/// Known are Ed25519 (`ed25519`), ECDSA on P-256 with SHA-256 (`ecdsa-sha2-nistp256`) and RSA of 2048 bits or more with
/// SHA-256 (`rsassa-pss-sha256` with a salt of 32 bytes, and `rsa-pkcs1v15-sha256` for verifying only). A key of another
/// kind, or one that cannot be parsed, is carried along and verifies nothing.
public struct PublicKey: Sendable, Equatable {
    /// `ed25519`, `ecdsa` (or, as old files have it, `ecdsa-sha2-nistp256`), `rsa`.
    public let keyType: String
    /// How it signs.
    public let scheme: String
    /// The key as it is written, with fields that are not known here.
    public let json: JSONValue
    let material: Material?

    /// What the text of a key comes down to. Two keys of the same material are one key, whatever they are called.
    enum Material: Sendable, Hashable {
        case ed25519([UInt8])
        case p256([UInt8])
        case rsa([UInt8])
    }

    /// Texts of keys longer than this are not parsed: 16384 bits of RSA need a third of it.
    static let longestText = 8_192

    init(keyType: String, scheme: String, text: String) {
        self.keyType = keyType
        self.scheme = scheme
        json = ["keytype": .string(keyType), "scheme": .string(scheme), "keyval": ["public": .string(text)]]
        material = Self.material(keyType: keyType, text: text)
    }

    /// Reads a key as root and delegations carry it.
    public init(json: JSONValue, file: String, path: String) throws(TUFRefusal) {
        var fields = try Fields(json, file: file, path: path)
        keyType = try fields.string("keytype")
        scheme = try fields.string("scheme")
        let value = try fields.fields("keyval")
        self.json = json
        material = value.rest["public"]?.string.flatMap { [keyType] in Self.material(keyType: keyType, text: $0) }
    }

    /// Reads a public key in PEM (SubjectPublicKeyInfo) as OpenSSL writes it.
    public init(pem: String) throws(TUFRefusal) {
        guard pem.utf8.count <= Self.longestText else { throw .unusableKey(reason: "its text is too long") }
        if let key = try? Curve25519.Signing.PublicKey(pemRepresentation: pem) {
            self.init(key)
        } else if let key = try? P256.Signing.PublicKey(pemRepresentation: pem) {
            self.init(key)
        } else if let key = try? _RSA.Signing.PublicKey(pemRepresentation: pem) {
            self.init(key)
        } else {
            throw .unusableKey(reason: "it is no public key of a kind that is known here")
        }
    }

    init(_ key: Curve25519.Signing.PublicKey) {
        self.init(keyType: "ed25519", scheme: "ed25519", text: Hexadecimal.text(of: key.rawRepresentation))
    }

    init(_ key: P256.Signing.PublicKey) {
        self.init(keyType: "ecdsa", scheme: "ecdsa-sha2-nistp256", text: PEM.ended(key.pemRepresentation))
    }

    init(_ key: _RSA.Signing.PublicKey) {
        self.init(keyType: "rsa", scheme: "rsassa-pss-sha256", text: PEM.ended(key.pemRepresentation))
    }

    /// SHA-256 of the canonical form of key type, scheme and value. Readers do not demand that a key is listed under this
    /// id, as those of other implementations do not: unknown fields may count in it or not.
    public var keyID: String {
        let counted: JSONValue = .object(
            (json.object ?? [:]).filter { ["keytype", "scheme", "keyval"].contains($0.key) })
        return Hexadecimal.text(of: SHA256.hash(data: counted.canonicalBytes))
    }

    /// Whether a signature by this key can be verified here.
    public var isUsable: Bool { material != nil && Self.schemes[keyType]?.contains(scheme) == true }

    private static let schemes: [String: Set<String>] = [
        "ed25519": ["ed25519"],
        "ecdsa": ["ecdsa-sha2-nistp256"],
        "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
        "rsa": ["rsassa-pss-sha256", "rsa-pkcs1v15-sha256"],
    ]

    private static func material(keyType: String, text: String) -> Material? {
        guard text.utf8.count <= longestText else { return nil }
        switch keyType {
        case "ed25519":
            return Hexadecimal.bytes(of: text).flatMap { try? Curve25519.Signing.PublicKey(rawRepresentation: $0) }
                .map { .ed25519(Array($0.rawRepresentation)) }
        case "ecdsa", "ecdsa-sha2-nistp256":
            return (try? P256.Signing.PublicKey(pemRepresentation: text)).map { .p256(Array($0.x963Representation)) }
        case "rsa":
            return (try? _RSA.Signing.PublicKey(pemRepresentation: text)).map { .rsa(Array($0.derRepresentation)) }
        default:
            return nil
        }
    }

    public static func == (left: PublicKey, right: PublicKey) -> Bool { left.json == right.json }
}

extension PublicKey {
    /// Whether this key made the signature over the message. Never true for a key that is not usable.
    public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard isUsable, let material else { return false }
        switch material {
        case .ed25519(let raw):
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
            return key?.isValidSignature(signature, for: message) == true
        case .p256(let point):
            guard let key = try? P256.Signing.PublicKey(x963Representation: point),
                let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
            else { return false }
            return key.isValidSignature(signature, for: message)
        case .rsa(let der):
            guard let key = try? _RSA.Signing.PublicKey(derRepresentation: der) else { return false }
            let padding: _RSA.Signing.Padding = scheme == "rsassa-pss-sha256" ? .PSS : .insecurePKCS1v1_5
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return key.isValidSignature(signature, for: SHA256.hash(data: message), padding: padding)
        }
    }
}
