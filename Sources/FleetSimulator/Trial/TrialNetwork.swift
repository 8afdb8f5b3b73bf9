import FleetCore

/// What lies between the terminals and the engine: it loses, doubles, delays and cuts off.
final class TrialNetwork {
    /// What the network does, in thousandths of the messages.
    struct Weather {
        var loss = 0, duplication = 0, reordering = 0
        /// The longest delay of a message that is overtaken: what a server's time limits leave.
        var longestDelay = Duration.seconds(30)
    }

    /// What one message carries.
    enum Message {
        case report(Report)
        case order(Order)

        var device: DeviceIndex {
            switch self {
            case .report(let report): report.device
            case .order(let order): order.device
            }
        }
    }

    private struct Parcel: Comparable {
        var at: Timestamp
        var number: UInt64
        var message: Message

        static func < (left: Parcel, right: Parcel) -> Bool {
            (left.at.milliseconds, left.number) < (right.at.milliseconds, right.number)
        }
        static func == (left: Parcel, right: Parcel) -> Bool { left.number == right.number }
    }

    /// What it does now; nil: it is calm, and everything arrives at once.
    var weather: Weather?
    private(set) var counts = FaultCounts()
    private var random: TrialRandom
    private var parcels = EventHeap<Parcel>()
    private var posted: UInt64 = 0
    /// Until when each terminal is cut off.
    private var cutUntil: [Timestamp]

    init(terminals: Int, random: TrialRandom) {
        self.random = random
        cutUntil = Array(repeating: .distantPast, count: terminals)
    }

    /// When the next message arrives.
    var nextArrival: Timestamp? { parcels.first?.at }

    /// Cuts a terminal off.
    func cut(_ device: Int, until end: Timestamp) { cutUntil[device] = max(cutUntil[device], end) }

    /// Heals every cut.
    func heal() { cutUntil = Array(repeating: .distantPast, count: cutUntil.count) }

    func post(_ message: Message, at now: Timestamp) {
        let device = message.device.offset
        if device < cutUntil.count, cutUntil[device] > now {
            counts[.partition] += 1
            return
        }
        guard let weather else { return put(message, at: now) }
        if random.chance(weather.loss) {
            counts[.loss] += 1
            return
        }
        put(message, at: arrival(weather, now))
        if random.chance(weather.duplication) {
            counts[.duplication] += 1
            put(message, at: now + random.duration(.zero...weather.longestDelay))
        }
    }

    private func arrival(_ weather: Weather, _ now: Timestamp) -> Timestamp {
        guard random.chance(weather.reordering) else { return now + .milliseconds(Int64(random.number(0...400))) }
        counts[.reordering] += 1
        return now + random.duration(.seconds(1)...weather.longestDelay)
    }

    private func put(_ message: Message, at time: Timestamp) {
        posted += 1
        parcels.insert(Parcel(at: time, number: posted, message: message))
    }

    /// What has arrived by now, in order. A terminal that was cut off meanwhile is not reached.
    func arrivals(by now: Timestamp) -> [Message] {
        var arrived: [Message] = []
        while let parcel = parcels.first, parcel.at <= now {
            parcels.removeFirst()
            let device = parcel.message.device.offset
            if device < cutUntil.count, cutUntil[device] > now {
                counts[.partition] += 1
            } else {
                arrived.append(parcel.message)
            }
        }
        return arrived
    }
}
