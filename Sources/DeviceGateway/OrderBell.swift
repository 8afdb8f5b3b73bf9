import FleetCore
import FleetEngine
import Synchronization

/// Ends the polls that are held until there is an order. The engine's way to devices that call in by themselves: an
/// order waits in the engine's state until its device asks for it.
public final class OrderBell: DeviceLink, Sendable {
    /// Polls that may be held at once.
    public static let capacity = 100_000

    /// A poll that is held. Called once, with nil when it is to look again.
    typealias Held = CheckedContinuation<EngineReply?, Never>

    private struct Waiting {
        var held: [UInt32: (ticket: UInt64, poll: Held)] = [:]
        var isDraining = false
    }

    private let waiting = Mutex(Waiting())

    /// A bell that nobody waits for yet.
    public init() {}

    public func send(_ orders: [Order]) {
        let woken = waiting.withLock { waiting in
            waiting.held.isEmpty
                ? [] : orders.compactMap { waiting.held.removeValue(forKey: $0.device.rawValue)?.poll }
        }
        for poll in woken { poll.resume(returning: nil) }
    }

    /// Whether no poll is held any more since the gateway is about to stop.
    package var isDraining: Bool { waiting.withLock { $0.isDraining } }

    /// How many polls are held.
    public var count: Int { waiting.withLock { $0.held.count } }

    /// Holds a device's poll. Called on the engine's thread with the answer that there is no order, so that none can
    /// come in between. A device that polls anew has given up its former poll. False: the poll is not held.
    func hold(_ device: DeviceIndex, ticket: UInt64, _ poll: Held) -> Bool {
        let (isHeld, former): (Bool, Held?) = waiting.withLock { waiting in
            guard !waiting.isDraining, waiting.held.count < Self.capacity else { return (false, nil) }
            let former = waiting.held.updateValue((ticket, poll), forKey: device.rawValue)
            return (true, former?.poll)
        }
        former?.resume(returning: nil)
        return isHeld
    }

    /// Ends a poll whose time is over, unless it was ended.
    func release(_ device: DeviceIndex, ticket: UInt64) {
        let poll = waiting.withLock { waiting -> Held? in
            guard waiting.held[device.rawValue]?.ticket == ticket else { return nil }
            return waiting.held.removeValue(forKey: device.rawValue)?.poll
        }
        poll?.resume(returning: nil)
    }

    /// Ends all polls and holds none any more: the gateway is about to stop.
    func drain() {
        let polls = waiting.withLock { waiting in
            waiting.isDraining = true
            defer { waiting.held = [:] }
            return waiting.held.values.map(\.poll)
        }
        for poll in polls { poll.resume(returning: nil) }
    }
}
