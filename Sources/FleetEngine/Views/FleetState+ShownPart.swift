import FleetCore

extension FleetState {
    /// The part of a device that says most of it: while an update is rolled back, the one in the rollback, which moves.
    /// A failure that left nothing to send back stays in sight.
    func shownPart(of update: UpdateIndex, _ position: Position) -> (update: UpdateIndex, position: Position) {
        let own = updates[update.offset]
        let device = own.assignments.device(position)
        guard let latest = own.rollback,
            let rollback = updates[latest.offset].assignments.position(of: device) == nil
                ? rollbacks(of: update).last(where: { updates[$0.offset].assignments.position(of: device) != nil })
                : latest,
            let back = updates[rollback.offset].assignments.position(of: device)
        else { return (update, position) }
        let hasFailed = own.assignments.state(position) == .failed || own.assignments.hasTurnedBad(position)
        if hasFailed, updates[rollback.offset].assignments.state(back) == .skipped { return (update, position) }
        return (rollback, back)
    }
}
