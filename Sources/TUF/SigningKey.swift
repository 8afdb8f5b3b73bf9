import Crypto
import CryptoExtras
import Foundation

/// A private key that metadata is signed with.
public struct SigningKey: Sendable {
    private let secret: Secret

    private enum Secret: Sendable {
        case ed25519(Curve25519.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case rsa(_RSA.Signing.PrivateKey)
    }

    /// Kinds that are generated here; RSA keys are read only.
    public enum Kind: String, Sendable, CaseIterable {
        case ed25519
        case p256 = "ecdsa-p256"
    }

    /// A new key from the system's randomness.
    public init(generating kind: Kind) {
        secret =
            switch kind {
            case .ed25519: .ed25519(Curve25519.Signing.PrivateKey())
            case .p256: .p256(P256.Signing.PrivateKey())
            }
    }

    /// Reads a private key in PEM: PKCS#8, not encrypted.
    public init(pem: String) throws(TUFRefusal) {
        guard pem.utf8.count <= 2 * PublicKey.longestText else { throw .unusableKey(reason: "its text is too long") }
        if let key = try? Curve25519.Signing.PrivateKey(pemRepresentation: pem) {
            secret = .ed25519(key)
        } else if let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) {
            secret = .p256(key)
        } else if let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem) {
            secret = .rsa(key)
        } else {
            throw .unusableKey(reason: "it is no private key of a kind that is known here")
        }
    }

    /// The key in PEM, PKCS#8, not encrypted: whoever reads it can sign.
    public var pem: String {
        switch secret {
        case .ed25519(let key): PEM.ended(key.pemRepresentation)
        case .p256(let key): PEM.ended(key.pemRepresentation)
        case .rsa(let key): PEM.ended(key.pkcs8PEMRepresentation)
        }
    }

    /// What others verify its signatures by.
    public var publicKey: PublicKey {
        switch secret {
        case .ed25519(let key): PublicKey(key.publicKey)
        case .p256(let key): PublicKey(key.publicKey)
        case .rsa(let key): PublicKey(key.publicKey)
        }
    }

    /// A signature over the message.
    public func signature(of message: [UInt8]) throws(TUFRefusal) -> [UInt8] {
        do {
            switch secret {
            case .ed25519(let key): return Array(try key.signature(for: message))
            case .p256(let key): return Array(try key.signature(for: message).derRepresentation)
            case .rsa(let key):
                let digest = SHA256.hash(data: message)
                return Array(try key.signature(for: digest, padding: .PSS).rawRepresentation)
            }
        } catch {
            throw .unusableKey(reason: "it does not sign: \(error)")
        }
    }
}

enum PEM {
    /// With one line break at the end, as other implementations write it: the id of a public key depends on it.
    static func ended(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }
}
