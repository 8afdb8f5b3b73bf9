import FleetCore

/// A stretch of the sorted, filtered list of devices.
public struct DeviceList: Hashable, Sendable {
    /// Devices in the list in all.
    public var total = 0
    /// The place of the first of `rows`.
    public var offset = 0
    public var rows: [DeviceRow] = []
    /// The place of the query's selected device; nil if it is not in the list.
    public var selectedPosition: Int?

    /// An empty list.
    public init() {}
}

/// One device in one line. Texts are as the registry has them: a screen makes them inert.
public struct DeviceRow: Hashable, Sendable {
    public var id: String
    public var name: String
    public var region: String
    public var site: String
    public var location: String
    public var status: DeviceStatus
    public var lifecycle: DeviceLifecycle
    public var firmware: Version
    public var lastSeen: Timestamp?
    /// Its part in the update in focus; nil if it has none.
    public var assignment: AssignmentRow?
    /// The IANA name of its time zone; empty if nobody asked for it.
    public var timeZone: String
    /// Why it is held; nil: it is not.
    public var hold: HoldReason?
    /// Whether an operator turned it away.
    public var isRefused = false
    /// Whether its registry row was touched by an operator's decommissioning.
    public var isDecommissioned: Bool { lifecycle == .decommissioned }

    /// The word for where it stands in its life.
    public var standing: String { isRefused ? "refused" : lifecycle.description }

    /// The row of one device.
    public init(
        id: String, name: String, region: String, site: String, location: String, status: DeviceStatus,
        lifecycle: DeviceLifecycle, firmware: Version, lastSeen: Timestamp?, assignment: AssignmentRow?,
        timeZone: String = ""
    ) {
        self.id = id
        self.name = name
        self.region = region
        self.site = site
        self.location = location
        self.status = status
        self.lifecycle = lifecycle
        self.firmware = firmware
        self.lastSeen = lastSeen
        self.assignment = assignment
        self.timeZone = timeZone
    }
}

/// One device in one update.
public struct AssignmentRow: Hashable, Sendable {
    public var update: String
    public var release: Version
    public var state: AssignmentState
    /// Only in progress.
    public var step: AttemptStep?
    /// Bytes received of the release, 0...1, while it downloads; nil where the device does not say.
    public var progress: Double?
    /// Attempts begun so far, and how many there may be.
    public var attempt: Int
    public var attempts: Int
    /// Why it ended, or the last attempt's cause while it waits to retry.
    public var reason: EndReason?
    /// Why it does not move now.
    public var waiting: WaitReason?
    /// A completed device that was later seen on another version.
    public var turnedBad: Bool
    public var phase: String?
    public var previous: Version?
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    /// When the present step began.
    public var stepSince: Timestamp?
    /// When the present step counts as failed.
    public var deadline: Timestamp?
    /// Whether its order is taken back, and the device has not said yet that it dropped it.
    public var isWithdrawn = false
    /// Why the device has put off its order, in its own words; nil: it has not.
    public var deferral: String?

    /// The part of one device in one update.
    public init(
        update: String, release: Version, state: AssignmentState, step: AttemptStep?, progress: Double?, attempt: Int,
        attempts: Int, reason: EndReason?, waiting: WaitReason?, turnedBad: Bool, phase: String?, previous: Version?,
        startedAt: Timestamp?, endedAt: Timestamp?, stepSince: Timestamp?, deadline: Timestamp?
    ) {
        self.update = update
        self.release = release
        self.state = state
        self.step = step
        self.progress = progress
        self.attempt = attempt
        self.attempts = attempts
        self.reason = reason
        self.waiting = waiting
        self.turnedBad = turnedBad
        self.phase = phase
        self.previous = previous
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.stepSince = stepSince
        self.deadline = deadline
    }
}

/// One device with all there is to know.
public struct DeviceDetail: Hashable, Sendable {
    public var row: DeviceRow
    public var address: String
    public var timeZone: String
    /// By the files and by its own word; the files win.
    public var tags: [Tag]
    /// Its part in every started update that names it, latest first.
    public var assignments: [AssignmentRow]
    /// What happened to it since the engine took up the journal's last 10,000 facts, latest first, at most 100.
    public var timeline: [EventRow]
    /// Devices of the update in focus with the same failure cause, this one included.
    public var sameCause: Int
    /// What it says of itself; of these, `tags` has those that the files do not name.
    public var described: [Tag] = []
    /// Since when it is held, or waits for acceptance because it introduced itself; nil: neither.
    public var waitsSince: Timestamp?

