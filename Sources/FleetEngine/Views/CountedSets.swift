import FleetCore

/// What takes a walk over an update's devices to count, kept between two views as long as no fact has come.
struct CountedSets {
    private var revision: UInt64?
    /// How many devices a retry would send once more.
    private(set) var retriable: [UpdateIndex: Int] = [:]
    /// What an approval of a rollback would send back, and where to.
    private(set) var proposedSets: [UpdateIndex: UInt64] = [:]

    /// Counts what a view says: the set of each rollback that waits for a second person, and the retry of what goes back.
    /// A fleet keeps its updates for years, so of those that go forward only the retry of some is counted.
    mutating func count(_ state: FleetState, retriesOf asked: [UpdateIndex]) {
        if revision != state.revision { self = CountedSets() }
        revision = state.revision
        for offset in state.updates.indices {
            let index = state.updates[offset].index
            if state.updates[offset].proposal?.deed == .rollBack, proposedSets[index] == nil {
                proposedSets[index] = state.rollbackRevision(index)
            }
            guard state.updates[offset].goesBack || asked.contains(index), retriable[index] == nil,
                isRetriable(state.updates[offset])
            else { continue }
            retriable[index] = state.retryCount(of: index)
        }
    }

    /// Whether a retry of an update may have something to send.
    private func isRetriable(_ record: UpdateRecord) -> Bool {
        record.status.isFinal
            && (record.tally.failures > 0 || record.goesBack && record.tally[.skipped] > 0)
    }
}
