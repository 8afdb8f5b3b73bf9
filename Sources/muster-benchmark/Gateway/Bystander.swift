import Foundation
import Synchronization

/// Polls that go on one after the other, on a kept connection and a thread of their own, while devices storm: those of
/// several devices in turn, since one may not poll so often.
final class Bystander: Sendable {
    private struct Course {
        var times = Times()
        /// Polls in all.
        var count = 0
        var isOver = false
        var failure: String?
    }

    private static let pauseMicroseconds: UInt32 = 5_000

    private let course = Mutex(Course())
    private let done = DispatchSemaphore(value: 0)

    /// Begins to poll by these requests in turn.
    init(port: UInt16, _ requests: [[UInt8]]) throws {
        let client = try LoadClient(port: port, connections: 1)
        let given = Given(client: client)
        let thread = Thread { [self] in
            while !course.withLock({ $0.isOver }) { poll(given.client, requests) }
            done.signal()
        }
        thread.start()
    }

    /// Handed to the thread, and not used by anyone else.
    private struct Given: @unchecked Sendable { let client: LoadClient }

    private func poll(_ client: LoadClient, _ requests: [[UInt8]]) {
        let request = requests[count % requests.count]
        do {
            let outcome = try client.run(first: { _ in request }) { _ in nil }
            course.withLock { course in
                course.times.add(seconds: outcome.seconds)
                course.count += 1
                if let status = outcome.firstRefusal { course.failure = "a poll was answered with \(status)" }
            }
            usleep(Self.pauseMicroseconds)
        } catch {
            course.withLock { ($0.failure, $0.isOver) = ("\(error)", true) }
        }
    }

    /// Polls that were answered.
    var count: Int { course.withLock { $0.count } }

    /// The times of the polls since the last time this was asked.
    func take() throws -> Times {
        try course.withLock { course in
            if let failure = course.failure { throw BenchmarkFailure("beside a storm \(failure)") }
            defer { course.times = Times() }
            return course.times
        }
    }

    /// Ends it.
    func stop() {
        course.withLock { $0.isOver = true }
        done.wait()
    }
}
