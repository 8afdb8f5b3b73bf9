import FleetCore
import Synchronization

/// How long commits of a journal took: a histogram that any thread may read.
public final class CommitTimes: Sendable {
    /// What was measured.
    public struct Reading: Hashable, Sendable {
        /// Commits that took at most as long as the bound of this place; the last counts all.
        public var counts = Array(repeating: 0, count: CommitTimes.bounds.count + 1)
        /// Of all commits together.
        public var total = Duration.zero
    }

    /// Bounds of the histogram, rising: from a disk that only pretends to sync to one that is about to fail.
    public static let bounds: [Duration] =
        [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5].map { .seconds($0) }

    private let measured = Mutex(Reading())

    /// Nothing was measured.
    public init() {}

    /// What was measured so far.
    public var reading: Reading { measured.withLock { $0 } }

    func add(_ time: Duration) {
        let first = Self.bounds.firstIndex { time <= $0 } ?? Self.bounds.count
        measured.withLock { measured in
            measured.total += time
            for place in first..<measured.counts.count { measured.counts[place] += 1 }
        }
    }
}

/// A journal whose commits are timed.
public final class TimedLog: FactLog {
    private let log: any FactLog
    private let times: CommitTimes

    /// The journal, and where its times go.
    public init(_ log: any FactLog, _ times: CommitTimes) {
        self.log = log
        self.times = times
    }

    public func append(_ facts: [Fact]) throws(FactLogError) {
        let began = ContinuousClock.now
        try log.append(facts)
        times.add(ContinuousClock.now - began)
    }

    public func confirm() throws(FactLogError) { try log.confirm() }
    public func replay(_ body: ([Fact]) -> Void) throws(FactLogError) { try log.replay(body) }

    public func recover(
        feedCapacity: Int, _ begin: (Checkpoint) -> Void, _ body: ([Fact]) -> Void
    ) throws(FactLogError) {
        try log.recover(feedCapacity: feedCapacity, begin, body)
    }

    public func follow(_ body: ([Fact]) -> Void) throws(FactLogError) { try log.follow(body) }
    public var wantsCheckpoint: Bool { log.wantsCheckpoint }
    public func keep(_ checkpoint: Checkpoint, inBackground: Bool) { log.keep(checkpoint, inBackground: inBackground) }
    public var checkpointFailure: String? { log.checkpointFailure }
}
