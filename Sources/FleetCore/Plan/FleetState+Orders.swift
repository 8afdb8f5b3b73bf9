extension FleetState {
    /// What a device is to do now, worked out from state alone; nil: nothing.
    public func order(for device: DeviceIndex) -> Order? {
        guard let update = devices.liveUpdate(device),
            let position = updates[update.offset].assignments.position(of: device),
            updates[update.offset].assignments.state(position) == .inProgress
        else { return nil }
        let target = targetVersion(update, position)
        let isRollback = updates[update.offset].goesBack
        return Order(
            device: device, update: update, attempt: updates[update.offset].assignments.attempt(position),
            generation: updates[update.offset].assignments.generation(position), release: target,
            size: isRollback ? 0 : releases[target]?.size ?? 0, isRollback: isRollback)
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
