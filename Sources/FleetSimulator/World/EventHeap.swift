/// What may happen to a terminal by itself. The order is that of events at one instant.
enum EventKind: UInt8 {
    /// Its link goes down.
    case disconnect = 0
    /// Its link comes up.
    case connect = 1
    /// What it is at comes to its next point.
    case act = 2
    /// It says that it is there.
    case heartbeat = 3
}

/// One moment of one terminal.
struct WorldEvent: Comparable {
    /// Milliseconds since the epoch.
    var at: Int64
    var device: UInt32
    var kind: EventKind

    static func < (left: WorldEvent, right: WorldEvent) -> Bool {
        if left.at != right.at { return left.at < right.at }
        if left.device != right.device { return left.device < right.device }
        return left.kind.rawValue < right.kind.rawValue
    }
}

/// A binary heap, the earliest event on top. Events are ordered in full, so that what comes out does not depend on the
/// order in which it went in.
struct EventHeap<Event: Comparable> {
    private var events: [Event] = []

    /// The earliest event.
    var first: Event? { events.first }

    mutating func insert(_ event: Event) {
        events.append(event)
        var child = events.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard events[child] < events[parent] else { return }
            events.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() {
        guard let last = events.popLast(), !events.isEmpty else { return }
        events[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < events.count && events[child] < events[least] {
                least = child
            }
            guard least != parent else { return }
            events.swapAt(parent, least)
            parent = least
        }
    }
}
