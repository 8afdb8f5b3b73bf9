extension DeviceTable {
    /// Takes in a device; it gets the next index.
    mutating func append(_ record: DeviceRecord) {
        identity.append(id: record.id, name: record.name, address: record.address)
        siteNumbers.append(UInt32(internSite(record.site)))
        regionNumbers.append(UInt16(internRegion(record.region)))
        locationNumbers.append(UInt32(locations.intern(record.location)))
        zoneNumbers.append(UInt16(internZone(record.timeZone)))
        tagNumbers.append(UInt32(tagSets.intern(record.tags)))
        firmwareNumbers.append(UInt16(internVersion(record.firmware)))
        statuses.append(record.status)
        lifecycles.append(record.lifecycle)
        lastSeenTimes.append(record.lastSeen?.milliseconds ?? .min)
        liveUpdates.append(Self.noUpdate)
        settledUpdates.append(Self.noUpdate)
        inProgress.append(false)
        isUntold.append(false)
        count(DeviceIndex(UInt32(count - 1)), by: 1)
    }

    /// Replaces everything but id, status and firmware.
    mutating func revise(_ device: DeviceIndex, _ record: DeviceRecord) {
        count(device, by: -1)
        let offset = device.offset
        identity.replace(offset, name: record.name, address: record.address)
        siteNumbers[offset] = UInt32(internSite(record.site))
        regionNumbers[offset] = UInt16(internRegion(record.region))
        locationNumbers[offset] = UInt32(locations.intern(record.location))
        zoneNumbers[offset] = UInt16(internZone(record.timeZone))
        tagNumbers[offset] = UInt32(tagSets.intern(record.tags))
        lifecycles[offset] = record.lifecycle
        count(device, by: 1)
        endWait(device)
    }

    mutating func setStatus(_ device: DeviceIndex, _ status: DeviceStatus) {
        count(device, by: -1)
        statuses[device.offset] = status
        count(device, by: 1)
    }

    mutating func setFirmware(_ device: DeviceIndex, _ version: Version) {
        count(device, by: -1)
        firmwareNumbers[device.offset] = UInt16(internVersion(version))
        count(device, by: 1)
    }

    /// Marks that the device takes part in an update (nil: in none), and whether an attempt is under way.
    mutating func setLive(_ device: DeviceIndex, _ update: UpdateIndex?, inProgress isInProgress: Bool) {
        count(device, by: -1)
        liveUpdates[device.offset] = update?.rawValue ?? Self.noUpdate
        inProgress[device.offset] = isInProgress
        count(device, by: 1)
    }

    mutating func setSettled(_ device: DeviceIndex, _ update: UpdateIndex?) {
        settledUpdates[device.offset] = update?.rawValue ?? Self.noUpdate
    }

    mutating func setVersionUntold(_ device: DeviceIndex, _ isUntold: Bool) { self.isUntold[device.offset] = isUntold }

    /// Notes a contact that a fact tells of.
    mutating func heard(_ device: DeviceIndex, at time: Timestamp) {
        lastSeenTimes[device.offset] = max(lastSeenTimes[device.offset], time.milliseconds)
    }

    mutating func setLastSeen(_ device: DeviceIndex, _ time: Timestamp) {
        lastSeenTimes[device.offset] = time.milliseconds
    }

    mutating func takeLink(ofRegion region: Int, until time: Timestamp) {
        regionCounts[region].linkFreeAt = time
    }

    /// Takes the device out of all counters, or puts it in, as it stands.
    mutating func count(_ device: DeviceIndex, by step: Int) {
        let offset = device.offset
        let site = Int(siteNumbers[offset]), region = Int(regionNumbers[offset])
        // By value: a counter that is changed through `self` while `self` is read is first copied with all others.
        let change = CountChange(
            step: step, isActive: lifecycles[offset] == .active, isInProgress: inProgress[offset],
            status: statuses[offset])
        siteCounts[site].take(change)
        regionCounts[region].take(change)
        fleetCount.take(change)
        if change.isActive { versionCounts[Int(firmwareNumbers[offset])] += step }
    }

    private mutating func internSite(_ name: String) -> Int {
        let number = sites.intern(name)
        if number == siteCounts.count { siteCounts.append(PlaceCount()) }
        return number
    }

    private mutating func internRegion(_ name: String) -> Int {
        let number = regions.intern(name)
        if number == regionCounts.count { regionCounts.append(PlaceCount()) }
        return number
    }

    private mutating func internZone(_ name: String) -> Int {
        let number = zoneNames.intern(name)
        if number == zones.count { zones.append(Zone(identifier: name) ?? .utc) }
        return number
    }

    mutating func internVersion(_ version: Version) -> Int {
        let number = versions.intern(version)
        if number == versionCounts.count { versionCounts.append(0) }
        return number
    }
}

/// One device more or less in the counters of a place.
private struct CountChange {
    var step: Int
    var isActive: Bool, isInProgress: Bool
    var status: DeviceStatus
}

extension PlaceCount {
    fileprivate mutating func take(_ change: CountChange) {
        if change.isInProgress { inFlight += change.step }
        guard change.isActive else { return }
        active += change.step
        statuses[change.status] += change.step
        if change.status == .online, !change.isInProgress { working += change.step }
    }
}
