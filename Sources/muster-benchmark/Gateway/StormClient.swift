import CEpoll
import Glibc

/// So many devices that all come at once, each again until it was served: after the time it is told, or one of its own.
/// What was served stays connected, as devices do.
final class StormClient {
    /// What came of it.
    struct Outcome {
        var served = 0
        /// Answers other than 2xx, by their status.
        var refusals: [Int: Int] = [:]
        /// Refusals that did not say when to come again.
        var withoutTime = 0
        /// Connections that did not come about in time, that were closed before an answer, and that stayed without one.
        var unconnected = 0, closed = 0, silent = 0
        /// From the first connection to the last answer.
        var seconds = 0.0
        /// From the beginning of the storm to a device's answer.
        var times = Times()

        var trouble: String {
            let statuses = refusals.sorted { $0.key < $1.key }.map { "\($0.value) answers \($0.key)" }
            let counts = ["\(unconnected) not connected", "\(closed) closed", "\(silent) silent"]
            return (statuses + counts).joined(separator: ", ")
        }
    }

    /// How long a device waits for its connection, and for an answer on it.
    private static let connectSeconds = 10.0, answerSeconds = 30.0
    /// The time after which one that was told none comes again: between these.
    private static let ownWait = 0.5...5.0
    private static let eventsAtOnce = 512
    private static let tickMilliseconds: Int32 = 10

    private let port: UInt16
    private let epoll = epoll_create1(0)
    private var devices: [StormDevice]
    private var events = [epoll_event](repeating: epoll_event(), count: eventsAtOnce)
    private let request: (Int) -> [UInt8]
    private var outcome = Outcome()
    private var start = ContinuousClock.now
    private var now: Double { Timing.seconds(since: start) }

    /// So many devices at a port of this machine, each with its request.
    init(port: UInt16, devices count: Int, _ request: @escaping (Int) -> [UInt8]) {
        self.port = port
        devices = [StormDevice](repeating: StormDevice(), count: count)
        self.request = request
    }

    deinit {
        hangUp()
        close(epoll)
    }

    /// Ends every connection at once.
    func hangUp() { for place in devices.indices { devices[place].hangUp() } }

    /// All come at once; over when each has been served, or this time is.
    func storm(atMost seconds: Double) throws -> Outcome {
        hangUp()
        for place in devices.indices { devices[place].step = .away(until: 0) }
        (outcome, start) = (Outcome(), .now)
        while outcome.served < devices.count, now < seconds {
            sendOut()
            let count = epoll_wait(epoll, &events, Int32(events.count), Self.tickMilliseconds)
            guard count >= 0 || errno == EINTR else { throw BenchmarkFailure("epoll: error \(errno)") }
            for event in events[..<Int(max(0, count))] { proceed(Int(event.data.u64)) }
        }
        outcome.seconds = now
        return outcome
    }

    /// Lets those come whose time it is, and those give up who have waited too long.
    private func sendOut() {
        let now = now
        for place in devices.indices {
            switch devices[place].step {
            case .away(let until) where until <= now: connect(place, now)
            case .connecting(let since) where now - since > Self.connectSeconds:
                outcome.unconnected += 1
                goAway(place)
            case .asking(let since) where now - since > Self.answerSeconds:
                outcome.silent += 1
                goAway(place)
            default: break
            }
        }
    }

    private func connect(_ place: Int, _ now: Double) {
        // On a connection that is still there it asks at once.
        if devices[place].descriptor >= 0 { return ask(place) }
        var event = epoll_event(events: EPOLLOUT.rawValue, data: epoll_data_t(u64: UInt64(place)))
        guard devices[place].connect(port), epoll_ctl(epoll, EPOLL_CTL_ADD, devices[place].descriptor, &event) == 0
        else {
            outcome.unconnected += 1
            return goAway(place)
        }
        devices[place].step = .connecting(since: now)
    }

    private func ask(_ place: Int) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(place)))
        guard epoll_ctl(epoll, EPOLL_CTL_MOD, devices[place].descriptor, &event) == 0,
            devices[place].send(request(place))
        else {
            outcome.closed += 1
            return goAway(place)
        }
        devices[place].step = .asking(since: now)
    }

    private func proceed(_ place: Int) {
        switch devices[place].step {
        case .connecting:
            guard devices[place].isConnected() else {
                outcome.unconnected += 1
                return goAway(place)
            }
            ask(place)
        case .asking: receive(place)
        // The other end closes a connection that was served, or is kept for the next attempt.
        case .away, .served: devices[place].hangUp()
        }
    }

    private func receive(_ place: Int) {
        switch devices[place].receive() {
        case .notYet: break
        case .served:
            devices[place].step = .served
            outcome.served += 1
            outcome.times.add(seconds: now)
        case .sentAway(let status, let retryAfter):
            outcome.refusals[status, default: 0] += 1
            if retryAfter == nil { outcome.withoutTime += 1 }
            devices[place].step = .away(until: now + (retryAfter ?? Double.random(in: Self.ownWait)))
        case .closed:
            outcome.closed += 1
            goAway(place)
        }
    }

    private func goAway(_ place: Int) {
        devices[place].hangUp()
        devices[place].step = .away(until: now + Double.random(in: Self.ownWait))
    }
}
