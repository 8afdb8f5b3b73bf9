import HeapModule

/// The deadlines of attempts under way, the earliest first, so that a tick at which none has passed looks at one of them.
///
/// A deadline may move back after it was noted (a download that moves, a longer allowance that the state gives), never
/// forward without being noted anew; so the top is asked again until it is what the state says.
struct DeadlineQueue: Sendable {
    private struct Entry: Comparable {
        var at: Int64
        var update: UpdateIndex
        var position: UInt32

        static func < (left: Entry, right: Entry) -> Bool {
            (left.at, left.update.rawValue, left.position) < (right.at, right.update.rawValue, right.position)
        }
    }

    private var heap = Heap<Entry>()
    /// Entries after which the queue is made anew: those of attempts that have ended or gone on are most of it then.
    private var limit = smallestLimit
    /// Whether it has to be made anew from the state.
    private var isStale = true

    private static let smallestLimit = 1024

    /// Everything may have changed: the engine takes up a journal, or the allowances are others.
    mutating func invalidate() { isStale = true }

    /// Notes the deadline of a step that has begun.
    mutating func note(
        _ update: UpdateIndex, _ device: DeviceIndex, in state: FleetState, presence: Presence
    ) {
        guard !isStale, let position = state.updates[update.offset].assignments.position(of: device) else { return }
        insert(update, position, state, presence)
    }

    /// The earliest deadline; nil: nothing is under way.
    mutating func earliest(in state: FleetState, presence: Presence) -> Timestamp? {
        if isStale || heap.count > limit { rebuild(state, presence) }
        while let top = heap.min {
            let now = state.deadline(top.update, Position(top.position), presence: presence)
            if now?.milliseconds == top.at { return now }
            heap.removeMin()
            if now != nil { insert(top.update, Position(top.position), state, presence) }
        }
        return nil
    }

    private mutating func insert(
        _ update: UpdateIndex, _ position: Position, _ state: FleetState, _ presence: Presence
    ) {
        guard let deadline = state.deadline(update, position, presence: presence) else { return }
        heap.insert(Entry(at: deadline.milliseconds, update: update, position: UInt32(position)))
    }

    private mutating func rebuild(_ state: FleetState, _ presence: Presence) {
        heap = Heap()
        for update in state.openUpdates {
            for slot in state.updates[update.offset].assignments.live {
                insert(update, Position(slot), state, presence)
            }
        }
        isStale = false
        limit = max(Self.smallestLimit, heap.count * 4)
    }
}
