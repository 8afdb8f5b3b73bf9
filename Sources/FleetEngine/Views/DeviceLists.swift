import FleetCore

/// Sorted, filtered lists of devices, kept between two views as long as they are true.
struct DeviceLists {
    /// As many lists are kept: consoles that look at different things take turns, and each sorts only what has changed. A
    /// list takes 4 bytes a device.
    static let capacity = 8

    /// What a list depends on. `stamp` moves with the facts, or with time where the list depends on last contacts.
    private struct Key: Equatable {
        var filter: DeviceFilter
        var region: String?
        var sort: DeviceSort
        var update: UpdateIndex?
        var stamp: UInt64

        /// Whether it is of the same devices in the same order, at whatever time.
        func isLike(_ other: Key) -> Bool {
            filter == other.filter && region == other.region && sort == other.sort && update == other.update
        }
    }

    /// The latest asked for comes last.
    private var kept: [(key: Key, list: [UInt32])] = []
    /// Devices by id. Kept until devices are added: ids never change.
    private var byID: [UInt32] = []

    /// The list for a query about one update.
    mutating func devices(
        _ query: ViewQuery, update: UpdateIndex?, machine: FleetMachine, now: Timestamp
    ) -> [UInt32] {
        let isTimed = query.sort.key == .lastSeen || query.filter.asksForTime
        // Lists that depend on last contacts are made anew once a second at most.
        let tick = isTimed ? UInt64(bitPattern: now.milliseconds / 1000) &* 0x1_0000_0001 : 0
        let wanted = Key(
            filter: query.filter, region: query.region, sort: query.sort, update: update,
            stamp: machine.state.revision &+ tick)
        if let place = kept.lastIndex(where: { $0.key == wanted }) {
            let found = kept.remove(at: place)
            kept.append(found)
            return found.list
        }
        let list = make(query, update: update, machine: machine, now: now)
        // One that facts or time have overtaken is never asked for again.
        kept.removeAll { $0.key.stamp != wanted.stamp && $0.key.isLike(wanted) }
        if kept.count == Self.capacity { kept.removeFirst() }
        kept.append((wanted, list))
        return list
    }

    private mutating func make(
        _ query: ViewQuery, update: UpdateIndex?, machine: FleetMachine, now: Timestamp
    ) -> [UInt32] {
        let state = machine.state
        orderByID(state.devices)
        var shown = byID
        if query.filter != .everything {
            let places = state.places(query.filter, presence: machine.presence, now: now)
            shown = shown.filter { places[Int($0)] }
        }
        if let region = query.region {
            let number = state.devices.regions.number(of: region) ?? -1
            shown = shown.filter { state.devices.regionNumber(DeviceIndex($0)) == number }
        }
        guard query.sort.key != .id else { return query.sort.isReversed ? shown.reversed() : shown }
        let keys = sortKeys(query.sort, update: update, machine: machine)
        return RadixSort.sorted(shown, by: keys)
    }

    private mutating func orderByID(_ devices: DeviceTable) {
        guard byID.count != devices.count else { return }
        let ids = devices.indices.map { devices.id(DeviceIndex(UInt32($0))) }
        byID = (0..<UInt32(devices.count)).sorted { ids[Int($0)] < ids[Int($1)] }
    }

    /// One number per device; smaller comes first.
    private func sortKeys(_ sort: DeviceSort, update: UpdateIndex?, machine: FleetMachine) -> [UInt32] {
        let devices = machine.state.devices
        var keys: [UInt32]
        switch sort.key {
        case .id: keys = []
        case .region: keys = Self.ranks(devices.regions.all) { devices.regionNumber($0) }(devices)
        case .site: keys = Self.ranks(devices.sites.all) { devices.siteNumber($0) }(devices)
        case .firmware: keys = Self.ranks(devices.versions.all) { devices.firmwareNumber($0) }(devices)
        case .status: keys = Self.each(devices) { Self.statusRank[Int(devices.status($0).rawValue)] }
        case .lastSeen:
            keys = Self.each(devices) { device in
                // Seconds since the epoch; never seen is longest ago.
                machine.presence.lastSeen(device).map { UInt32(clamping: $0.milliseconds / 1000) } ?? 0
            }
        case .state: keys = Self.stateKeys(update, machine.state)
        }
        if sort.isReversed { keys = keys.map { ~$0 } }
        return keys
    }

    /// Offline and never seen first: those need a look.
    private static let statusRank: [UInt32] = [1, 2, 0]

    private static func ranks<Value: Comparable>(
        _ values: [Value], _ number: @escaping (DeviceIndex) -> Int
    ) -> (DeviceTable) -> [UInt32] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = Array(repeating: UInt32(0), count: values.count)
        for (rank, index) in order.enumerated() { ranks[index] = UInt32(rank) }
        return { devices in each(devices) { ranks[number($0)] } }
    }

    private static func each(_ devices: DeviceTable, _ key: (DeviceIndex) -> UInt32) -> [UInt32] {
        devices.indices.map { key(DeviceIndex(UInt32($0))) }
    }

    /// Failed, in progress, retrying, waiting, called off, completed, skipped, and last those without a part in it. In
    /// an update that is rolled back by the part that is shown.
    private static func stateKeys(_ update: UpdateIndex?, _ state: FleetState) -> [UInt32] {
        var keys = Array(repeating: UInt32(9), count: state.devices.count)
        guard let update else { return each(state.devices) { statusRank[Int(state.devices.status($0).rawValue)] } }
        let record = state.update(update), own = record.assignments
        guard record.rollback != nil else {
            for position in 0..<own.count { keys[own.device(position).offset] = rank(own, position) }
            return keys
        }
        let parts = ReturnParts(of: update, in: state)
        for place in 0..<own.count {
            let (shown, position) = state.shownPart(of: update, place, last: parts.last(own.device(place)))
            keys[own.device(place).offset] = rank(state.updates[shown.offset].assignments, position)
        }
        return keys
    }

    private static func rank(_ assignments: AssignmentTable, _ position: Position) -> UInt32 {
        switch assignments.state(position) {
        case .failed: 0
        case .inProgress: 1
        case .retrying: 2
        case .scheduled, .pending: 3
        case .cancelled: 4
        case .completed: assignments.hasTurnedBad(position) ? 0 : 5
        case .skipped: 6
        }
    }
}

extension DeviceFilter {
    /// Whether what it shows changes by time alone.
    fileprivate var asksForTime: Bool {
        if case .selector(let selector) = self { return selector.expression.asksForTime }
        return false
    }
}

extension SelectorExpression {
    fileprivate var asksForTime: Bool {
        switch self {
        case .all: false
        case .comparison(let attribute, _, _): attribute == .unseen
        case .not(let inner): inner.asksForTime
        case .and(let left, let right), .or(let left, let right): left.asksForTime || right.asksForTime
        }
    }
}

/// A stable sort of numbers by small keys, in time proportional to their count: least significant byte first, leaving
/// out bytes in which all keys agree.
enum RadixSort {
    static func sorted(_ items: [UInt32], by keys: [UInt32]) -> [UInt32] {
        var current = items
        var spare = items
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            var starts = Array(repeating: 0, count: 257)
            for item in current { starts[Int(keys[Int(item)] >> shift & 0xff) + 1] += 1 }
            if starts.contains(current.count) { continue }
            for index in 1..<257 { starts[index] += starts[index - 1] }
            for item in current {
                let bucket = Int(keys[Int(item)] >> shift & 0xff)
                spare[starts[bucket]] = item
                starts[bucket] += 1
            }
            swap(&current, &spare)
        }
        return current
    }
}
