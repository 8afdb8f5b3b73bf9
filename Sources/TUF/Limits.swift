/// How much a client takes from a repository that it does not trust yet. What is signed for less is held to that.
public struct Limits: Sendable, Equatable {
    /// Bytes of one root.
    public var longestRoot = 512 * 1_024
    /// Bytes of a timestamp.
    public var longestTimestamp = 64 * 1_024
    /// Bytes of a snapshot.
    public var longestSnapshot = 2 * 1_024 * 1_024
    /// Bytes of one targets role.
    public var longestTargets = 8 * 1_024 * 1_024
    /// New versions of root in one refresh; the next refresh goes on from there.
    public var mostNewRoots = 256
    /// Targets roles that are asked for one target.
    public var mostVisitedRoles = 32

    public init() {}
}
