import FleetCore
import FleetEngine
import FleetJournal
import Foundation

/// What an engine under test has made durable so far, and who waits for more of it.
///
/// Unchecked, because the compiler does not know that the lock guards every variable.
final class JournalWatch: @unchecked Sendable {
    /// Facts and their fold, as they stand.
    struct Content: Sendable {
        var facts: [Fact] = []
        var machine = FleetMachine()

        /// The fold of the facts.
        var state: FleetState { machine.state }
    }

    private let lock = NSLock()
    private var content = Content()
    private var waiters: [UUID: CheckedContinuation<Void, Never>] = [:]

    /// What is durable by now.
    var now: Content { lock.withLock { content } }

    /// These facts are durable.
    func note(_ facts: [Fact]) {
        let woken = lock.withLock {
            content.facts += facts
            content.machine.replay(facts)
            defer { waiters = [:] }
            return Array(waiters.values)
        }
        for waiter in woken { waiter.resume() }
    }

    /// Waits until a condition holds; it is looked at whenever facts have become durable.
    /// - Throws: `GatewayTestFailure` with the last facts, at the deadline.
    func wait(
        _ what: String, deadlineSeconds: Double = 90, _ condition: @Sendable (Content) -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(deadlineSeconds)
        while true {
            let seen = now
            if condition(seen) { return }
            try Task.checkCancellation()
            guard ContinuousClock.now < deadline else {
                let last = seen.facts.suffix(25).map { "\($0.event)" }.joined(separator: "\n")
                throw GatewayTestFailure(
                    "The journal was to show that \(what), within \(deadlineSeconds) seconds. Its last facts:\n\(last)")
            }
            await awaitChange(since: seen.facts.count, until: deadline)
        }
    }

    private func awaitChange(since seen: Int, until deadline: ContinuousClock.Instant) async {
        let id = UUID()
        let alarm = DispatchWorkItem { self.wake(id) }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = lock.withLock {
                    guard content.facts.count == seen, !Task.isCancelled else { return false }
                    waiters[id] = continuation
                    return true
                }
                guard waits else { return continuation.resume() }
                let seconds = (deadline - ContinuousClock.now) / .seconds(1)
                DispatchQueue.global().asyncAfter(deadline: .now() + max(0, seconds), execute: alarm)
            }
        } onCancel: {
            wake(id)
        }
        alarm.cancel()
    }

    private func wake(_ id: UUID) {
        lock.withLock { waiters.removeValue(forKey: id) }?.resume()
    }
}

/// What a test could not do or did not see.
struct GatewayTestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The real journal; whatever it has made durable is told to a watch.
final class WatchedJournal: FactLog {
    private let journal: SQLiteJournal
    private let watch: JournalWatch

    init(_ journal: SQLiteJournal, watch: JournalWatch) {
        self.journal = journal
        self.watch = watch
    }

    func append(_ facts: [Fact]) throws(FactLogError) {
        try journal.append(facts)
        watch.note(facts)
    }

    func confirm() throws(FactLogError) { try journal.confirm() }
    func replay(_ body: ([Fact]) -> Void) throws(FactLogError) { try journal.replay(body) }
    func follow(_ body: ([Fact]) -> Void) throws(FactLogError) { try journal.follow(body) }
}
