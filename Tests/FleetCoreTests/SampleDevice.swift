import FleetCore

/// The first terminal of the sample fleet, for what asks a device.
struct SampleDevice: SelectorSubject {
    var id = "pos-nyc-001"
    var name = "Times Square Store - Terminal 1"
    var address = "https://pos-nyc-001.retailcorp.com:8443"
    var site = "NYC-001"
    var region = "northeast"
    var location = "New York, NY"
    var timeZone = "America/New_York"
    var status = DeviceStatus.online
    var lifecycle = DeviceLifecycle.active
    var firmware = Version(2, 3, 1)
    var lastSeen: Timestamp? = Timestamp(milliseconds: 1_772_953_200_000)
    var tags = [Tag("priority", "high"), Tag("type", "flagship")]
}
