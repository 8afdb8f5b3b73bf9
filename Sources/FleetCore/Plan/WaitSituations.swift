/// Everything that tells the reasons of two waiting devices of one update apart, packed into one number: devices in the
/// same situation wait for the same kind of thing, so that one of them is asked for all.
struct WaitSituations {
    private let devices: DeviceTable
    private let update: UInt16
    /// The contact after which a device is no longer waiting for one; nil: the update waits for none.
    private let contactAfter: Timestamp?
    private let presence: Presence

    init(_ state: FleetState, _ record: UpdateRecord, presence: Presence) {
        devices = state.devices
        update = record.index.rawValue
        if case .onConnect = record.definition.strategy { contactAfter = record.startedAt } else { contactAfter = nil }
        self.presence = presence
    }

    /// The situation of a device that has not begun. Counters of a site beyond 1,023 count as that many: a store has
    /// fewer terminals.
    func situation(of device: DeviceIndex) -> UInt64 {
        let offset = device.offset
        var key = UInt64(devices.statuses[offset].rawValue)
        let busy = devices.liveUpdates[offset]
        if busy != DeviceTable.noUpdate, busy != update { key |= 1 << 2 }
        if let contactAfter, presence.lastSeen(device) ?? .distantPast > contactAfter { key |= 1 << 3 }
        key |= UInt64(devices.zoneNumbers[offset] & 0x3ff) << 4
        key |= UInt64(devices.regionNumbers[offset]) << 14
        let site = Int(devices.siteNumbers[offset])
        key |= Self.packed(devices.siteCounts[site].active) << 30
        key |= Self.packed(devices.siteCounts[site].working) << 40
        key |= Self.packed(devices.siteCounts[site].inFlight) << 50
        key |= UInt64(devices.lifecycles[offset].rawValue) << 60
        return key
    }

    private static func packed(_ count: Int) -> UInt64 { UInt64(min(max(count, 0), 1023)) }
}

/// Situations that were asked already, in a table of fixed size: one that falls on a taken place takes it over, and
/// the other is asked again.
struct WaitMemo {
    private static let places = 4096
    private var situations = [UInt64](repeating: .max, count: places)
    private var groups = [Int32](repeating: 0, count: places)

    subscript(situation: UInt64) -> Int? {
        get {
            let place = Self.place(of: situation)
            return situations[place] == situation ? Int(groups[place]) : nil
        }
        set {
            guard let newValue else { return }
            let place = Self.place(of: situation)
            situations[place] = situation
            groups[place] = Int32(newValue)
        }
    }

    /// Fibonacci hashing: the upper bits of a multiplication mix all bits below.
    private static func place(of situation: UInt64) -> Int {
        Int((situation &* 0x9e37_79b9_7f4a_7c15) >> 52)
    }
}

/// How many wait for what, one entry for each kind of reason.
struct WaitGroups {
    private(set) var all: [(reason: WaitReason, count: Int)] = []

    /// Counts some devices; gives the number of their group.
    @discardableResult
    mutating func add(_ reason: WaitReason, _ count: Int) -> Int {
        if let index = all.firstIndex(where: { $0.reason.isSameKind(as: reason) }) {
            all[index].count += count
            return index
        }
        all.append((reason, count))
        return all.count - 1
    }

    /// One device more in a group.
    mutating func count(_ group: Int) { all[group].count += 1 }
}
