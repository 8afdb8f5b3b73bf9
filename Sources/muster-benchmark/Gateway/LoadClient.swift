import CEpoll
import Glibc

/// Kept connections to a server on this machine, each with one request under way at most: as many devices as there are
/// connections, that ask anew as soon as they are answered.
///
/// One thread on epoll with requests that are made before and a reader of what an answer must have and no more, so that
/// the two cores are left to the server that is measured. The same client asks Muster and nginx.
final class LoadClient {
    /// What came of a run.
    struct Outcome {
        var times = Times()
        /// Answers with a status from 200 to 299, and others.
        var answers = 0, refusals = 0
        /// The first status that was none from 200 to 299.
        var firstRefusal: Int?
        /// Bytes of bodies.
        var bytes: Int64 = 0
        var seconds = 0.0

        var perSecond: Double { Double(answers) / seconds }
    }

    /// An answer that has come.
    struct Answer {
        var connection: Int
        var status: Int
        /// Empty where it is longer than `LoadConnection.capacity`.
        var body: UnsafeRawBufferPointer
    }

    /// How long a server may be silent while it owes answers.
    private static let patienceMilliseconds: Int32 = 30_000
    private static let eventsAtOnce = 256

    private let epoll: Int32
    private let connections: [LoadConnection]
    private var events = [epoll_event](repeating: epoll_event(), count: eventsAtOnce)

    /// Connects so many times to a port of this machine.
    /// - Parameter tls: What secures connections; nil: they are plain.
    init(port: UInt16, connections count: Int, tls: ClientTLS? = nil) throws {
        epoll = epoll_create1(0)
        connections = try (0..<count).map { _ in try LoadConnection(port: port, tls: tls) }
        for (place, connection) in connections.enumerated() {
            var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(place)))
            guard epoll_ctl(epoll, EPOLL_CTL_ADD, connection.descriptor, &event) == 0 else {
                throw BenchmarkFailure("epoll takes no connection: error \(errno)")
            }
        }
    }

    deinit { close(epoll) }

    /// Asks on every connection, and goes on until none has a request any more.
    /// - Parameters:
    ///   - first: The first request of a connection; nil: it has none.
    ///   - next: The request after an answer; nil: the connection is done.
    func run(first: (Int) -> [UInt8]?, next: (Answer) throws -> [UInt8]?) throws -> Outcome {
        var outcome = Outcome()
        let start = ContinuousClock.now
        var underWay = try send(first)
        while underWay > 0 {
            let count = epoll_wait(epoll, &events, Int32(events.count), Self.patienceMilliseconds)
            guard count > 0 else { throw BenchmarkFailure("a server owes \(underWay) answers and is silent") }
            for event in events[..<Int(count)] {
                let place = Int(event.data.u64)
                guard try connections[place].receive() else { continue }
                if try !proceed(place, &outcome, next) { underWay -= 1 }
            }
        }
        outcome.seconds = Timing.seconds(since: start)
        return outcome
    }

    /// Asks on every connection and reads no answer; gives how many have asked.
    @discardableResult
    func send(_ request: (Int) -> [UInt8]?) throws -> Int {
        var count = 0
        for (place, connection) in connections.enumerated() {
            guard let request = request(place) else { continue }
            try connection.send(request)
            count += 1
        }
        return count
    }

    /// Whether nothing comes for so long.
    func isSilent(milliseconds: Int32) -> Bool { epoll_wait(epoll, &events, 1, milliseconds) == 0 }

    /// Takes an answer in and asks what is next; false: nothing is.
    private func proceed(_ place: Int, _ outcome: inout Outcome, _ next: (Answer) throws -> [UInt8]?) throws -> Bool {
        let connection = connections[place]
        outcome.times.add(seconds: Timing.seconds(since: connection.sentAt))
        outcome.bytes += Int64(connection.bodyLength)
        if (200..<300).contains(connection.status) {
            outcome.answers += 1
        } else {
            outcome.refusals += 1
            outcome.firstRefusal = outcome.firstRefusal ?? connection.status
        }
        let answer = Answer(connection: place, status: connection.status, body: connection.body)
        guard let request = try next(answer) else { return false }
        try connection.send(request)
        return true
    }
}
