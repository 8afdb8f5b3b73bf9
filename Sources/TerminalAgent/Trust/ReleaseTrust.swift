/// Says of a release whether it may be installed: before any of it is, and again right before it is put into use.
///
/// Asked on the agent's own thread, which may be held up while metadata is fetched.
public protocol ReleaseTrust: Sendable {
    /// The release's files with the lengths and hashes that its makers vouch for.
    /// - Parameters:
    ///   - release: What the gateway offers, with what it says of lengths and hashes.
    ///   - running: What runs now; nil: that is not known.
    func verified(
        _ release: OfferedRelease, running: String?
    ) throws(TrustRefusal) -> [OfferedRelease.File]
}

/// Why a release is not installed.
public struct TrustRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether it may be another matter later: metadata that cannot be reached now.
    public var isPassing: Bool
    public var description: String

    /// A refusal with its reason. The word `signature` in it has the gateway say `bad signature`, and try no more.
    public init(_ description: String, isPassing: Bool = false) {
        self.description = description
        self.isPassing = isPassing
    }
}

/// Believes what the gateway says: the way of a fleet that signs nothing.
public struct GatewayTrust: ReleaseTrust {
    /// The trust of a fleet that signs nothing.
    public init() {}

    public func verified(
        _ release: OfferedRelease, running: String?
    ) throws(TrustRefusal) -> [OfferedRelease.File] { release.files }
}
