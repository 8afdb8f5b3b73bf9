import Foundation
import Synchronization

/// Looks again at files that could not be delivered, and at those that are needed to serve devices, on a thread of its own:
/// what was damaged or mended is known though no device asks for it.
final class FaultWatch: Sendable {
    /// How often it is looked whether there is something to look at.
    private static let interval = DispatchTimeInterval.seconds(1)
    /// Seconds that a look under way, which may hash a large file, may take until the gateway ends without it.
    private static let longestEnd = 5.0

    private let isRunning = Mutex(false)
    private let end = DispatchSemaphore(value: 0), hasEnded = DispatchSemaphore(value: 0)

    /// Begins, with a first look.
    func start(_ look: @escaping @Sendable () -> Void) {
        isRunning.withLock { $0 = true }
        let thread = Thread { [self] in
            repeat { look() } while end.wait(timeout: .now() + Self.interval) == .timedOut
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
