import FleetCore
import NIOCore
import Synchronization

/// Notices two devices under one id. An address that changes proves nothing: a till with two uplinks may call from
/// another one every time. What proves two is what one device cannot do:
///
/// - **Two rhythms.** A device calls in once per interval that it was told, from wherever it does. Two addresses that
///   each keep theirs, with the other's call too early in between, are two that call. Calls at equal distances are left
///   out for a long time: so calls one device that has a shorter interval of its own and two uplinks by turns. But two
///   addresses that keep their intervals strictly by turns, poll for poll, are twice as many calls as one device makes,
///   and nobody's balancing of lines is so regular.
/// - **Two polls at once.** A device gives up its held poll before it polls anew, once in a while. Two that hold polls
///   end each other's as fast as the line lets them. Behind one address their connections tell them apart: a device that
///   lost its line comes back by a new one, and never by the one that it has given up; two go on by turns, each by its
///   own.
/// - **Attributes that go back and forth.** One change is a replaced terminal, and one return is a mistake that was
///   mended; several within a few intervals are two that speak by turns.
///
/// Two devices behind one address that call exactly by turns, and never hold a poll, cannot be told from one that calls
/// twice as often as it was told.
final class CloneWatch: Sendable {
    /// Calls in a row that must keep a rhythm of their own, with the other address's in between.
    static let beats = 4
    /// The same where the calls are at equal distances.
    static let evenBeats = 40
    /// Polls that end one of another address, within so long, that are taken for two devices.
    static let crossings = 10, crossingTime = Duration.seconds(10)
    /// Returns to the attributes before that are taken for two devices, and within how many intervals.
    static let returns = 3, returnIntervals = 4

    private let returnTime: Duration
    private let polls = Mutex<[ExactText: PollTrace]>([:])
    private let attributes = Mutex<[ExactText: AttributeTrace]>([:])

    /// A watch over devices that are told to call in at this interval, where they have no order.
    init(interval: Duration) { returnTime = interval * Self.returnIntervals }

    /// Takes in that a device polls, until `answered` says that its answer is on the way; only of devices that have
    /// proven who they are, so that there are not more of them than the fleet has.
    /// - Parameter connection: Where the poll is held; nil: it is answered at once.
    /// - Returns: What speaks for two devices; nil: nothing.
    func polled(
        _ device: String, from address: String, heldOn connection: (any Channel)? = nil,
        at now: ContinuousClock.Instant = .now
    ) -> String? {
        polls.withLock { polls in
            guard var trace = polls[device] else {
                polls[device] = PollTrace(current: .init(address: address, at: now, connection: connection))
                return nil
            }
            let evidence = trace.polled(from: address, heldOn: connection, at: now)
            polls[device] = evidence == nil ? trace : nil
            return evidence
        }
    }

    /// Takes in that a device's poll from this address is answered, and when it was told to call in again.
    func answered(
        _ device: String, from address: String, heldOn connection: (any Channel)? = nil, again interval: Duration,
        at now: ContinuousClock.Instant = .now
    ) {
        polls.withLock { $0[device]?.answered(from: address, heldOn: connection, again: interval, at: now) }
    }

    /// Takes in what tells a device from others, as it says itself; nothing is no evidence.
    /// - Returns: What speaks for two devices; nil: nothing.
    func described(_ device: String, as said: [String], at now: ContinuousClock.Instant = .now) -> String? {
        guard !said.isEmpty else { return nil }
        return attributes.withLock { attributes in
            guard var trace = attributes[device] else {
                attributes[device] = AttributeTrace(current: said, since: now)
                return nil
            }
            let evidence = trace.described(as: said, at: now, within: returnTime)
            attributes[device] = evidence == nil ? trace : nil
            return evidence
        }
    }
}

/// A connection that is known as long as it lasts. A box, since copies of a trace with weak references in it are dear, and
/// most polls are held by none.
private final class HeldConnection: Sendable {
    weak let channel: (any Channel)?

    init(_ channel: any Channel) { self.channel = channel }
}

/// The last polls of one device, from the two addresses it used last.
private struct PollTrace {
    struct Poll {
        var address: String
        /// When it came; once it is answered, when that was: from then on a client waits.
        var at: ContinuousClock.Instant
        /// When the device was told to call in again; nil: it is not answered yet.
        var interval: Duration?
        /// The connection on which it is held; nil: it is not held.
        var held: HeldConnection?
        /// See `held`; nil also if the connection is no more.
        var connection: (any Channel)? { held?.channel }

        init(
            address: String, at: ContinuousClock.Instant, interval: Duration? = nil, connection: (any Channel)? = nil
        ) {
            (self.address, self.at, self.interval) = (address, at, interval)
            held = connection.map(HeldConnection.init)
        }
    }

