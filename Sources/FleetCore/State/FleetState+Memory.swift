/// What the columns take, for those who measure.
extension DeviceTable {
    /// Bytes that the columns of the registry have allocated, without the shared texts.
    public var columnBytes: Int {
        identity.bytesAllocated + bytes(siteNumbers) + bytes(regionNumbers) + bytes(locationNumbers)
            + bytes(zoneNumbers) + bytes(tagNumbers) + bytes(firmwareNumbers) + bytes(statuses) + bytes(lifecycles)
            + bytes(lastSeenTimes) + bytes(liveUpdates) + bytes(settledUpdates) + bytes(inProgress)
            + bytes(siteCounts)
    }
}

extension AssignmentTable {
    /// Bytes that the columns have allocated, without the shared reasons.
    public var columnBytes: Int {
        bytes(devices) + bytes(states) + bytes(steps) + bytes(attempts) + bytes(reasonNumbers)
            + bytes(previousVersions) + bytes(targetVersions) + bytes(startedAt) + bytes(stepSince) + bytes(endedAt)
            + bytes(generations) + bytes(live) + lookUpBytes + turnedBad.capacity / 8 + ready.capacity / 8
    }
}

/// Bytes that a column has allocated.
func bytes<Element>(_ column: [Element]) -> Int { column.capacity * MemoryLayout<Element>.stride }
