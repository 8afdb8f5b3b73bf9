import FleetCore

/// The durable list of facts. Synchronous: when `append` returns, the facts survive a crash and a power cut.
public protocol FactLog: AnyObject {
    /// Makes these facts durable, all of them or none, in one commit.
    func append(_ facts: [Fact]) throws(FactLogError)

    /// Throws if the log is another engine's by now. Asked before orders and answers leave that no commit
    /// stands behind.
    func confirm() throws(FactLogError)

    /// Hands every durable fact to `body`, in order, in batches of any size.
    func replay(_ body: ([Fact]) -> Void) throws(FactLogError)

    /// Hands over what is durable, the short way: a checkpoint to `begin` if there is one that is certainly of these
    /// facts, and the facts behind it to `body`; without one, every fact to `body`.
    /// - Parameters:
    ///   - feedCapacity: Latest facts that the checkpoint has to know; see `Checkpoint.knowsFeed(of:)`.
    ///   - begin: Takes the checkpoint, at most once and before any fact.
    ///   - body: Takes a batch of facts.
    func recover(
        feedCapacity: Int, _ begin: (Checkpoint) -> Void, _ body: ([Fact]) -> Void
    ) throws(FactLogError)

    /// Hands over what has become durable since the last replay, recovery or call: for a reader beside an engine.
    func follow(_ body: ([Fact]) -> Void) throws(FactLogError)

    /// Whether it would take a checkpoint now.
    var wantsCheckpoint: Bool { get }

    /// Keeps a checkpoint of all facts that were appended. It is derived data: one that cannot be kept is no failure of
    /// the log, but is told by `checkpointFailure`.
    /// - Parameters:
    ///   - checkpoint: The state behind the last fact, and the latest facts.
    ///   - inBackground: Whether to return before it is durable.
    func keep(_ checkpoint: Checkpoint, inBackground: Bool)

    /// Why the last checkpoint was not kept, and what to do; nil: it was, or there was none.
    var checkpointFailure: String? { get }
}

/// A log without checkpoints, which nobody else writes.
extension FactLog {
    public func confirm() throws(FactLogError) {}

    public func follow(_ body: ([Fact]) -> Void) throws(FactLogError) {}

    public func recover(
        feedCapacity: Int, _ begin: (Checkpoint) -> Void, _ body: ([Fact]) -> Void
    ) throws(FactLogError) {
        try replay(body)
    }

    public var wantsCheckpoint: Bool { false }
    public func keep(_ checkpoint: Checkpoint, inBackground: Bool) {}
    public var checkpointFailure: String? { nil }
}

/// Why the journal could not be written or read. After a failed append the engine stops taking work; it does not
/// retry the sync, because what the file system dropped is not known. It starts again from the journal.
public struct FactLogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, with the number of the record where one is at fault.
    public var message: String
    /// What to do.
    public var remedy: String

    /// An error with its remedy.
    public init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(message); \(remedy)" }
}

/// Facts kept in memory only: for dry runs, headless simulation and tests.
public final class MemoryLog: FactLog {
    /// Everything that was appended.
    public private(set) var facts: [Fact] = []
    private let keepsFacts: Bool

    /// An empty log. With `keepsFacts` false it only counts as a sink.
    public init(keepsFacts: Bool = true) {
        self.keepsFacts = keepsFacts
    }

    public func append(_ facts: [Fact]) {
        if keepsFacts { self.facts += facts }
    }

    public func replay(_ body: ([Fact]) -> Void) {
        body(facts)
    }
}