    var current: Poll
    private var former: Poll?
    private var beats = 0, evenBeats = 0
    private var crossings = Crossings(), returns = Crossings()
    /// The connection that held the poll before, if it is another than that of the last.
    private var formerConnection: HeldConnection?

    init(current: Poll) { self.current = current }

    mutating func answered(
        from address: String, heldOn connection: (any Channel)?, again interval: Duration,
        at now: ContinuousClock.Instant
    ) {
        let answered = Poll(address: address, at: now, interval: interval, connection: connection)
        if current.address == address {
            // The answer of one that another has ended is not the other's.
            if current.connection === connection { current = answered }
        } else if former?.address == address, former?.interval == nil {
            former = answered
        }
    }

    mutating func polled(
        from address: String, heldOn connection: (any Channel)?, at now: ContinuousClock.Instant
    ) -> String? {
        let poll = Poll(address: address, at: now, connection: connection)
        guard address != current.address else {
            countReturn(by: connection, now)
            (current, beats, evenBeats) = (poll, 0, 0)
            return returns.isEnough ? "two connections from \(address), with polls at the same time" : nil
        }
        let beat = beat(address, now)
        beats = beat == .uneven ? beats + 1 : 0
        evenBeats = beat == nil ? 0 : evenBeats + 1
        if current.interval == nil { crossings.count(now) }
        let addresses = "addresses \(current.address) and \(address)"
        (former, current) = (current, poll)
        if beats >= CloneWatch.beats { return "\(addresses), each at an interval of its own" }
        if evenBeats >= CloneWatch.evenBeats { return "\(addresses), each at the interval that one is told, by turns" }
        if crossings.isEnough { return "\(addresses), with polls at the same time" }
        return nil
    }

    /// A poll that comes one interval after the one before from its address, with another address's in between.
    private enum Beat {
        /// The other address's came in the middle.
        case even
        /// It came out of step with both.
        case uneven
    }

    /// What this poll is of a rhythm; nil: nothing.
    private func beat(_ address: String, _ now: ContinuousClock.Instant) -> Beat? {
        guard let former, former.address == address, let interval = former.interval, let other = current.interval
        else { return nil }
        let own = now - former.at, before = current.at - former.at, after = now - current.at
        // A client waits for the whole interval, and takes its time to call.
        let isOnTime = own >= interval * 0.98 && own <= interval * 1.05 + .seconds(1)
        let distance = before > after ? before - after : after - before
        let isEarly = before < interval * 0.9 || after < other * 0.9
        guard isOnTime, isEarly else { return nil }
        return distance > interval / 50 + .milliseconds(500) ? .uneven : .even
    }

    /// A poll by the connection before, while one by another that is open is held.
    private mutating func countReturn(by connection: (any Channel)?, _ now: ContinuousClock.Instant) {
        let last = current.connection
        guard let connection, let last, connection !== last else { return }
        if formerConnection?.channel === connection, current.interval == nil, last.isActive { returns.count(now) }
        formerConnection = current.held
    }
}

/// How often polls were held at the same time, of late.
private struct Crossings {
    private var number = 0
    private var since: ContinuousClock.Instant?

    mutating func count(_ now: ContinuousClock.Instant) {
        if let since, now - since <= CloneWatch.crossingTime {
            number += 1
        } else {
            (number, since) = (1, now)
        }
    }

    var isEnough: Bool { number >= CloneWatch.crossings }
}

/// What one device says of itself, and what it said before.
private struct AttributeTrace {
    var current: [String]
    private var former: [String]?
    private var returns = 0
    private var since: ContinuousClock.Instant

    init(current: [String], since: ContinuousClock.Instant) {
        self.current = current
        self.since = since
    }

    mutating func described(
        as said: [String], at now: ContinuousClock.Instant, within time: Duration
    ) -> String? {
        guard said != current else { return nil }
        let isReturn = said == former && now - since <= time
        if !isReturn { (returns, since) = (0, now) }
        let evidence = Self.difference(current, said)
        (former, current) = (current, said)
        if isReturn { returns += 1 }
        return returns >= CloneWatch.returns ? evidence : nil
    }

    /// What differs, in a few words: the rest is the same for both, and would leave no room for it.
    private static func difference(_ one: [String], _ other: [String]) -> String {
        let first = one.filter { !other.contains($0) }.joined(separator: ", ")
        let second = other.filter { !one.contains($0) }.joined(separator: ", ")
        if first.isEmpty || second.isEmpty { return "attributes with and without \(first + second), by turns" }
        return "attributes \(first) and \(second), by turns"
    }
}
