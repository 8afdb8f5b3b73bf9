import FleetCore

/// Settings, releases and devices.
extension Oracle {
    mutating func configure(_ settings: FleetSettings) {
        expectCommand("configure", nil, "the settings changed")
        if settings.limits != self.settings.limits {
            // A minute that began under other limits is not counted by the new ones.
            for update in updates.indices { updates[update].starts.removeAll() }
        }
        self.settings = settings
    }

    mutating func add(_ release: Release) {
        expectCommand("add releases", nil, "release \(release.version) was added")
        ledger.expect(
            .approvedBytes, releases[release.version].map { $0.artifacts == release.artifacts } ?? true,
            "release \(release.version) was added again with other artifacts")
        ledger.expect(.audit, releases[release.version] == nil, "release \(release.version) was added twice")
        if releases[release.version] == nil { releases[release.version] = release }
    }

    mutating func register(_ record: DeviceRecord) {
        expectCommand("register", nil, "\(record.id) was registered")
        append(record)
    }

    /// Takes in a device, which must be new.
    mutating func append(_ record: DeviceRecord) {
        ledger.expect(.oneLive, deviceNumbers[record.id] == nil, "\(record.id) was registered twice")
        let region = regions.number(of: record.region), site = sites.number(of: record.site)
        while linkFreeAt.count <= region { linkFreeAt.append(.min) }
        deviceNumbers[record.id] = devices.count
        var account = DeviceAccount(
            record: record, id: record.id, region: region, site: site, isActive: record.lifecycle == .active)
        if let seen = record.lastSeen { account.heardAt = clock.elapsed(at: seen) }
        account.knownAt = account.heardAt
        account.journalledAt = account.heardAt
        devices.append(account)
        standings.append(
            DeviceReading(
                status: record.status, firmware: record.firmware, liveUpdate: nil, lifecycle: record.lifecycle))
        count(devices.count - 1, by: 1)
    }

    mutating func revise(_ device: Int, _ record: DeviceRecord) {
        guard expectDevice(device) else { return }
        let isDecommissioning = step.inHand?.verb == "decommission"
        expectCommand(
            isDecommissioning ? "decommission" : "register", isDecommissioning ? record.id : nil,
            "\(record.id) was revised")
        let wasOut = devices[device].record.lifecycle == .decommissioned
        ledger.expect(
            .offers, !wasOut || record.lifecycle == .decommissioned, "\(record.id) came back after its decommissioning")
        let wasActive = devices[device].isActive, wasHeld = devices[device].isHeld
        ledger.expect(
            .offers, !wasActive || record.lifecycle != .registered, "\(record.id) lost its acceptance by its files")
        ledger.expect(.offers, !wasHeld || record.lifecycle != .active, "\(record.id) is held, and its files freed it")
        ledger.expect(.ownOrders, devices[device].id == record.id, "\(devices[device].id) became \(record.id)")
        let region = regions.number(of: record.region), site = sites.number(of: record.site)
        while linkFreeAt.count <= region { linkFreeAt.append(.min) }
        if region != devices[device].region { markUpdates(of: device) }
        count(device, by: -1)
        devices[device].record = record
        devices[device].region = region
        devices[device].site = site
        setLifecycle(device, record.lifecycle)
        count(device, by: 1)
    }

    /// A device that moved takes its assignments along to the counters of the other region.
    private mutating func markUpdates(of device: Int) {
        for update in updates.indices where updates[update].position(of: device) != nil {
            updates[update].isChanged = true
        }
    }

    /// Online by any report; offline by silence alone, and never before two heartbeats were missed.
    mutating func changeStatus(_ device: Int, _ status: DeviceStatus) {
        guard expectDevice(device) else { return }
        let id = devices[device].id, before = standings[device].status
        ledger.expect(.counters, status != before, "\(id) was \(status) already")
        switch status {
        case .online:
            let isHeard = !step.isSeen || step.reports.contains { $0.device.offset == device }
            ledger.expect(.counters, isHeard, "\(id) is online, and said nothing")
        case .offline:
            let heard = max(devices[device].knownAt, listeningSince)
            let missed = settings.heartbeat.milliseconds * Int64(max(1, settings.missedHeartbeats))
            let isSilent = !step.isSeen || heard == .min || clock.elapsed - heard >= missed
            ledger.expect(.counters, before == .online && isSilent, "\(id) is offline without having been silent")
        case .unknown: ledger.find(.counters, "\(id) was forgotten")
        }
        count(device, by: -1)
        standings[device].status = status
        count(device, by: 1)
    }

    mutating func see(_ sightings: [Sighting]) {
        for sighting in sightings {
            guard expectDevice(sighting.device.offset) else { continue }
            let device = sighting.device.offset, id = devices[device].id
            let at = clock.elapsed(at: sighting.at), heard = devices[device].heardAt
            ledger.expect(.counters, !step.isSeen || at <= heard, "\(id) was seen after it was last heard of")
            devices[device].heardAt = max(heard, at)
            devices[device].knownAt = max(devices[device].knownAt, at)
            devices[device].journalledAt = max(devices[device].journalledAt, at)
        }
    }

