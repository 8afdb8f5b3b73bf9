import Foundation
import Synchronization

/// Wakes the agent: when what it waits for has happened, and when it is to end.
public final class EndBell: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let ends = Atomic<Bool>(false)

    /// A bell that has not rung.
    public init() {}

    /// Whether the agent is to end.
    public var isEnding: Bool { ends.load(ordering: .acquiring) }

    /// The agent is to end.
    public func end() {
        ends.store(true, ordering: .releasing)
        ring()
    }

    /// Something has happened.
    func ring() { semaphore.signal() }

    /// Waits until something has happened.
    func wait(atMost time: Duration) {
        let (seconds, attoseconds) = time.components
        let nanoseconds = attoseconds / 1_000_000_000
        _ = semaphore.wait(timeout: .now() + .seconds(Int(seconds)) + .nanoseconds(Int(nanoseconds)))
    }
}
