import FleetCore

/// What is told to a receiver: one thing that happened, or several of one cause. The texts of devices and operators in it
/// are what they wrote; whoever shows them makes them harmless for the place, as `AlertBody` does for JSON.
public struct Alert: Hashable, Sendable {
    /// The format of the body; a receiver refuses what it does not know.
    public static let formatVersion = 1
    /// The kind of an alert that only tries whether alerts arrive.
    public static let testKind = "test"
    /// Devices that are named as examples.
    public static let mostDevices = 5

    /// The same however often it is delivered: the number of its first fact, and its kind.
    public var id: String
    /// An `AlertKind`, or `testKind`.
    public var kind: String
    public var severity: Severity
    /// The fleet's name.
    public var fleet: String
    /// What happened, in words; a number of repeats stands in `text`.
    public var message: String
    /// The update it is about, and what that brings; nil: it is about none, or about several.
    public var update: String?
    public var release: String?
    /// The phase whose gate it is about.
    public var phase: String?
    /// Why, in a few words; alerts of one kind, update and cause are collapsed.
    public var cause: String
    /// How often it happened, and when first and last.
    public var count = 1
    public var firstAt: Timestamp
    public var lastAt: Timestamp
    /// The numbers of the first and the last fact behind it; of one without a fact of its own, of the latest before it.
    public var firstFact: UInt64
    public var lastFact: UInt64
    /// Some of the devices it is about.
    public var devices: [String] = []
    /// What had become of the update's devices.
    public var outcome: Outcome?

    /// How soon somebody should look.
    public enum Severity: String, Codable, Comparable, Sendable {
        case info, warning, critical

        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .info: 0
            case .warning: 1
            case .critical: 2
            }
        }
    }

    /// Counts of devices. Each is in one of them; a device that turned bad is among the failed.
    public struct Outcome: Hashable, Codable, Sendable {
        public var updated: Int, failed: Int, skipped: Int, cancelled: Int
        /// Under way, or not begun.
        public var open: Int

        init(_ tally: Tally) {
            updated = tally.succeeded
            failed = tally.failures
            skipped = tally[.skipped]
            cancelled = tally[.cancelled]
            open = tally.active + tally.waiting
        }
    }

    init(
        _ kind: String, _ severity: Severity, fleet: String, message: String, cause: String, fact: UInt64, at: Timestamp
    ) {
        id = "\(fact)-\(kind)"
        (self.kind, self.severity, self.fleet) = (kind, severity, fleet)
        (self.message, self.cause) = (message, cause)
        (firstAt, lastAt) = (at, at)
        (firstFact, lastFact) = (fact, fact)
    }

    /// An alert that only tries whether alerts arrive.
    public static func test(fleet: String, at: Timestamp) -> Alert {
        var alert = Alert(
            testKind, .info, fleet: fleet, message: "a test: alerts of \(fleet) arrive", cause: "muster alert test",
            fact: 0, at: at)
        alert.id = "\(at.milliseconds)-\(testKind)"
        return alert
    }

    /// What happened, with how often.
    public var text: String {
        guard Self.isOfDevices(kind) else { return count == 1 ? message : "\(message) (\(count) times)" }
        let who = count == 1 ? "1 device" : "\(count) devices"
        let such = devices.isEmpty ? "" : count <= devices.count ? ": " : ", such as "
        return "\(update ?? fleet): \(who) failed, \(cause)\(such)\(devices.joined(separator: ", "))"
    }

    /// Whether a kind comes once for each device.
    static func isOfDevices(_ kind: String) -> Bool {
        kind == AlertKind.silent.rawValue || kind == AlertKind.turnedBad.rawValue
    }

    /// What alerts have to have in common to become one.
    var key: Key { Key(kind: kind, update: update, cause: AlertBody.bounded(cause)) }

    struct Key: Hashable, Codable {
        var kind: String, update: String?, cause: String
    }

    /// Takes in what happened again. The id stays that of the first.
    mutating func add(_ later: Alert) {
        count += later.count
        lastAt = max(lastAt, later.lastAt)
        lastFact = max(lastFact, later.lastFact)
        severity = max(severity, later.severity)
        (message, outcome) = (later.message, later.outcome ?? outcome)
        for device in later.devices where devices.count < Self.mostDevices && !devices.contains(device) {
            devices.append(device)
        }
    }
}
