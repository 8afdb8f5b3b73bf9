extension FleetState {
    /// By how much the numbers of orders rise at a restore: more orders than any fleet gives between a backup and the
    /// moment at which it is needed, and few enough for a hundred restores in the life of a journal.
    static let restoreStride: UInt32 = 1 << 24

    /// What has to follow from a backup that takes the place of its journal. What engine and devices did since is not
    /// in it, so that it must not be gone on with as if nothing had happened:
    ///
    /// - No order may carry the number of one that was given since: a device would take it for done, or what it says of
    ///   the one would count for the other.
    /// - An update that runs in the backup may have been stopped since, for a good reason. Each is paused, until an
    ///   operator has looked.
    /// - An order that was under way is given again only by an operator's going on: the device may have been sent back
    ///   to its former release meanwhile. One that runs the release says so at its next contact, and has completed.
    func decideRestore(by name: String, now: Timestamp) throws(Refusal) -> [Event] {
        guard Int(generation) + Int(Self.restoreStride) <= StateBounds.largestGeneration else {
            throw Refusal(
                "this journal has given \(generation) orders, and cannot be restored once more",
                remedy: "begin a new one: move the state folder away, and start the engine")
        }
        return [.ordersRenumbered(behind: generation + Self.restoreStride)]
            + openUpdates.flatMap { setAside(updates[$0.offset], by: name, now: now) }
    }

    private func setAside(_ record: UpdateRecord, by name: String, now: Timestamp) -> [Event] {
        var events: [Event] = []
        // One whose starts have ended needs no pause, and ends by itself.
        if record.startsEnded == nil, [.running, .scheduled, .awaitingApproval].contains(record.status) {
            events.append(.updatePaused(record.index, .operatorPaused(name: name)))
        }
        for slot in record.assignments.live where record.assignments.state(Position(slot)) == .inProgress {
            let device = record.assignments.device(Position(slot))
            let mayGoOn = record.startsEnded == nil && devices.lifecycle(device) == .active
            events.append(.attemptFailed(record.index, device, .notKnown, retryAt: mayGoOn ? now : nil))
        }
        return events
    }
}
