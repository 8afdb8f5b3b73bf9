import Testing

@testable import TUF

@Suite struct KeyTests {
    /// A key of these tests only.
    static let rsa = """
        -----BEGIN PRIVATE KEY-----
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDVeJB7k4bjE1VD
        tOdQRkL3TtOaWVd2AoOlXXRyvfsUNrPZzqWBTS+SPcMASgPXBwGdVhQPoq12NCMn
        5VbEeM4VKzv2LjcawbhSfQ/2GY2vSyO8JMDSmyAj3svT6bhLTdvYL96msoLIKkGI
        UwRBPNCcMB9k6ITFL1A7SEifgX485SJpXWY8v4DQHPmwIb+OoWx7lekOvCIVpwFk
        vdPGPIwaS+p07ZEEuYAHtc6xmkVNkC9YV1wJ3oar3R/oHHeAD7y/vWOggKupO7Ux
        zGjnypCZ+612DQNKyxt0n6z8miC3ymQ1aaR6kRToo+uJmFKxwFGoMikJz4Sj15Ti
        D8H5O4cXAgMBAAECggEACgoR8E3fb2bA7sxfWtdDFPvXDuv1ky438naOjiZTJZIT
        UB4A1Asy0NO7C924Y6d1adZtOj5yMInwCC66QcbnhtMNjm8T+u5Nq5SaaJCuzZOF
        gSRjER/6PfoxsKwXFXSxOEtyUwvKcVhTZqktZjEt2mhOHRjtMiX6M41AAIhjOsD7
        BlgxZfUdLnNq7QoTghVeuPjKIf5vtvcAH4/Y0qRBV53Hi2F5aq1cwQF1ZAPuf4l1
        92nguPGtDO3aJcnJVLydayhqpy5vB+iS6P6IGgaF9Wr7iBwdH0OdjY6xfk5F8j8O
        Ma23vBfgt+pXnAyf0T7LyljAhGOCHdLt4mWLIIYUgQKBgQD8zXsGsvqRIQEvYGLa
        Tzn059ih50ae4iCvKRzOiCG+QM8mOdoppG2LWqD4Zfor9v2jyZv9Y5qesqBmdmkr
        tufYIilpzgNOSpnxgXKFKLGq+o06Mxge8+lSBe9n7tDxj7bMGGgKj0MekETC0dcg
        qRa9XKXGLJsx7um5ft650xP+wQKBgQDYK7yFBVqxMENdxk5yhJc040qKeUW9/FNv
        LIC52wVE94tuT4TFxy2FNDZ3gmTVzsxG4MudQVbO+FHczECLwdPP/QC9Wl3/izVH
        0wVyN7346MQBWysKAUUU1e8tRnms+8g8ITC1eZHKLMjNXiNh4v9gWPuN5paEK6cC
        EOFJhdhT1wKBgGC/XrrUmjIaeHKiJ5K2yU5hwDVN5mf90FZYnI6p6IgAE4bkkwpm
        xAmV2I7XsCNNNgqNqKYTjWP4powv+tXg/N9pS4ITdo5q3HlheeteBIiTtKK2VR/b
        ZsqePN4AtnQL9QAswvxvkVdMDRSl6/ey3mH/5+1susQkU8xKsoBZOIjBAoGBAL7q
        IZz5lZdXoKd5NF8/aqty8apKYKXh624MR8PdA1Jdre7Gm+RwfGtgKZpytst90Dvo
        3OsNgbVY6jOu0HKdxIu0Tqrs3IeMUooUfILbaBQkvrbT5bb4WCKGrq21yFBWLgms
        5m/f5jpAQzfdJDKXYCOfcstoExa31s+kSNO+OcgRAoGBAMeDCmBt/arV6UvRB4C+
        PT3rJ7ZWZyweh3XJ6p2vyeCY5v3w6iBuVSe2yS+Ygq48SBBOWl+5x8M2MLaeB5Kh
        1JVGyyiU/zFUFn37Nnu+UN6UYVEIXAVHYlP5weHPW1pO9hdtM33bPHgxGjjwxIeZ
        276pJo1suzBQf8bkLKK2P1Hi
        -----END PRIVATE KEY-----
        """

    static func keys() throws -> [SigningKey] {
        try SigningKey.Kind.allCases.map { SigningKey(generating: $0) } + [SigningKey(pem: rsa)]
    }

