import FleetCore

/// What whoever carries the words of terminals has to tell their world.
extension World {
    /// What a terminal takes for fetched is not there, or is not what it should be: it gives the order up, unless it has
    /// gone on to another or restarts already.
    public func giveUp(_ device: DeviceIndex, order generation: UInt32, _ cause: FailureCause) {
        guard let job = terminals[device.offset].flash.job, job.order.generation == generation, job.step < .confirming
        else { return }
        quietSince = now
        setAct(device.offset, nil)
        giveUp(device.offset, job, cause)
    }
}
