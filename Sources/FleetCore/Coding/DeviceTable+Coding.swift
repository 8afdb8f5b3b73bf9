extension DeviceTable {
    package func write(to writer: inout FactWriter) {
        identity.write(to: &writer)
        writeColumns(to: &writer)
        writer.write(sites)
        writer.write(regions)
        writer.write(locations)
        writer.write(zoneNames)
        writer.write(tagSets)
        writer.write(versions)
        writer.write(siteCounts, regionCounts, fleetCount)
        writer.write(column: versionCounts)
        writeWaits(to: &writer)
    }

    private func writeColumns(to writer: inout FactWriter) {
        writer.write(column: siteNumbers)
        writer.write(column: regionNumbers)
        writer.write(column: locationNumbers)
        writer.write(column: zoneNumbers)
        writer.write(column: tagNumbers)
        writer.write(column: firmwareNumbers)
        writer.write(column: statuses)
        writer.write(column: lifecycles)
        writer.write(column: lastSeenTimes)
        writer.write(column: liveUpdates)
        writer.write(column: settledUpdates)
        writer.write(column: inProgress.map { UInt8($0 ? 1 : 0) })
        writer.write(column: isUntold.map { UInt8($0 ? 1 : 0) })
    }

    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        identity = try DeviceIdentity(from: &reader)
        try readColumns(from: &reader)
        sites = try reader.interner("sites")
        regions = try reader.interner("regions")
        locations = try reader.interner("locations")
        zoneNames = try reader.interner("time zones")
        // As when a device is taken in: the zone data are the machine's.
        zones = zoneNames.all.map { Zone(identifier: $0) ?? .utc }
        tagSets = try reader.interner("sets of tags")
        versions = try reader.interner("versions")
        siteCounts = try reader.read()
        regionCounts = try reader.read()
        fleetCount = try reader.read()
        versionCounts = try reader.column("devices by version")
        try readWaits(from: &reader)
        if let missing = missing { throw reader.failure(missing) }
    }

    private mutating func readColumns(from reader: inout FactReader) throws(DecodingFailure) {
        siteNumbers = try reader.column("sites")
        regionNumbers = try reader.column("regions")
        locationNumbers = try reader.column("locations")
        zoneNumbers = try reader.column("time zones")
        tagNumbers = try reader.column("sets of tags")
        firmwareNumbers = try reader.column("versions")
        statuses = try reader.column("statuses")
        lifecycles = try reader.column("lifecycles")
        lastSeenTimes = try reader.column("last contacts")
        liveUpdates = try reader.column("updates under way")
        settledUpdates = try reader.column("settled updates")
        inProgress = try Self.marks("attempts under way", from: &reader)
        isUntold = try Self.marks("versions that are not told", from: &reader)
    }

    private static func marks(_ name: String, from reader: inout FactReader) throws(DecodingFailure) -> [Bool] {
        let marks: [UInt8] = try reader.column(name)
        guard marks.allSatisfy({ $0 < 2 }) else { throw reader.failure("yes (1) or no (0) of each device") }
        return marks.map { $0 == 1 }
    }
}

extension DeviceTable {
    /// What would have to be there for this to be a table of devices by itself; nil: it is.
    private var missing: String? {
        let counts = [
            identity.count, siteNumbers.count, regionNumbers.count, locationNumbers.count, zoneNumbers.count,
            tagNumbers.count, firmwareNumbers.count, statuses.count, lifecycles.count, lastSeenTimes.count,
            liveUpdates.count, settledUpdates.count, inProgress.count, isUntold.count,
        ]
        guard counts.allSatisfy({ $0 == count }) else { return "columns of one length" }
        guard Self.isWithin(siteNumbers, sites.count), Self.isWithin(regionNumbers, regions.count),
            Self.isWithin(locationNumbers, locations.count), Self.isWithin(zoneNumbers, zoneNames.count),
            Self.isWithin(tagNumbers, tagSets.count), Self.isWithin(firmwareNumbers, versions.count)
        else { return "the number of a value that devices share" }
        guard lastSeenTimes.allSatisfy(StateBounds.isMoment), regionCounts.allSatisfy({ $0.linkFreeAt.isInBounds })
        else { return "moments within bounds" }
        guard hasItsWaits else { return "devices that wait, are held or describe themselves" }
        return hasItsCounters ? nil : "the counters of these devices"
    }

    private static func isWithin<Number: FixedWidthInteger>(_ numbers: [Number], _ count: Int) -> Bool {
        numbers.allSatisfy { Int($0) < count }
    }

    /// Whether every counter is what a count from scratch gives.
    private var hasItsCounters: Bool {
        guard regionCounts.count == regions.count else { return false }
        var fresh = self
        fresh.siteCounts = Array(repeating: PlaceCount(), count: sites.count)
        fresh.regionCounts = regionCounts.map { place in
            var empty = PlaceCount()
            empty.linkFreeAt = place.linkFreeAt
            return empty
        }
        fresh.fleetCount = PlaceCount()
        fresh.versionCounts = Array(repeating: 0, count: versions.count)
        for offset in indices { fresh.count(DeviceIndex(UInt32(offset)), by: 1) }
        return fresh.siteCounts == siteCounts && fresh.regionCounts == regionCounts && fresh.fleetCount == fleetCount
            && fresh.versionCounts == versionCounts
    }
}

extension PlaceCount: FactPart {
    package static var partName: String { "the counters of a place" }
    package func write(to writer: inout FactWriter) {
        writer.write(active, statuses.unknown, statuses.online, statuses.offline, inFlight, working, linkFreeAt)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        active = try reader.read()
        statuses.unknown = try reader.read()
        statuses.online = try reader.read()
        statuses.offline = try reader.read()
        inFlight = try reader.read()
        working = try reader.read()
        linkFreeAt = try reader.read()
    }
}
