import OrderedCollections

/// The registry, as columns: one place per device in each, so that a hundred thousand devices are scanned without a
/// pointer followed. Texts that devices share are interned; the others lie in one arena of bytes.
public struct DeviceTable: Equatable, Sendable {
    var identity = DeviceIdentity()
    /// Numbers of the shared texts, by device.
    var siteNumbers: [UInt32] = []
    var regionNumbers: [UInt16] = []
    var locationNumbers: [UInt32] = []
    var zoneNumbers: [UInt16] = []
    var tagNumbers: [UInt32] = []
    var firmwareNumbers: [UInt16] = []
    var statuses: [DeviceStatus] = []
    var lifecycles: [DeviceLifecycle] = []
    var lastSeenTimes: [Int64] = []
    /// The update in which the device has its live assignment; `noUpdate`: none.
    var liveUpdates: [UInt16] = []
    /// The update whose release the device confirmed last; `noUpdate`: none.
    var settledUpdates: [UInt16] = []
    /// Whether an attempt is under way on the device.
    var inProgress: [Bool] = []
    /// Whether an attempt may have changed what the device runs and it has not said since what that is.
    var isUntold: [Bool] = []

    /// Shared values, in the order of first use.
    public internal(set) var sites = Interner<String>()
    /// Regions, in the order of first use.
    public internal(set) var regions = Interner<String>()
    var locations = Interner<String>()
    /// Time zones, in the order of first use.
    public internal(set) var zones: [Zone] = []
    var zoneNames = Interner<String>()
    var tagSets = Interner<[Tag]>()
    /// Versions that devices run or have run, in the order of first use.
    public internal(set) var versions = Interner<Version>()

    /// Counters, by site and region number.
    public internal(set) var siteCounts: [PlaceCount] = []
    /// Counters by region number.
    public internal(set) var regionCounts: [PlaceCount] = []
    /// Counters of the whole fleet.
    public internal(set) var fleetCount = PlaceCount()
    /// Active devices, by version number.
    public internal(set) var versionCounts: [Int] = []

    /// Devices that introduced themselves and wait for acceptance, by index, and since when: at most
    /// `Introduction.mostWaiting`.
    var introductions: OrderedDictionary<UInt32, Timestamp> = [:]
    /// Devices that are held, by index.
    var holds: OrderedDictionary<UInt32, DeviceHold> = [:]
    /// Devices that an operator turned away, by index.
    var refusals: OrderedSet<UInt32> = []
    /// What devices said of themselves, by index; only those that ever did.
    var descriptions: OrderedDictionary<UInt32, [Tag]> = [:]

    static let noUpdate = UInt16.max

    /// No devices.
    public init() {}

    /// How many devices are registered, decommissioned ones included.
    public var count: Int { statuses.count }
    /// All devices, in the order of registration.
    public var indices: Range<Int> { 0..<count }

