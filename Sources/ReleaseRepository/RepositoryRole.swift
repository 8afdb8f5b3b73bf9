import FleetCore

/// The four roles of a repository, each with keys of its own.
public enum RepositoryRole: String, CaseIterable, Sendable, Comparable {
    /// Says which keys the roles have, its own among them. Everything is trusted by it.
    case root
    /// Says which files the releases have, and which rollbacks are approved.
    case targets
    /// Says which versions of the metadata belong together.
    case snapshot
    /// Says which snapshot is the latest, for a short time.
    case timestamp

    /// In the order in which a client trusts them.
    public static func < (left: RepositoryRole, right: RepositoryRole) -> Bool { left.number < right.number }

    private var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// For how long its metadata counts where nothing else was said.
    public var standardPeriod: Duration {
        switch self {
        case .root, .targets: .days(365)
        case .snapshot: .days(7)
        case .timestamp: .days(1)
        }
    }

    /// The file of a version of its metadata as it is published. The timestamp is the one file whose name clients know.
    func publishedName(version: Int) -> String { self == .timestamp ? "timestamp.json" : "\(version).\(rawValue).json" }

    /// The most bytes that its metadata may have; more is not read.
    var mostBytes: Int { self == .root || self == .timestamp ? 512 << 10 : 8 << 20 }

    /// Whether its metadata is made anew by itself, by a key that is at hand, before it expires.
    var isOnline: Bool { self == .snapshot || self == .timestamp }
}