    mutating func changeFirmware(_ device: Int, _ version: Version) {
        guard expectDevice(device) else { return }
        let id = devices[device].id, before = standings[device].firmware, isHeld = devices[device].isHeld
        ledger.expect(.counters, !isHeld, "\(id) is held, and what it runs counted")
        let isNews = before != version || devices[device].isUntold
        ledger.expect(.counters, isNews, "\(id) reported \(version) once more, and it counted")
        ledger.expect(.counters, hasContact(device) { $0 == version }, "\(id) never said that it runs \(version)")
        standings[device].firmware = version
        devices[device].isUntold = false
        step.told.append(device)
        noteBefore(device, version)
    }

    /// A device that has not begun to install speaks of what its update has not changed yet: that is what a rollback
    /// owes it.
    private mutating func noteBefore(_ device: Int, _ version: Version) {
        guard let update = standings[device].liveUpdate?.offset,
            let position = updates[update].position(of: device), version != updates[update].goal(position)
        else { return }
        switch updates[update].assignments[position].step {
        case .offered, .downloading: updates[update].assignments[position].before = version
        case .installing, .confirming: return
        }
        if let back = updates[update].rollback, let place = updates[back].position(of: device) {
            updates[back].assignments[place].goal = self.before(device, in: update)
        }
    }

    /// Nobody runs a release that was rolled back, of all that were given it, but those that are under way or wait, and
    /// those that a failure names.
    mutating func checkTakenBack() {
        for device in step.told where standings[device].liveUpdate == nil && isBelieved(device) {
            let firmware = standings[device].firmware
            let givers = updates.indices.compactMap { update in
                generation(givenBy: update, firmware, to: device).map { (update: update, generation: $0) }
            }
            guard let given = givers.max(by: { $0.generation < $1.generation })?.update,
                let back = updates.indices.last(where: {
                    updates[$0].goesBack && origin(of: $0) == origin(of: given)
                        && updates[$0].position(of: device) != nil
                }), let position = updates[back].position(of: device)
            else { continue }
            let assignment = updates[back].assignments[position]
            let isTakenForBack = (assignment.state == .completed || assignment.isThere) && !assignment.hasTurnedBad
            let id = devices[device].id, name = updates[given].definition.id
            expectLater(.rollbackGoal, !isTakenForBack, "\(id) runs \(firmware) of \(name), and counts as sent back")
        }
    }

    /// The number of the attempt by which an update gave a device a version; nil: it did not. An update that was declared
    /// first may come to a device last.
    func generation(givenBy update: Int, _ version: Version, to device: Int) -> UInt32? {
        guard !updates[update].goesBack, updates[update].definition.release == version,
            let position = updates[update].position(of: device)
        else { return nil }
        let assignment = updates[update].assignments[position]
        return assignment.attempts > 0 && assignment.state != .skipped ? assignment.generation : nil
    }

    /// The update that a rollback or a retry belongs to in the end.
    func origin(of update: Int) -> Int {
        var update = update
        while let parent = updates[update].parent { update = parent }
        return update
    }

    /// Whether the device has said in this step what it runs, and that fits; true where inputs are not seen.
    func hasContact(_ device: Int, _ fits: (Version) -> Bool) -> Bool {
        guard step.isSeen else { return true }
        return step.reports.contains { report in
            report.device.offset == device && report.body.saidFirmware.map(fits) ?? false
        }
    }

    /// Whether the device has said in this step that it runs a version, and how much of it it was sent fits; a word of
    /// which nobody counts what was sent never does.
    func hasClaim(_ device: Int, _ version: Version, _ fits: (Int64) -> Bool) -> Bool {
        step.reports.contains { report in
            guard report.device.offset == device, case .claimed(version, let sent) = report.body else { return false }
            return fits(sent)
        }
    }

    /// Bytes of a release; the most there are for one that is not known, which nobody was sent whole.
    func size(of version: Version) -> Int64 {
        releases[version].map { $0.artifacts.reduce(0) { $0 + $1.size } } ?? .max
    }

    /// The device must be registered.
    mutating func expectDevice(_ device: Int) -> Bool {
        guard devices.indices.contains(device) else {
            ledger.find(.counters, "device \(device) is not registered")
            return false
        }
        return true
    }

    /// Takes a device out of all counters, or puts it in, as it stands.
    mutating func count(_ device: Int, by change: Int) {
        let isActive = devices[device].isActive, isUnderWay = devices[device].isUnderWay
        let isOnline = standings[device].status == .online
        if isUnderWay { fleetInFlight += change }
        regions.count(
            devices[device].region, by: change, isActive: isActive, isOnline: isOnline, isUnderWay: isUnderWay)
        sites.count(devices[device].site, by: change, isActive: isActive, isOnline: isOnline, isUnderWay: isUnderWay)
    }
}

extension Report.Body {
    /// The version that a device says it runs, however much of it it was sent.
    var saidFirmware: Version? {
        switch self {
        case .contacted(let firmware): firmware
        case .claimed(let firmware, _): firmware
        default: nil
        }
    }

    /// Whether it is a word by which a device is there.
    var isContact: Bool {
        switch self {
        case .contacted, .claimed, .unreadable: true
        default: false
        }
    }
}
