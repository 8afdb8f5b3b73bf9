/// Whether a device is known to be reachable, by its heartbeats.
public enum DeviceStatus: UInt8, CaseIterable, Sendable, CustomStringConvertible {
    /// Never seen.
    case unknown = 0
    /// Its heartbeats arrive.
    case online = 1
    /// Two heartbeats in a row were missed.
    case offline = 2

    public var description: String {
        switch self {
        case .unknown: "unknown"
        case .online: "online"
        case .offline: "offline"
        }
    }
}

/// Where a device stands in its life with the fleet.
public enum DeviceLifecycle: UInt8, CaseIterable, Sendable, CustomStringConvertible {
    /// Known to the registry; has not been taken into service.
    case registered = 0
    /// In service: may be offered updates.
    case active = 1
    /// Out of service: kept in the registry, never offered anything.
    case decommissioned = 2

    public var description: String {
        switch self {
        case .registered: "registered"
        case .active: "active"
        case .decommissioned: "decommissioned"
        }
    }
}

/// One name and value by which devices can be told apart; kept in the order of the names.
public struct Tag: Hashable, Comparable, Sendable {
    /// The tag's name, such as `type`.
    public var name: String
    /// The tag's value, such as `flagship`.
    public var value: String

    /// A tag of this name and value.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    public static func < (left: Tag, right: Tag) -> Bool {
        (left.name, left.value) < (right.name, right.value)
    }
}

/// One terminal as the registry takes it in. The state keeps devices as columns; this is the form at the door.
public struct DeviceRecord: Hashable, Sendable {
    /// Unique in the fleet; 1 to 128 bytes without control characters.
    public var id: String
    /// What people call it.
    public var name: String
    /// Where it is reached: `https://host:port` or `ssh://user@host:port`. May be empty.
    public var address: String
    /// The store it stands in: the unit of the availability floor.
    public var site: String
    /// The region its site belongs to.
    public var region: String
    /// A place for people to read, such as `Boston, MA`.
    public var location: String
    /// Everything else that is known about it, sorted by name, each name once.
    public var tags: [Tag]
    /// The IANA name of its time zone, such as `America/New_York`.
    public var timeZone: String
    /// What it runs.
    public var firmware: Version
    /// Its status when it was taken in.
    public var status: DeviceStatus
    /// Where it stands in its life.
    public var lifecycle: DeviceLifecycle
    /// When it was last heard of before it was taken in; nil: not known.
    public var lastSeen: Timestamp?

    /// A device record of these values.
    public init(
        id: String, name: String = "", address: String = "", site: String = "", region: String = "",
        location: String = "", tags: [Tag] = [], timeZone: String = "Etc/UTC", firmware: Version,
        status: DeviceStatus = .unknown, lifecycle: DeviceLifecycle = .active, lastSeen: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.address = address
        self.site = site
        self.region = region
        self.location = location
        self.tags = tags
        self.timeZone = timeZone
        self.firmware = firmware
        self.status = status
        self.lifecycle = lifecycle
        self.lastSeen = lastSeen
    }
}
