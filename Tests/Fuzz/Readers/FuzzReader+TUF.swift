import TUF

extension FuzzReader {
    /// The readers of what a mirror serves, and of keys.
    static let tuf = [
        FuzzReader("tuf-metadata", longestInput: 2048, words: words) { bytes in
            let read = [
                try readFile(bytes, as: Root.self), try readFile(bytes, as: TUF.Timestamp.self),
                try readFile(bytes, as: Snapshot.self), try readFile(bytes, as: Targets.self),
            ]
            try demand(read.count(where: { $0 }) <= 1, "a file is of one role")
            return read.contains(true)
        },
        FuzzReader(
            "tuf-key", longestInput: 1024, words: ["-----BEGIN PUBLIC KEY-----\n", "\n-----END PUBLIC KEY-----"]
        ) {
            bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            for type in ["ed25519", "ecdsa", "rsa"] {
                let json: JSONValue = [
                    "keytype": .string(type), "scheme": .string(type), "keyval": ["public": .string(text)],
                ]
                let key = try PublicKey(json: json, file: "root", path: "key")
                try demand(!key.verifies(bytes, of: bytes), "a key verifies what it did not sign")
            }
            let key: PublicKey
            do throws(TUFRefusal) { key = try PublicKey(pem: text) } catch {
                try Printable.check(error.description)
                return false
            }
            let again = try PublicKey(json: key.json, file: "root", path: "key")
            try demandSame(again.keyID, key.keyID, "the id is kept")
            return true
        },
    ]

    private static let words = [
        "\"_type\":", "\"root\"", "\"timestamp\"", "\"snapshot\"", "\"targets\"", "\"signed\":", "\"signatures\":[]",
        "\"version\":1", "\"spec_version\":\"1.0\"", "\"expires\":\"2030-01-01T00:00:00Z\"", "\"meta\":{}",
        "\"keys\":{}",
        "\"roles\":", "\"keyids\":[]", "\"threshold\":1", "\"hashes\":{\"sha256\":\"00\"}", "\"length\":0",
        "\"paths\":[\"*\"]",
        "\"delegations\":", "\"path_hash_prefixes\":[]", "\"terminating\":true", "\"custom\":{}",
    ]

    /// A file that is taken comes back as it was; a refusal can be shown.
    private static func readFile<Role: SignedRole>(_ bytes: [UInt8], as type: Role.Type) throws -> Bool {
        let file: Metadata<Role>
        do throws(TUFRefusal) { file = try Metadata<Role>(bytes: bytes) } catch {
            try Printable.check(error.description)
            return false
        }
        let again = try Metadata<Role>(bytes: file.bytes)
        try demandSame(again.signedBytes, file.signedBytes, "what is signed is kept")
        try demandSame(again.signatures, file.signatures, "the signatures are kept")
        let written = try Metadata<Role>(bytes: Metadata(file.signed).bytes)
        try demandSame(written.signed, file.signed, "what a role says is written as it is read")
        return true
    }
}
