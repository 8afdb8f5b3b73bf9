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
    private var groups: [(reason: WaitReason, count: Int)] = []

    /// The groups. What is true of one device only is not said of several.
    var all: [(reason: WaitReason, count: Int)] {
        groups.map { ($0.count > 1 ? $0.reason.withoutMoment : $0.reason, $0.count) }
    }

    /// Counts some devices; gives the number of their group.
    @discardableResult
    mutating func add(_ reason: WaitReason, _ count: Int) -> Int {
        if let index = groups.firstIndex(where: { $0.reason.isSameKind(as: reason) }) {
            groups[index].reason = groups[index].reason.merged(with: reason)
            groups[index].count += count
            return index
        }
        groups.append((reason, count))
        return groups.count - 1
    }

    /// One device more in a group, in the same situation as one that was added.
    mutating func count(_ group: Int) { groups[group].count += 1 }

    /// What a group waits for.
    func reason(_ group: Int) -> WaitReason { groups[group].reason }
}

extension WaitReason {
    /// What stands in the place of a name where a reason holds for several.
    private static let severalSites = "several sites", severalUpdates = "several updates"

    /// The site or the update that a reason names, if it is one.
    var place: (site: String?, update: String?) {
        switch self {
        case .floor(let site, _), .limit(.site(let site, _)): (site == Self.severalSites ? nil : site, nil)
        case .busy(let update): (nil, update == Self.severalUpdates ? nil : update)
        default: (nil, nil)
        }
    }

    /// The reason of devices that were in contact last at moments of their own.
    fileprivate var withoutMoment: WaitReason {
        if case .offline = self { .offline(since: nil) } else { self }
    }

    /// What holds for both of two reasons of one kind: places that differ are several, and of moments the first stands for
    /// both, at which the first of the devices goes on.
    fileprivate func merged(with other: WaitReason) -> WaitReason {
        guard self != other else { return self }
        switch (self, other) {
        case (.offline, .offline): return .offline(since: nil)
        case (.window(let first), .window(let second)):
            return .window(opensAt: [first, second].compactMap { $0 }.min())
        case (.freeze(let name, let first), .freeze(let another, let second)):
            return .freeze(name: name == another ? name : "several", until: min(first, second))
        case (.rate(let first), .rate(let second)): return .rate(until: min(first, second))
        case (.backingOff(let first), .backingOff(let second)): return .backingOff(until: min(first, second))
        case (.bandwidth(let region, let first), .bandwidth(let another, let second)):
            return .bandwidth(region: region == another ? region : "several regions", until: min(first, second))
        case (.floor(let site, let first), .floor(let another, let second)):
            return .floor(site: site == another ? site : Self.severalSites, working: min(first, second))
        case (.busy, .busy): return .busy(update: Self.severalUpdates)
        case (.limit(.region(_, let first)), .limit(.region(_, let second))):
            return .limit(.region("several regions", min(first, second)))
        case (.limit(.site(_, let first)), .limit(.site(_, let second))):
            return .limit(.site(Self.severalSites, min(first, second)))
        default: return self
        }
    }
}