    /// The device of this id.
    public func index(of id: String) -> DeviceIndex? { identity.index(of: id) }
    /// The device's id.
    public func id(_ device: DeviceIndex) -> String { identity.text(device.offset, .id) }
    /// What people call it.
    public func name(_ device: DeviceIndex) -> String { identity.text(device.offset, .name) }
    /// Where it is reached.
    public func address(_ device: DeviceIndex) -> String { identity.text(device.offset, .address) }
    /// Its store.
    public func site(_ device: DeviceIndex) -> String { sites[siteNumber(device)] }
    /// Its region.
    public func region(_ device: DeviceIndex) -> String { regions[regionNumber(device)] }
    /// Its store's number in `sites`.
    public func siteNumber(_ device: DeviceIndex) -> Int { Int(siteNumbers[device.offset]) }
    /// Its region's number in `regions`.
    public func regionNumber(_ device: DeviceIndex) -> Int { Int(regionNumbers[device.offset]) }
    /// Its time zone's number in `zones`.
    public func zoneNumber(_ device: DeviceIndex) -> Int { Int(zoneNumbers[device.offset]) }
    /// A place for people to read.
    public func location(_ device: DeviceIndex) -> String { locations[Int(locationNumbers[device.offset])] }
    /// Its time zone.
    public func zone(_ device: DeviceIndex) -> Zone { zones[zoneNumber(device)] }
    /// Everything else that is known about it, by the files and by its own word.
    public func tags(_ device: DeviceIndex) -> [Tag] {
        let filed = filedTags(device)
        guard let described = descriptions[device.rawValue], !described.isEmpty else { return filed }
        return Self.merged(filed, described)
    }
    /// The tags that the files give it.
    public func filedTags(_ device: DeviceIndex) -> [Tag] { tagSets[Int(tagNumbers[device.offset])] }
    /// What it runs.
    public func firmware(_ device: DeviceIndex) -> Version { versions[Int(firmwareNumbers[device.offset])] }
    /// The number of what it runs, in `versions`.
    public func firmwareNumber(_ device: DeviceIndex) -> Int { Int(firmwareNumbers[device.offset]) }
    /// Whether that is not known any more: an attempt that may have installed something ended without the device's word,
    /// and it has not said since what it runs.
    public func isVersionUntold(_ device: DeviceIndex) -> Bool { isUntold[device.offset] }
    /// By its heartbeats.
    public func status(_ device: DeviceIndex) -> DeviceStatus { statuses[device.offset] }
    /// Where it stands in its life.
    public func lifecycle(_ device: DeviceIndex) -> DeviceLifecycle { lifecycles[device.offset] }
    /// Its last contact that is in the journal; nil: never seen.
    public func recordedLastSeen(_ device: DeviceIndex) -> Timestamp? {
        let time = lastSeenTimes[device.offset]
        return time == .min ? nil : Timestamp(milliseconds: time)
    }
    /// The update in which it has its live assignment.
    public func liveUpdate(_ device: DeviceIndex) -> UpdateIndex? {
        let number = liveUpdates[device.offset]
        return number == Self.noUpdate ? nil : UpdateIndex(number)
    }
    /// The update whose release it confirmed last.
    public func settledUpdate(_ device: DeviceIndex) -> UpdateIndex? {
        let number = settledUpdates[device.offset]
        return number == Self.noUpdate ? nil : UpdateIndex(number)
    }
    /// Whether a status of online and a life in service make it one that can be offered something.
    public func isReachable(_ device: DeviceIndex) -> Bool {
        statuses[device.offset] == .online && lifecycles[device.offset] == .active
    }

    /// The device as one record, with what the files say of it and not what it says of itself.
    public func record(_ device: DeviceIndex) -> DeviceRecord {
        DeviceRecord(
            id: id(device), name: name(device), address: address(device), site: site(device), region: region(device),
            location: location(device), tags: filedTags(device), timeZone: zoneNames[zoneNumber(device)],
            firmware: firmware(device), status: status(device), lifecycle: lifecycle(device))
    }
}

/// Counters of a place: the fleet, a region, a site. Active devices only, but for `inFlight`.
public struct PlaceCount: Hashable, Sendable {
    /// Devices in service.
    public internal(set) var active = 0
    /// By status, in the order of `DeviceStatus.allCases`.
    public internal(set) var statuses = StatusCounts()
    /// Attempts under way.
    public internal(set) var inFlight = 0
    /// Online devices on which no attempt is under way.
    public internal(set) var working = 0
    /// The moment from which the place's link has room again, by the bytes already asked of it; regions only.
    public internal(set) var linkFreeAt = Timestamp.distantPast
}

/// Devices by status.
public struct StatusCounts: Hashable, Sendable {
    /// Never seen.
    public internal(set) var unknown = 0
    /// Heartbeats arrive.
    public internal(set) var online = 0
    /// Heartbeats were missed.
    public internal(set) var offline = 0

    /// The count of one status.
    public internal(set) subscript(status: DeviceStatus) -> Int {
        get {
            switch status {
            case .unknown: unknown
            case .online: online
            case .offline: offline
            }
        }
        set {
            switch status {
            case .unknown: unknown = newValue
            case .online: online = newValue
            case .offline: offline = newValue
            }
        }
    }
}