    /// The detail of one device.
    public init(
        row: DeviceRow, address: String, timeZone: String, tags: [Tag], assignments: [AssignmentRow],
        timeline: [EventRow], sameCause: Int
    ) {
        self.row = row
        self.address = address
        self.timeZone = timeZone
        self.tags = tags
        self.assignments = assignments
        self.timeline = timeline
        self.sameCause = sameCause
    }
}

/// A stretch of the devices that wait, in the order in which they will be looked at.
public struct QueueList: Hashable, Sendable {
    /// All that wait, those between two attempts included.
    public var total = 0
    /// Those between two attempts: they have begun, and count as active in the gauges.
    public var retrying = 0
    public var offset = 0
    public var rows: [QueueRow] = []
    /// In progress in the fleet now, and its limit.
    public var inFlight = 0
    public var limit = 0

    /// An empty queue.
    public init() {}
}

/// One device that waits.
public struct QueueRow: Hashable, Sendable {
    /// From 1.
    public var number: Int
    public var device: String
    public var region: String
    public var update: String
    public var phase: String?
    public var waiting: WaitReason
    /// The IANA name of the device's time zone; empty if nobody asked for it.
    public var timeZone: String

    /// What a cursor stands on: a device may wait in several updates.
    public var key: QueueKey { QueueKey(update: update, device: device) }

    /// The row of one waiting device.
    public init(
        number: Int, device: String, region: String, update: String, phase: String?, waiting: WaitReason,
        timeZone: String = ""
    ) {
        self.number = number
        self.device = device
        self.region = region
        self.update = update
        self.phase = phase
        self.waiting = waiting
        self.timeZone = timeZone
    }
}

/// One device in one update, as one text.
public struct QueueKey: Hashable, Sendable {
    public var update: String
    public var device: String

    /// The key of one row.
    public init(update: String, device: String) {
        self.update = update
        self.device = device
    }

    /// Reads what `text` gave; nil: it is something else.
    public init?(text: String) {
        // Ids hold no control characters.
        let parts = text.split(separator: "\u{1F}", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(update: String(parts[0]), device: String(parts[1]))
    }

    /// The key as a text that only this row has.
    public var text: String { "\(update)\u{1F}\(device)" }
}

/// The blast radius of a rollback, before anyone confirms it.
public struct RollbackPreview: Hashable, Sendable {
    public var update: String
    public var release: Version
    /// Names this set: a rollback confirmed on another set is refused.
    public var revision: UInt64
    public var takenAt: Timestamp
    /// Devices that go back, by the release they go back to, most first.
    public var targets: [FirmwareCount]
    /// Devices that have changed and go back.
    public var changed: Int
    /// They install: they finish first, then go back.
    public var inFlight: Int
    /// Failed after the installation had begun: checked at their next contact.
    public var toCheck: Int
    /// Waiting devices whose part is called off.
    public var cancelled: Int
    /// Of those that go back, the ones that are offline and get it at their next contact.
    public var offline: Int
    /// Devices that cannot be sent back, and why.
    public var impossible: [Skip]
    /// Ids for `impossible`, in its order.
    public var impossibleIDs: [String]
    public var regions: [RegionCount]
    /// Tried, and by their own word on what they had before: nothing is sent to them.
    public var unchanged = 0
    /// In flight, and do not install yet: they are told to drop their orders. One that installs after all goes back.
    public var withdrawn = 0
    /// Whether another person must approve before anything is sent back.
    public var needsSecondPerson = false

    /// A blast radius.
    public init(
        update: String, release: Version, revision: UInt64, takenAt: Timestamp, targets: [FirmwareCount],
        changed: Int, inFlight: Int, toCheck: Int, cancelled: Int, offline: Int, impossible: [Skip],
        impossibleIDs: [String], regions: [RegionCount]
    ) {
        self.update = update
        self.release = release
        self.revision = revision
        self.takenAt = takenAt
        self.targets = targets
        self.changed = changed
        self.inFlight = inFlight
        self.toCheck = toCheck
        self.cancelled = cancelled
        self.offline = offline
        self.impossible = impossible
        self.impossibleIDs = impossibleIDs
        self.regions = regions
    }
}
