import FleetCore

/// Which ids were seen, and where: open addressing over indices into the devices, 12 bytes a device instead of a
/// dictionary's hundred.
struct DeviceIds {
    private var slots = [UInt32](repeating: .max, count: 1024)
    private var lines: [UInt32] = []

    /// The line of the device that has this id already; otherwise nil, and the id of the device that comes next in
    /// `devices` is noted.
    mutating func note(_ id: String, line: Int, devices: [DeviceRecord]) -> Int? {
        if (lines.count + 1) * 2 > slots.count { grow(devices) }
        let slot = slot(of: id, devices: devices)
        if slots[slot] != .max { return Int(lines[Int(slots[slot])]) }
        slots[slot] = UInt32(lines.count)
        lines.append(UInt32(clamping: line))
        return nil
    }

    /// Whether a device of this id was noted.
    func has(_ id: String, devices: [DeviceRecord]) -> Bool { slots[slot(of: id, devices: devices)] != .max }

    private func slot(of id: String, devices: [DeviceRecord]) -> Int {
        let mask = slots.count - 1
        var slot = id.hashValue & mask
        while slots[slot] != .max, devices[Int(slots[slot])].id != id { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow(_ devices: [DeviceRecord]) {
        let mask = slots.count * 2 - 1
        slots = [UInt32](repeating: .max, count: mask + 1)
        for index in lines.indices {
            var slot = devices[index].id.hashValue & mask
            while slots[slot] != .max { slot = (slot + 1) & mask }
            slots[slot] = UInt32(index)
        }
    }
}
