import FleetCore

/// Whether the engine works.
public enum EngineHealth: Hashable, Sendable {
    case running
    /// It stopped taking work, with why; nothing on the screen moves any more.
    case stopped(String)

    /// Why it takes no work; nil: it does.
    public var failure: String? {
        if case .stopped(let why) = self { why } else { nil }
    }
}

/// What a console draws: the answer to a `ViewQuery`, true at `now`.
public struct FleetView: Hashable, Sendable {
    /// What it answers: a list that was not asked for is empty, whatever there is.
    public var query = ViewQuery()
    public var fleetName = ""
    /// The IANA name of the zone in which the fleet's own times are shown when the operator asks for local time.
    public var timeZone = "Etc/UTC"
    /// Grows with every fact; two views of the same revision differ only by `now`.
    public var revision: UInt64 = 0
    /// The engine's time when the view was taken.
    public var now = Timestamp(milliseconds: 0)
    public var health = EngineHealth.running
    /// Why the engine's last checkpoint was not kept; nil: nothing is wrong.
    public var checkpointFailure: String?
    /// How many times faster than the wall clock the engine's clock goes; nil: it is the wall clock.
    public var simulationSpeed: Double?
    /// How fast it goes in truth, where the machine falls clearly behind that; nil: it does not.
    public var simulationPace: Double?
    /// Whether the terminals are simulated, at whatever speed.
    public var isSimulated = false
    /// Whether `now` is that of the last fact: terminals are simulated by another process, whose clock is not known.
    public var isAsOfLastFact: Bool { isSimulated && simulationSpeed == nil }
    public var deviceCount = 0
    /// Devices by status, in the order of `DeviceStatus.allCases`.
    public var statusCounts = [0, 0, 0]
    /// Devices by firmware, newest first.
    public var firmware: [FirmwareCount] = []
    /// All updates, in the order in which they were drafted; rollbacks and retries follow as updates of their own.
    public var updates: [UpdateSummary] = []
    /// The update in focus.
    public var update: UpdateView?
    public var regions: [RegionRow] = []
    public var devices = DeviceList()
    public var queue = QueueList()
    /// Latest first.
    public var events: [EventRow] = []
    /// Collapsed by cause, most severe first.
    public var alerts: [Alert] = []
    public var detail: DeviceDetail?
    public var rollback: RollbackPreview?
    public var start: StartPreview?
    /// Who looks on, in the order of coming: the console that asks and the others.
    public var consoles: [ConsoleSeat] = []
    /// The number of the console that asks; 0: it has none.
    public var seat = 0
    /// The latest command of each operator, latest first, whether they look on or not.
    public var deeds: [OperatorDeed] = []

    /// The console that asks, as the engine knows it.
    public var ownConsole: ConsoleSeat? { consoles.first { $0.number == seat } }

    /// A view of nothing.
    public init() {}
}

/// A console at the engine.
public struct ConsoleSeat: Hashable, Sendable {
    /// From 1, in the order of coming.
    public var number: Int
    /// Who sits there.
    public var name: String
    /// What they may do; nil: nothing, and the console is about to be closed.
    public var role: Role?
    /// Whether commands are refused from there, whatever the role.
    public var isReadOnly: Bool
    /// Who the system knows them to be, by which one person is told from another; empty: it does not know.
    public var user = ""

    /// A console with who sits there.
    public init(number: Int, name: String, role: Role? = .admin, isReadOnly: Bool, user: String = "") {
        self.number = number
        self.name = name
        self.role = role
        self.isReadOnly = isReadOnly
        self.user = user
    }
}

/// What an operator did last.
public struct OperatorDeed: Hashable, Sendable {
    public var at: Timestamp
    /// The operator's name, as consoles show it.
    public var who: String
    /// What they did, such as `pause major-3.0.0`.
    public var text: String

    /// Somebody did something at this moment.
    public init(at: Timestamp, who: String, text: String) {
        self.at = at
        self.who = who
        self.text = text
    }
}

/// How many devices run a version.
public struct FirmwareCount: Hashable, Sendable {
    public var version: Version
    public var count: Int

    /// So many devices on this version.
    public init(version: Version, count: Int) {
        self.version = version
        self.count = count
    }
}

/// One region, for all its devices and for the update in focus.
public struct RegionRow: Hashable, Sendable {
    public var name: String
    /// All active devices of the region.
    public var deviceCount: Int
    /// By status, in the order of `DeviceStatus.allCases`.
    public var statusCounts: [Int]
    /// The update in focus, or its rollback once it has one; all zero without an update.
    public var tally: Tally

    /// The row of one region.
    public init(name: String, deviceCount: Int, statusCounts: [Int], tally: Tally) {
        self.name = name
        self.deviceCount = deviceCount
        self.statusCounts = statusCounts
        self.tally = tally
    }
}

/// One line of what happened.
public struct EventRow: Hashable, Sendable {
    /// What kind of line it is, for its colour and glyph.
    public enum Kind: UInt8, Sendable {
        case completed, failed, active, held, rolledBack, offline, caution, plain
    }

    public var at: Timestamp
    /// `engine`, or the operator's name.
    public var who: String
    public var text: String
    public var kind: Kind

    /// A line about this moment.
    public init(at: Timestamp, who: String, text: String, kind: Kind) {
        self.at = at
        self.who = who
        self.text = text
        self.kind = kind
    }
}

/// Something that needs a person.
public struct Alert: Hashable, Sendable {
    public enum Severity: UInt8, Hashable, Sendable { case caution = 0, warning = 1 }

    /// Stable for one cause, so that an acknowledgement sticks.
    public var id: String
    public var severity: Severity
    public var text: String
    public var since: Timestamp

    /// An alert of one cause.
    public init(id: String, severity: Severity, text: String, since: Timestamp) {
        self.id = id
        self.severity = severity
        self.text = text
        self.since = since
    }
}
