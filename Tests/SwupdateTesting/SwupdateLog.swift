import Foundation

/// What one terminal has written so far, and who waits for more of it.
///
/// Unchecked, because the compiler does not know that the lock guards every variable.
final class SwupdateLog: @unchecked Sendable {
    /// The most bytes that are kept; the oldest go first. A terminal that polls writes about a kilobyte a second.
    static let limitByteCount = 4 << 20

    private let lock = NSLock()
    private var bytes = Data()
    private var runStart = 0
    private var revision = 0
    private var waiters: [UUID: CheckedContinuation<Void, Never>] = [:]

    /// All of it, of every run.
    var text: String { lock.withLock { String(decoding: bytes, as: UTF8.self) } }
    /// What came since the last start.
    var runText: String { lock.withLock { String(decoding: bytes.dropFirst(runStart), as: UTF8.self) } }
    /// A number that grows with every change.
    var changes: Int { lock.withLock { revision } }

    /// Whether a text has come since the last start.
    func runContains(_ text: String) -> Bool {
        lock.withLock { bytes.dropFirst(runStart).firstRange(of: Data(text.utf8)) != nil }
    }

    func beginRun() {
        lock.withLock { runStart = bytes.count }
    }

    func append(_ more: Data) {
        change {
            bytes.append(more)
            let excess = max(0, bytes.count - Self.limitByteCount)
            bytes = Data(bytes.dropFirst(excess))
            runStart = max(0, runStart - excess)
        }
    }

    /// Something else than the text has changed: those who wait look again.
    func noteChange() { change {} }

    private func change(_ body: () -> Void) {
        let woken = lock.withLock {
            body()
            revision += 1
            defer { waiters = [:] }
            return Array(waiters.values)
        }
        for waiter in woken { waiter.resume() }
    }

    /// Returns when something has changed since `seen`, or at the deadline, or when the task was cancelled.
    func awaitChange(since seen: Int, until deadline: ContinuousClock.Instant) async {
        let id = UUID()
        let alarm = DispatchWorkItem { self.wake(id) }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = lock.withLock {
                    guard revision == seen, !Task.isCancelled else { return false }
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
