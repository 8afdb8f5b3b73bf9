import FleetCore

/// Facts by their numbers, for those who were not there when they came. Read beside the engine, whose thread it does not
/// hold up.
public protocol FactHistory: Sendable {
    /// The facts behind a number, oldest first.
    /// - Parameters:
    ///   - number: Facts up to this one are known; 0: none is.
    ///   - count: The most that are wanted. Fewer come if they are large.
    func piece(after number: UInt64, atMost count: Int) throws(FactLogError) -> HistoryPiece
}

/// A stretch of the facts.
public struct HistoryPiece: Hashable, Sendable {
    /// The facts, oldest first; empty if there are none behind the number that was asked for.
    public var facts: [Fact]
    /// The number of the latest fact there is; below the number that was asked for if it is another journal's.
    public var latest: UInt64

    /// A stretch of these facts, of so many.
    public init(facts: [Fact], latest: UInt64) {
        self.facts = facts
        self.latest = latest
    }
}
