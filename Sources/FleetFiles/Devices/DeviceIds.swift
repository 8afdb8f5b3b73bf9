import FleetCore

/// Which ids were seen, and where: open addressing over indices into the devices, 20 bytes a device instead of a
/// dictionary's hundred.
struct DeviceIds {
    /// Half of an id's hash above its device's index; all ones for a free slot. With the hash at hand, other ids are told
    /// apart and slots are moved without a look at the ids themselves.
    private var slots = [UInt64](repeating: .max, count: 1024)
    private var lines: [UInt32] = []

    /// The line of the device that has this id already; otherwise nil, and the id of the device that comes next in
    /// `devices` is noted.
    mutating func note(_ id: String, line: Int, devices: [DeviceRecord]) -> Int? {
        if (lines.count + 1) * 2 > slots.count { grow() }
        let hash = Self.hash(of: id)
        let slot = slot(of: id, hash: hash, devices: devices)
        if slots[slot] != .max { return Int(lines[Self.index(slots[slot])]) }
        slots[slot] = UInt64(hash) << 32 | UInt64(lines.count)
        lines.append(UInt32(clamping: line))
        return nil
    }

    /// Whether a device of this id was noted.
    func has(_ id: String, devices: [DeviceRecord]) -> Bool {
        slots[slot(of: id, hash: Self.hash(of: id), devices: devices)] != .max
    }

    private static func hash(of id: String) -> UInt32 { UInt32(truncatingIfNeeded: id.hashValue) }
    private static func index(_ slot: UInt64) -> Int { Int(slot & 0xffff_ffff) }

    private func slot(of id: String, hash: UInt32, devices: [DeviceRecord]) -> Int {
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] != .max {
            if slots[slot] >> 32 == hash, devices[Self.index(slots[slot])].id == id { break }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func grow() {
        let mask = slots.count * 2 - 1
        var larger = [UInt64](repeating: .max, count: mask + 1)
        for entry in slots where entry != .max {
            var slot = Int(entry >> 32) & mask
            while larger[slot] != .max { slot = (slot + 1) & mask }
            larger[slot] = entry
        }
        slots = larger
    }
}
