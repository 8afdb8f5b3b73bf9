extension FleetState {
    /// Whether a device has an order of this generation, or had it. Of an update that it was tried in more than once only
    /// the last one is kept: any before that may have been its own. What was given between a backup and its restore is not
    /// in the journal, and may have been anybody's.
    public func hasGiven(_ generation: UInt32, to device: DeviceIndex) -> Bool {
        guard generation > 0 else { return false }
        if renumberings.contains(where: { $0 >= generation && $0 - generation < Self.restoreStride }) { return true }
        return updates.contains { update in
            guard let position = update.assignments.position(of: device) else { return false }
            let last = update.assignments.generation(position)
            return generation == last || generation < last && update.assignments.attempt(position) > 1
        }
    }

    /// What a device is to do now, worked out from state alone; nil: nothing, as for any that is not in service.
    public func order(for device: DeviceIndex) -> Order? {
        guard devices.lifecycle(device) == .active, let update = devices.liveUpdate(device),
            let position = updates[update.offset].assignments.position(of: device),
            updates[update.offset].assignments.state(position) == .inProgress
        else { return nil }
        let target = targetVersion(update, position)
        let isRollback = updates[update.offset].goesBack
        return Order(
            device: device, update: update, attempt: updates[update.offset].assignments.attempt(position),
            generation: updates[update.offset].assignments.generation(position), release: target,
            size: releases[target]?.size ?? 0, isRollback: isRollback,
            isWithdrawn: isWithdrawn(update, position))
    }

    /// Whether the order of an assignment is taken back: its update was stopped by somebody or by a gate, and the device
    /// is not past the point of no return as far as it has said.
    public func isWithdrawn(_ update: UpdateIndex, _ position: Position) -> Bool {
        guard let step = updates[update.offset].assignments.step(position) else { return false }
        return step < .installing && updates[update.offset].startsEnded?.withdrawsOrders ?? false
    }

    /// The orders of an update that are taken back.
    public func withdrawnOrders(of update: UpdateIndex) -> [Order] {
        updates[update.offset].assignments.live.compactMap { slot in
            guard isWithdrawn(update, Position(slot)) else { return nil }
            return order(for: updates[update.offset].assignments.device(Position(slot)))
        }
    }

    /// What every device with an attempt under way is to do now, in the order of the updates.
    public var orders: [Order] {
        openUpdates.flatMap { update in
            updates[update.offset].assignments.live.compactMap {
                order(for: updates[update.offset].assignments.device(Position($0)))
            }
        }
    }
}
