import FleetCore

/// What starting a draft would do, before anyone confirms it.
public struct StartPreview: Hashable, Sendable {
    public var update: String
    public var release: Version
    public var takenAt: Timestamp
    /// Devices that would be changed, in all and by status, in the order of `DeviceStatus.allCases`.
    public var targets: Int
    public var statusCounts: [Int]
    /// Devices that the selector names and the update leaves out, by reason, most first.
    public var skipped: [SkipGroup]
    /// The phases with their cumulative sizes; empty for strategies without phases.
    public var phases: [PhaseSize]
    public var regions: [RegionCount]
    /// Whether another person must approve before anything begins.
    public var needsSecondPerson = false

    /// A blast radius.
    public init(
        update: String, release: Version, takenAt: Timestamp, targets: Int, statusCounts: [Int],
        skipped: [SkipGroup], phases: [PhaseSize], regions: [RegionCount]
    ) {
        self.update = update
        self.release = release
        self.takenAt = takenAt
        self.targets = targets
        self.statusCounts = statusCounts
        self.skipped = skipped
        self.phases = phases
        self.regions = regions
    }
}

/// Devices that are left out for the same reason.
public struct SkipGroup: Hashable, Sendable {
    public var reason: EndReason
    public var count: Int

    /// So many devices left out for this.
    public init(reason: EndReason, count: Int) {
        self.reason = reason
        self.count = count
    }
}

/// A phase with its cumulative size.
public struct PhaseSize: Hashable, Sendable {
    public var name: String
    public var size: Int

    /// A phase of so many devices.
    public init(name: String, size: Int) {
        self.name = name
        self.size = size
    }
}
