import FleetCore

/// One virtual terminal: what it keeps in flash, and what it loses with its power.
struct Terminal {
    var flash: Flash
    /// Whether its link is up.
    var isLinked: Bool
    /// An order it has heard and will act on.
    var heard: Order?
    /// When its next heartbeat is due; `never`: it has none.
    var heartbeatAt = Terminal.never
    /// When what it is at comes to its next point; `never`: it is at nothing.
    var actAt = Terminal.never

    static let never = Int64.max

    init(_ flash: Flash, isLinked: Bool) {
        self.flash = flash
        self.isLinked = isLinked
    }

    /// Whether it can be heard: linked, and neither restarting nor broken.
    var isReachable: Bool {
        isLinked && flash.silentUntil == nil && flash.job?.step != .confirming
    }
}

/// A registered terminal as the selectors of failure rules see it: by what it runs in truth.
struct TerminalSubject: SelectorSubject {
    let record: DeviceRecord
    let running: Version

    var id: String { record.id }
    var name: String { record.name }
    var address: String { record.address }
    var site: String { record.site }
    var region: String { record.region }
    var location: String { record.location }
    var timeZone: String { record.timeZone }
    var status: DeviceStatus { .online }
    var lifecycle: DeviceLifecycle { record.lifecycle }
    var firmware: Version { running }
    var lastSeen: Timestamp? { nil }
    var tags: [Tag] { record.tags }
}
