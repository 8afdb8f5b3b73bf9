import OrderedCollections

/// Everything the engine knows, as the fold of the facts and nothing else. Nobody outside holds a copy: it is large.
public struct FleetState: Equatable, Sendable {
    /// What the fleet is run by.
    public internal(set) var settings = FleetSettings(name: "")
    /// All releases, in the order in which they were added.
    public internal(set) var releases: OrderedDictionary<Version, Release> = [:]
    /// The registry.
    public internal(set) var devices = DeviceTable()
    /// All updates, in the order in which they were drafted.
    public internal(set) var updates: [UpdateRecord] = []
    var updateIndices: OrderedDictionary<String, UpdateIndex> = [:]
    /// Updates that are open, rollbacks first, then in the order in which they started.
    public internal(set) var openUpdates: [UpdateIndex] = []
    /// When an engine last took up the journal: silences and deadlines count from here at the earliest.
    public internal(set) var listeningSince = Timestamp.distantPast
    /// The number of the last order.
    public internal(set) var generation: UInt32 = 0
    /// Behind which numbers of orders it went on after each restore of a backup.
    var renumberings: [UInt32] = []
    /// The latest commands.
    var recentCommands = RecentCommands()
    /// How many facts were applied.
    public internal(set) var revision: UInt64 = 0
    /// When the last fact happened.
    public internal(set) var lastFactAt = Timestamp.distantPast

    /// A fleet without devices or updates.
    public init() {}

    /// The update of this id.
    public func update(_ id: String) -> UpdateRecord? {
        updateIndices[id].map { updates[$0.offset] }
    }

    /// The update at this place.
    public func update(_ index: UpdateIndex) -> UpdateRecord { updates[index.offset] }

    /// The place of the update of this id.
    public func updateIndex(of id: String) -> UpdateIndex? { updateIndices[id] }

    /// The version an assignment is to bring its device to.
    public func targetVersion(_ update: UpdateIndex, _ position: Position) -> Version {
        let record = updates[update.offset]
        guard !record.assignments.targetVersions.isEmpty else { return record.definition.release }
        return devices.versions[Int(record.assignments.targetVersions[position])]
    }

    /// The version a device ran before the first attempt of an assignment: by the registry, or by its own word as long as
    /// it has not begun to install. Nil: no attempt has begun.
    public func previousVersion(_ update: UpdateIndex, _ position: Position) -> Version? {
        let number = updates[update.offset].assignments.previousVersions[position]
        return number == AssignmentTable.noVersion ? nil : devices.versions[Int(number)]
    }

    /// What the first devices of an update ran before their first attempts, each version once, in order.
    public func previousVersions(_ update: UpdateIndex, first count: Int) -> [Version] {
        var isSeen = Array(repeating: false, count: devices.versions.all.count)
        for number in updates[update.offset].assignments.previousVersions.prefix(count)
        where number != AssignmentTable.noVersion {
            isSeen[Int(number)] = true
        }
        return isSeen.indices.filter { isSeen[$0] }.map { devices.versions[$0] }.sorted()
    }
}

/// A device of the registry as selectors see it.
public struct DeviceSubject: SelectorSubject {
    let devices: DeviceTable
    let index: DeviceIndex
    let seen: Timestamp?

    /// The device at this place, last heard of at `lastSeen`.
    public init(_ devices: DeviceTable, _ index: DeviceIndex, lastSeen: Timestamp?) {
        self.devices = devices
        self.index = index
        seen = lastSeen
    }

    public var id: String { devices.id(index) }
    public var name: String { devices.name(index) }
    public var address: String { devices.address(index) }
    public var site: String { devices.site(index) }
    public var region: String { devices.region(index) }
    public var location: String { devices.location(index) }
    public var timeZone: String { devices.zone(index).identifier }
    public var status: DeviceStatus { devices.status(index) }
    public var lifecycle: DeviceLifecycle { devices.lifecycle(index) }
    public var firmware: Version { devices.firmware(index) }
    public var lastSeen: Timestamp? { seen }
    public var tags: [Tag] { devices.tags(index) }
}