    @Test func eachKindSignsAndVerifies() throws {
        let message = Array("a message".utf8)
        for key in try Self.keys() {
            let signature = try key.signature(of: message)
            #expect(key.publicKey.isUsable)
            #expect(key.publicKey.verifies(signature, of: message))
            #expect(!key.publicKey.verifies(signature, of: message + [0]))
            #expect(!key.publicKey.verifies(signature.dropLast() + [signature[signature.count - 1] ^ 1], of: message))
            for broken in [[], [0], Array(signature.dropLast()), signature + [0]] {
                #expect(!key.publicKey.verifies(broken, of: message))
            }
        }
    }

    @Test func noKindVerifiesWhatAnotherSigned() throws {
        let keys = try Self.keys()
        for signer in keys {
            let signature = try signer.signature(of: [1, 2, 3])
            for other in keys where other.publicKey != signer.publicKey {
                #expect(!other.publicKey.verifies(signature, of: [1, 2, 3]))
            }
        }
    }

    @Test func pemComesBack() throws {
        for key in try Self.keys() {
            let again = try SigningKey(pem: key.pem)
            #expect(again.publicKey == key.publicKey)
            #expect(key.pem.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
            #expect(key.pem.hasSuffix("-----END PRIVATE KEY-----\n"))
        }
    }

    @Test func aPublicKeyInPEMIsTheSameKey() throws {
        let key = SigningKey(generating: .p256).publicKey
        let text = try #require(key.json["keyval"]?["public"]?.string)
        #expect(try PublicKey(pem: text) == key)
        #expect(try PublicKey(pem: text).keyID == key.keyID)
    }

    @Test(arguments: [
        "", "x", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", String(repeating: "A", count: 100_000),
    ])
    func whatIsNoKeyIsRefused(pem: String) {
        #expect(throws: TUFRefusal.self) { try SigningKey(pem: pem) }
        #expect(throws: TUFRefusal.self) { try PublicKey(pem: pem) }
    }

    @Test func theKeyIDIsTheHashOfTheCanonicalKey() throws {
        let json: JSONValue = [
            "keytype": "ed25519", "scheme": "ed25519", "extra": "does not count",
            "keyval": ["public": "72378e5bc588793e58f81c8533da64a2e8f1565c1fcc7f253496394ffc52542c"],
        ]
        let key = try PublicKey(json: json, file: "root", path: "key")
        #expect(key.keyID == "1bf1c6e3cdd3d3a8420b19199e27511999850f4b376c4547b2f32fba7e80fca3")
        #expect(key.json == json)
    }

    @Test(arguments: [
        ("ed25519", "ed25519", "72378e"), ("ed25519", "ed25519", "no hex"), ("ecdsa", "ecdsa-sha2-nistp256", "no PEM"),
        ("rsa", "rsassa-pss-sha256", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
        ("sphincs", "sphincs", "00"), ("ed25519", "unknown", String(repeating: "ab", count: 32)),
    ])
    func aKeyThatCannotBeUsedIsCarriedAlongAndVerifiesNothing(type: String, scheme: String, text: String) throws {
        let json: JSONValue = [
            "keytype": .string(type), "scheme": .string(scheme), "keyval": ["public": .string(text)],
        ]
        let key = try PublicKey(json: json, file: "root", path: "key")
        #expect(!key.isUsable)
        #expect(!key.verifies([UInt8](repeating: 0, count: 64), of: []))
        #expect(key.json == json)
    }

    @Test func aShortRSAKeyIsNotUsed() throws {
        let text = """
            -----BEGIN PUBLIC KEY-----
            MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDbxJoYjqJqyRtnPFzrWYPIKTxu
            OB/V0V6XGQWkw1BDqCEN8uHkNtGXzBuhI59PN1J+1G8KKLDADLUwrXWjMQMv3U84
            9hFtyUbeu7bw26JR5Nbmb/LZQzLwCMcCgGzg5rdWhZMw8TFLDz2OPkJQcNVd2jb5
            1zaCn6LtfhHtetIcqwIDAQAB
            -----END PUBLIC KEY-----
            """
        let json: JSONValue = [
            "keytype": "rsa", "scheme": "rsassa-pss-sha256", "keyval": ["public": .string(text)],
        ]
        #expect(try !PublicKey(json: json, file: "root", path: "key").isUsable)
    }
}
