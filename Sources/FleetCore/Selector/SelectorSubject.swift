/// What a selector may ask about. Texts are made only when they are asked for, so that a scan over a hundred thousand
/// devices costs what its selector looks at.
public protocol SelectorSubject {
    /// The device's id.
    var id: String { get }
    /// What people call it.
    var name: String { get }
    /// Where it is reached.
    var address: String { get }
    /// Its store.
    var site: String { get }
    /// Its region.
    var region: String { get }
    /// A place for people to read.
    var location: String { get }
    /// The IANA name of its time zone.
    var timeZone: String { get }
    /// By its heartbeats.
    var status: DeviceStatus { get }
    /// Where it stands in its life.
    var lifecycle: DeviceLifecycle { get }
    /// What it runs.
    var firmware: Version { get }
    /// Its last contact; nil: never seen.
    var lastSeen: Timestamp? { get }
    /// Everything else that is known about it, sorted by name.
    var tags: [Tag] { get }
}
