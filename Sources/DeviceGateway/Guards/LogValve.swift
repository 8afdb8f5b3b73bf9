import Logging
import Synchronization

/// A log that devices can cause lines of: so many a second are written, the rest are counted and said in one line.
final class LogValve: Sendable {
    private struct Second {
        var began = ContinuousClock.now
        var written = 0
        var dropped = 0
    }

    private let logger: Logger
    private let linesPerSecond: Int
    private let second = Mutex(Second())

    init(_ logger: Logger, linesPerSecond: Int) {
        self.logger = logger
        self.linesPerSecond = linesPerSecond
    }

    /// Writes a line, or counts it. What it says is worked out only if it is written.
    func write(_ level: Logger.Level, _ message: Logger.Message, _ metadata: () -> Logger.Metadata) {
        let (isOpen, dropped) = take(now: .now)
        if dropped > 0 {
            logger.warning("lines were left out, as there were too many", metadata: ["count": "\(dropped)"])
        }
        if isOpen { logger.log(level: level, message, metadata: metadata()) }
    }

    /// Whether a line may be written now, and how many were left out before it that nobody was told of.
    func take(now: ContinuousClock.Instant) -> (isOpen: Bool, dropped: Int) {
        second.withLock { second in
            var dropped = 0
            if now - second.began >= .seconds(1) {
                dropped = second.dropped
                second = Second(began: now)
            }
            guard second.written < linesPerSecond else {
                second.dropped += 1
                return (false, dropped)
            }
            second.written += 1
            return (true, dropped)
        }
    }
}
