import Foundation
import Synchronization

/// Looks again at files that could not be delivered, on a thread of its own: what was mended is known though no device asks
/// for it any more.
final class FaultWatch: Sendable {
    /// How often it is looked whether there is something to look at.
    private static let interval = DispatchTimeInterval.seconds(1)
    /// Seconds that a look under way, which may hash a large file, may take until the gateway ends without it.
    private static let longestEnd = 5.0

    private let isRunning = Mutex(false)
    private let end = DispatchSemaphore(value: 0), hasEnded = DispatchSemaphore(value: 0)

    /// Begins.
    func start(_ files: StoredFiles) {
        isRunning.withLock { $0 = true }
        let thread = Thread { [self] in
            while end.wait(timeout: .now() + Self.interval) == .timedOut { files.lookAgain() }
            hasEnded.signal()
        }
        thread.name = "file faults"
        thread.start()
    }

    /// Ends; waits for a look that is under way.
    func stop() {
        let wasRunning = isRunning.withLock { isRunning in
            defer { isRunning = false }
            return isRunning
        }
        guard wasRunning else { return }
        end.signal()
        _ = hasEnded.wait(timeout: .now() + Self.longestEnd)
    }
}
