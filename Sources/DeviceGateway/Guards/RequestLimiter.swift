import HTTPTypes
import Hummingbird
import Synchronization

/// Counts what devices ask for, and refuses what is too much.
final class RequestLimiter: Sendable {
    private let requests: Mutex<TokenBuckets>
    private let feedback: Mutex<TokenBuckets>
    private let descriptions: Mutex<TokenBuckets>
    private let failures: Mutex<TokenBuckets>
    private let visits: Mutex<TokenBuckets>

    init(_ limits: GatewayLimits) {
        let now = ContinuousClock.now
        requests = Mutex(TokenBuckets(limits.requests, now: now))
        feedback = Mutex(TokenBuckets(limits.feedback, now: now))
        descriptions = Mutex(TokenBuckets(limits.descriptions, now: now))
        failures = Mutex(TokenBuckets(limits.failures, now: now))
        visits = Mutex(TokenBuckets(limits.visits, now: now))
    }

    /// A device that has proven who it is asks for something.
    /// - Throws: 429 if it does so too often.
    func expectRequest(of device: String) throws(HTTPError) { try Self.expect(requests, device) }

    /// A device says something of an action.
    func expectFeedback(of device: String) throws(HTTPError) { try Self.expect(feedback, device) }

    /// A device says something of itself that it did not say before.
    func expectDescription(of device: String) throws(HTTPError) { try Self.expect(descriptions, device) }

    /// Somebody at this address asks for what is open to everybody.
    func expectVisit(from address: String) throws(HTTPError) { try Self.expect(visits, address) }

    /// Somebody at this address could not prove to be who they say.
    /// - Throws: 401, or 429 if that is so too often.
    func refuseUnproven(at address: String) throws(HTTPError) -> Never {
        try Self.expect(failures, address)
        throw HTTPError(.unauthorized, headers: [.wwwAuthenticate: "TargetToken, GatewayToken"])
    }

    private static func expect(_ buckets: borrowing Mutex<TokenBuckets>, _ key: String) throws(HTTPError) {
        guard let wait = buckets.withLock({ $0.take(key, now: .now) }) else { return }
        throw HTTPError(.tooManyRequests, headers: RetryAfter.headers(wait))
    }
}

/// When to come again.
enum RetryAfter {
    /// The spread, in seconds, so that those who were sent away together do not come back together.
    static let spread: Int64 = 20

    /// A field that says to come after a time, and up to `spread` later.
    static func headers(_ wait: Duration = .seconds(1)) -> HTTPFields {
        [.retryAfter: "\(wait.components.seconds + 1 + Int64.random(in: 0...spread))"]
    }
}
