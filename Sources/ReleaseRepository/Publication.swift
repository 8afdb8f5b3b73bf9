import FleetCore

/// What is to be published.
public struct PublicationOrder: Sendable {
    /// All releases of the fleet.
    public var releases: [Release]
    /// Rollbacks that are approved by this, beside those that were before.
    public var approvals: [RollbackApproval] = []
    /// Releases whose approvals are taken back.
    public var withdrawn: [Version] = []

    /// An order to publish these releases.
    public init(releases: [Release]) { self.releases = releases }
}

/// What came of publishing.
public struct PublicationAnswer: Sendable {
    /// What was published by this, in the order of trust.
    public internal(set) var published: [PublishedFile] = []
    /// What waits for signatures.
    public internal(set) var waiting: [StagedFile] = []
    /// What an operator should know beside that.
    public internal(set) var notes: [String] = []

    /// Whether somebody has to sign before devices see all that was to be published.
    public var isWaiting: Bool { !waiting.isEmpty }

    /// For people.
    public var lines: [String] {
        var lines = notes
        if !published.isEmpty {
            lines.append("published: " + published.map { "\($0.role) \($0.version)" }.joined(separator: ", "))
        } else if waiting.isEmpty {
            lines.append("everything is published already")
        }
        lines += waiting.flatMap(\.lines)
        if published.isEmpty, !waiting.isEmpty { lines.append("nothing has changed for devices") }
        if isWaiting { lines.append("sign each with `muster release sign FILE --key KEY`, then publish again") }
        return lines
    }
}

/// Metadata that was published.
public struct PublishedFile: Hashable, Sendable {
    /// Whose it is.
    public var role: RepositoryRole
    /// Its version.
    public var version: Int
}
