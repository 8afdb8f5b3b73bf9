import FleetCore

extension FleetState {
    /// The part of a device that says most of it: of an update that is rolled back, the one in the last rollback, or retry
    /// of one, that is for the device. A failure that left nothing to send back stays in sight.
    /// - Parameter returns: What goes back of the update, in order.
    func shownPart(
        of update: UpdateIndex, _ position: Position, returns: [UpdateIndex]
    ) -> (update: UpdateIndex, position: Position) {
        let own = updates[update.offset]
        let device = own.assignments.device(position)
        guard !own.goesBack,
            let rollback = returns.last(where: { updates[$0.offset].assignments.position(of: device) != nil }),
            let back = updates[rollback.offset].assignments.position(of: device)
        else { return (update, position) }
        let hasFailed = own.assignments.state(position) == .failed || own.assignments.hasTurnedBad(position)
        if hasFailed, updates[rollback.offset].assignments.state(back) == .skipped { return (update, position) }
        return (rollback, back)
    }
}
