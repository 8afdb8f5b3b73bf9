import FleetCore

/// Reads the cause of a failure out of what a client says for people.
enum ClientFailure {
    /// Words of field clients, in lower case, and what they mean. The first that is found counts. swupdate says
    /// `Compatible SW not found` whatever is wrong with a description, so that this means nothing.
    private static let causes: [(words: String, cause: FailureCause)] = [
        ("hash mismatch", FailureCause(code: "hash mismatch", isPermanent: false)),
        ("checksum", FailureCause(code: "hash mismatch", isPermanent: false)),
        ("not compatible with hardware", FailureCause(code: "wrong model", isPermanent: true)),
        ("compatible mismatch", FailureCause(code: "wrong model", isPermanent: true)),
        ("signer", FailureCause(code: "bad signature", isPermanent: true)),
        ("signature", FailureCause(code: "bad signature", isPermanent: true)),
        ("health check failed", FailureCause(code: "health check failed", isPermanent: false)),
        ("runs from another slot", FailureCause(code: "runs from another slot", isPermanent: false)),
        ("no space left", FailureCause(code: "disk full", isPermanent: false)),
    ]

    /// The cause of a failure.
    /// - Parameters:
    ///   - texts: What the client said, the latest at the end.
    ///   - isDelivered: Whether it had all files.
    static func cause(_ texts: [String], isDelivered: Bool) -> FailureCause {
        known(texts) ?? FailureCause(code: isDelivered ? "install failed" : "download failed", isPermanent: false)
    }

    /// The last text that tells of a failure whose meaning is known; nil: none does.
    static func complaint(in texts: [String]) -> String? {
        texts.last { text in
            let text = text.lowercased()
            return causes.contains { text.contains($0.words) } && (text.contains("error") || text.contains("fail"))
        }
    }

    private static func known(_ texts: [String]) -> FailureCause? {
        let lowercased = texts.map { $0.lowercased() }
        return causes.first { cause in lowercased.contains { $0.contains(cause.words) } }?.cause
    }
}
