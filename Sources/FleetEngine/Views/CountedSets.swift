import FleetCore

/// What takes a walk over an update's devices to count, kept between two views as long as no fact has come.
struct CountedSets {
    private var revision: UInt64?
    /// How many devices a retry would send once more.
    private(set) var retriable: [UpdateIndex: Int] = [:]
    /// What an approval of a rollback would send back, and where to.
    private(set) var proposedSets: [UpdateIndex: UInt64] = [:]
    /// How many devices are back, of what goes back or was rolled back.
    private(set) var returns: [UpdateIndex: FleetState.ReturnCount] = [:]
    /// Where the devices of the update in focus stand that are to come back, by region, and those that it had brought.
    private(set) var wayBack: [UpdateIndex: (regions: [Tally], completed: FleetState.CompletedCount)] = [:]

    /// Counts what a view says: who is back, the set of each rollback that waits for a second person, and the retry of what
    /// goes back. A fleet keeps its updates for years, so of those that go forward only the retry of some is counted.
    mutating func count(_ state: FleetState, focus: UpdateIndex?, retriesOf asked: [UpdateIndex]) {
        if revision != state.revision { self = CountedSets() }
        revision = state.revision
        if let focus, state.updates[focus.offset].rollback != nil, wayBack[focus] == nil {
            wayBack[focus] = state.returnTallies(of: focus)
        }
        for offset in state.updates.indices {
            let index = state.updates[offset].index
            if Self.saysWhoIsBack(state.updates[offset]), returns[index] == nil {
                returns[index] = state.returnCount(of: index)
            }
            if state.updates[offset].proposal?.deed == .rollBack, proposedSets[index] == nil {
                proposedSets[index] = state.rollbackRevision(index)
            }
            guard state.updates[offset].goesBack || asked.contains(index), retriable[index] == nil,
                isRetriable(state.updates[offset])
            else { continue }
            retriable[index] = state.retryCount(of: index)
        }
    }

    /// Whether its line says how many are back.
    static func saysWhoIsBack(_ record: UpdateRecord) -> Bool {
        record.status == .halted && record.rollback != nil || record.status == .rolledBack
            || record.goesBack && record.status == .completed
    }

    /// Whether a retry of an update may have something to send.
    private func isRetriable(_ record: UpdateRecord) -> Bool {
        record.status.isFinal
            && (record.tally.failures > 0 || record.goesBack && record.tally[.skipped] > 0)
    }
}
