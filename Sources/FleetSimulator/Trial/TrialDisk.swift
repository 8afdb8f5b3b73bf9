import FleetCore
import FleetEngine

/// A disk with a journal on it, as bytes: commit by commit, each behind a checksum, as far as it is synced. It keeps
/// what a real one keeps, and fails as a real one fails.
final class TrialDisk {
    /// How a commit goes wrong.
    enum Failure {
        case failedWrite, tornWrite, failedSync, powerLoss, fullDisk, crashAfterCommit
    }

    private struct Commit {
        var bytes: [UInt8]
        var checksum: UInt64
        var facts: Int
        var epoch: Int

        var isWhole: Bool { TrialDisk.checksum(bytes) == checksum }
    }

    private var commits: [Commit] = []
    /// Which engine holds the lock.
    private(set) var epoch = 0
    private(set) var factCount = 0
    private(set) var trace = TraceHash()
    /// Commits at the end of the journal that their engine does not know to be durable.
    private var unheard: [Fact] = []
    /// What goes wrong with the next commit.
    var nextFailure: Failure?
    /// Whether there is room.
    var isFull = false
    /// Told of every commit that is durable and known to be.
    var onCommit: ([Fact], Int) -> Void = { _, _ in }

    static func checksum(_ bytes: [UInt8]) -> UInt64 {
        var hash = StableHash(seed: UInt64(bytes.count))
        hash.combine(bytes: bytes)
        return hash.value
    }

    /// Gives the lock to a new engine. The torn end that the one before may have left is cut off.
    /// - Returns: The engine's number, and facts that are durable though their engine was told that they were not.
    func open() -> (epoch: Int, found: [Fact]) {
        if let last = commits.last, !last.isWhole { commits.removeLast() }
        epoch += 1
        defer { unheard = [] }
        for fact in unheard { trace.absorb(fact) }
        factCount += unheard.count
        return (epoch, unheard)
    }

    /// Throws if the lock is another engine's by now.
    func confirm(epoch: Int) throws(FactLogError) {
        guard epoch == self.epoch else { throw FactLogError("another engine runs here", remedy: "stop") }
    }

    /// Writes and syncs a commit. `survives` says whether bytes that were written and not synced are there afterwards.
    func append(_ facts: [Fact], epoch: Int, failure: Failure?, survives: Bool) throws(FactLogError) {
        try confirm(epoch: epoch)
        guard !isFull else { throw FactLogError("the disk is full", remedy: "make room") }
        var bytes: [UInt8] = []
        for fact in facts { Self.write(fact, into: &bytes) }
        let whole = Commit(bytes: bytes, checksum: Self.checksum(bytes), facts: facts.count, epoch: epoch)
        switch failure {
        case .failedWrite, .fullDisk, .powerLoss: throw FactLogError("the write failed", remedy: "check the disk")
        case .tornWrite:
            var torn = whole
            torn.bytes.removeLast(1 + bytes.count / 2)
            commits.append(torn)
            throw FactLogError("the write was torn", remedy: "check the disk")
        case .failedSync:
            if survives {
                commits.append(whole)
                unheard = facts
            }
            throw FactLogError("the sync failed", remedy: "check the disk")
        case .crashAfterCommit, nil:
            commits.append(whole)
            factCount += facts.count
            for fact in facts { trace.absorb(fact) }
            onCommit(facts, epoch)
        }
    }

    private static func write(_ fact: Fact, into bytes: inout [UInt8]) {
        let encoded = FactCoder.encode(fact)
        for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: encoded.count >> shift)) }
        bytes += encoded
    }

    /// Every durable fact, commit by commit.
    func replay(_ body: ([Fact]) -> Void) throws(FactLogError) {
        for commit in commits {
            guard commit.isWhole else { throw FactLogError("a commit is torn", remedy: "open the journal again") }
            body(try Self.facts(commit.bytes))
        }
    }

    private static func facts(_ bytes: [UInt8]) throws(FactLogError) -> [Fact] {
        var facts: [Fact] = []
        var offset = 0
        while offset < bytes.count {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << ($1 * 8) }
            do {
                facts.append(try FactCoder.decode(Array(bytes[offset + 4..<offset + 4 + length])))
            } catch {
                throw FactLogError("a fact cannot be read: \(error)", remedy: "mend its coding")
            }
            offset += 4 + length
        }
        return facts
    }

    /// The fold of everything durable.
    func fold() throws(FactLogError) -> FleetState {
        var state = FleetState()
        try replay { facts in
            for fact in facts { state.apply(fact) }
        }
        return state
    }
}

/// The journal as one engine holds it.
final class TrialJournal: FactLog {
    private let disk: TrialDisk
    let epoch: Int
    /// What goes wrong with a commit: asked at each.
    private let fault: () -> (failure: TrialDisk.Failure?, survives: Bool)

    init(_ disk: TrialDisk, epoch: Int, fault: @escaping () -> (failure: TrialDisk.Failure?, survives: Bool)) {
        self.disk = disk
        self.epoch = epoch
        self.fault = fault
    }

    func append(_ facts: [Fact]) throws(FactLogError) {
        let (failure, survives) = fault()
        try disk.append(facts, epoch: epoch, failure: failure, survives: survives)
    }

    func confirm() throws(FactLogError) { try disk.confirm(epoch: epoch) }

    func replay(_ body: ([Fact]) -> Void) throws(FactLogError) { try disk.replay(body) }
}
