/// Where the devices of an update stand in what goes back of it: each by the last rollback, or retry of one, that is for it.
/// Made in one pass over these, so that what counts a fleet's devices searches for none.
public struct ReturnParts: Sendable {
    /// A device's place in an update that goes back.
    public typealias Part = (update: UpdateIndex, position: Position)

    /// What goes back, in order.
    public let returns: [UpdateIndex]
    /// What had brought devices to the release that is taken back: the update, and its retries.
    let brought: [UpdateIndex]
    /// By the device's index: the place in `returns`, counted from 1, and the position there; 0: it has none.
    private var places: [UInt16], positions: [UInt32]

    /// The parts in what goes back of an update.
    public init(of update: UpdateIndex, in state: FleetState) {
        returns = state.returns(of: update)
        let root = state.root(of: update), all = returns.isEmpty ? 0..<0 : state.updates.indices
        let forward = all.filter { !state.updates[$0].goesBack }.map { state.updates[$0].index }
        brought = forward.filter { state.root(of: $0) == root }
        places = Array(repeating: 0, count: returns.isEmpty ? 0 : state.devices.count)
        positions = Array(repeating: 0, count: places.count)
        for (offset, back) in returns.enumerated() {
            let assignments = state.updates[back.offset].assignments
            for position in 0..<assignments.count {
                let device = assignments.device(position).offset
                places[device] = UInt16(offset + 1)
                positions[device] = UInt32(position)
            }
        }
    }

    /// The last part of a device; nil: nothing that goes back is for it.
    public func last(_ device: DeviceIndex) -> Part? {
        guard device.offset < places.count, places[device.offset] > 0 else { return nil }
        return (returns[Int(places[device.offset]) - 1], Int(positions[device.offset]))
    }
}

extension FleetState {
    /// The last part of one device in what goes back of an update; nil: nothing is for it.
    public func lastPart(_ device: DeviceIndex, in returns: [UpdateIndex]) -> ReturnParts.Part? {
        for back in returns.reversed() {
            if let position = updates[back.offset].assignments.position(of: device) { return (back, position) }
        }
        return nil
    }
}
