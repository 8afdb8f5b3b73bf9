import DeviceGateway
import HTTPTypes
import Synchronization

/// How much is let in.
final class RequestGate: Sendable {
    /// Requests whose answers are worked out.
    let places: Places
    /// Requests that wait for events.
    let waiters: Places
    private let requests: Mutex<TokenBuckets>
    private let failures: Mutex<TokenBuckets>

    init(_ limits: APILimits) {
        let now = ContinuousClock.now
        places = Places(limits.requestsUnderWay + limits.waitingForEvents)
        waiters = Places(limits.waitingForEvents)
        requests = Mutex(TokenBuckets(limits.requests, now: now))
        failures = Mutex(TokenBuckets(limits.failures, now: now))
    }

    /// Somebody asks for something.
    /// - Throws: 429 if they do so too often.
    func expectRequest(of whom: String) throws(Problem) { try Self.expect(requests, whom) }

    /// Somebody at this address has proven nothing.
    func expectFailure(at address: String) throws(Problem) { try Self.expect(failures, address) }

    private static func expect(_ buckets: borrowing Mutex<TokenBuckets>, _ key: String) throws(Problem) {
        guard let wait = buckets.withLock({ $0.take(key, now: .now) }) else { return }
        let seconds = wait.components.seconds + 1
        throw Problem(
            .tooOften, "this is asked for too often", remedy: "wait \(seconds) s",
            headers: [.retryAfter: "\(seconds)"])
    }
}
