/// Says of a release whether it may be installed: before any of it is, and again right before it is put into use.
///
/// Asked on the agent's own thread, which is held up while metadata is fetched.
public protocol ReleaseTrust: Sendable {
    /// The release's files with the lengths and hashes that its makers vouch for.
    /// - Parameters:
    ///   - release: What the gateway offers, with what it says of lengths and hashes.
    ///   - running: What runs now, by all that says something of it; empty: that is not known.
    ///   - isStopped: Asked again and again while it takes time; true: it is given up.
    /// - Returns: The files; nil: it was given up.
    func verified(
        _ release: OfferedRelease, running: [String], isStopped: () -> Bool
    ) throws(TrustRefusal) -> [OfferedRelease.File]?
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
        _ release: OfferedRelease, running: [String], isStopped: () -> Bool
    ) throws(TrustRefusal) -> [OfferedRelease.File]? { release.files }
}
