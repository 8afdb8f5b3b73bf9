import FleetCore

/// What a trial does to terminals, besides what their profile has in store for them.
extension World {
    /// A link goes down or comes up at the world's now.
    func setLink(_ device: DeviceIndex, isUp: Bool) {
        quietSince = now
        if isUp { connect(device.offset) } else { disconnect(device.offset) }
    }

    /// A terminal loses its power for a moment. What it was about to do is forgotten; a download goes on from the bytes
    /// that are there; an installation is void, and nobody is told.
    func cutPower(_ device: DeviceIndex) {
        let offset = device.offset
        quietSince = now
        terminals[offset].heard = nil
        switch terminals[offset].flash.job?.step {
        case .installing:
            write(offset) {
                $0.job = nil
                $0.otherSlot = nil
            }
            setAct(offset, nil)
        case .confirming: break
        default: if terminals[offset].actAt != Terminal.never { setAct(offset, nil) }
        }
        guard terminals[offset].isLinked else { return }
        goOn(offset)
        contact(offset)
    }

    /// What a terminal is at; nil: nothing.
    func step(_ device: DeviceIndex) -> AttemptStep? { terminals[device.offset].flash.job?.step }

    /// Whether it is broken and will never be heard of again.
    func isBroken(_ device: DeviceIndex) -> Bool { terminals[device.offset].flash.silentUntil == .distantFuture }

    /// How many terminals there are.
    var count: Int { terminals.count }
}
