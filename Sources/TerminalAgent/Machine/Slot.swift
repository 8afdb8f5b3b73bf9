/// One of the two places for a release.
public enum Slot: String, Codable, Hashable, Sendable, CaseIterable {
    case a, b

    /// The one that is not this one.
    public var other: Slot { self == .a ? .b : .a }
}
