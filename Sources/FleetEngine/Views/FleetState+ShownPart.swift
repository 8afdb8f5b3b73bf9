import FleetCore

extension FleetState {
    /// The part of a device that says most of it: of an update that is rolled back, the one in the last rollback, or retry
    /// of one, that is for the device. A failure that left nothing to send back stays in sight.
    /// - Parameter last: Its last part in what goes back of the update; nil: it has none.
    func shownPart(of update: UpdateIndex, _ position: Position, last: ReturnParts.Part?) -> ReturnParts.Part {
        guard let last, !updates[update.offset].goesBack else { return (update, position) }
        let hasFailed =
            updates[update.offset].assignments.state(position) == .failed
            || updates[update.offset].assignments.hasTurnedBad(position)
        if hasFailed, updates[last.update.offset].assignments.state(last.position) == .skipped {
            return (update, position)
        }
        return last
    }
}
