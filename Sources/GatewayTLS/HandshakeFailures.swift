import Logging
import NIOCore
import Synchronization

/// Tells of handshakes that failed, so that an administrator learns why devices stay away, but not so often that those
/// who only knock fill the log.
final class HandshakeFailures: Sendable {
    /// The shortest time between two lines.
    static let interval = Duration.seconds(10)

    private struct Told {
        var nextAt: ContinuousClock.Instant?
        var untold = 0
    }

    private let logger: Logger
    private let told = Mutex(Told())

    init(logger: Logger) {
        self.logger = logger
    }

    /// A handshake failed.
    func note(_ error: any Error, from address: SocketAddress?) {
        let untold: Int? = told.withLock { told in
            if let nextAt = told.nextAt, ContinuousClock.now < nextAt {
                told.untold += 1
                return nil
            }
            defer { told = Told(nextAt: .now + Self.interval) }
            return told.untold
        }
        guard let untold else { return }
        logger.warning(
            "a TLS handshake failed",
            metadata: [
                "from": "\(address?.ipAddress ?? "unknown")", "reason": "\(Self.reason(error))",
                "others": "\(untold)",
            ])
    }

    /// The reason in BoringSSL's own words, without the places in its source that it came by.
    private static func reason(_ error: any Error) -> String {
        let text = "\(error)"
        guard let words = text.firstMatch(of: /OPENSSL_internal:([A-Z0-9_]+)/)?.output.1 else { return text }
        return words.replacing("_", with: " ").lowercased()
    }
}
