import Foundation

/// What a PEM file holds in the place of a key that could sign here, as far as that can be told: whoever brought it knows by
/// it what to bring instead.
struct UnfitKey: CustomStringConvertible {
    let description: String

    /// What is wrong with a file that is no private key of a known kind; nil: nobody can tell.
    init?(privateKey pem: String) {
        if let what = Self.envelope(of: pem) {
            description = what
        } else if pem.contains("-----BEGIN PUBLIC KEY-----") {
            description = "it is a public key, and the private one is needed"
        } else if let kind = Self.kind(of: pem) {
            description = "it is a key \(kind)"
        } else {
            return nil
        }
    }

    /// What is wrong with a file that is no public key of a known kind; nil: nobody can tell.
    init?(publicKey pem: String) {
        if pem.contains("PRIVATE KEY-----") {
            description = "it is a private key, and only the public half is needed"
        } else if let what = Self.envelope(of: pem) {
            description = what
        } else if let kind = Self.kind(of: pem) {
            description = "it is a key \(kind)"
        } else {
            return nil
        }
    }

    /// What a key is wrapped in.
    private static func envelope(of pem: String) -> String? {
        if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || pem.contains("Proc-Type: 4,ENCRYPTED") {
            return "it is a private key with a passphrase"
        }
        if pem.contains("-----BEGIN CERTIFICATE-----") { return "it is a certificate" }
        let isSSH = pem.hasPrefix("ssh-") || pem.hasPrefix("ecdsa-sha2-") || pem.contains("OPENSSH PRIVATE KEY-----")
        return isSSH ? "it is a key of OpenSSH" : nil
    }

    /// By the object identifiers with which keys say their kind.
    private static let kinds: [(identifier: [UInt8], kind: String)] = [
        ([0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22], "on the curve P-384"),
        ([0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23], "on the curve P-521"),
        ([0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a], "on the curve secp256k1"),
        ([0x06, 0x03, 0x2b, 0x65, 0x71], "of Ed448"),
        ([0x06, 0x03, 0x2b, 0x65, 0x6e], "of X25519, which signs nothing"),
        ([0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01], "of DSA"),
        ([0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a], "of RSA that is for PSS alone"),
        (
            [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01],
            "of RSA, of fewer than 2048 bits or damaged"
        ),
    ]
    /// Where in a key its kind stands: within these first bytes.
    private static let mostHeadBytes = 64

    private static func kind(of pem: String) -> String? {
        let lines = pem.split(whereSeparator: \.isNewline)
        guard let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") && $0.hasSuffix("KEY-----") }),
            let end = lines[(begin + 1)...].firstIndex(where: { $0.hasPrefix("-----END ") }),
            let bytes = Data(base64Encoded: lines[(begin + 1)..<end].joined())
        else { return nil }
        let head = bytes.prefix(mostHeadBytes)
        return kinds.first { head.range(of: Data($0.identifier)) != nil }?.kind
    }
}
