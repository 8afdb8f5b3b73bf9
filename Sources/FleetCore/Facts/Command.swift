/// What an operator asks of the engine. Imperative; each is accepted or refused, and both are facts.
public enum Command: Hashable, Sendable {
    /// Take over these settings.
    case configure(FleetSettings)
    /// Add releases that are new; a release is immutable.
    case addReleases([Release])
    /// Register devices that are new, revise those that are known. Status and firmware of known devices are not
    /// touched: those the devices report themselves.
    case register([DeviceRecord])
    /// Know this update, or replace its draft.
    case draft(UpdateDefinition)
    /// Freeze the target list and begin.
    case start(update: String)
    /// Let an update that awaits approval, or a phase whose gate has passed, go on.
    case approve(update: String)
    /// No new starts.
    case pause(update: String)
    /// Go on.
    case resume(update: String)
    /// Call off what has not begun, and withdraw what does not install yet; what installs finishes.
    case cancel(update: String)
    /// Send every device this update changed back to the release it had before. `confirmation` is the update's id as
    /// the operator typed it; `preview` is the revision of the blast radius that was confirmed, nil to waive the check.
    case rollBack(update: String, confirmation: String, preview: UInt64?)
    /// Try the failed devices once more, as an update of its own.
    case retryFailed(update: String)
    /// Never offer this device anything again; keep it in the registry.
    case decommission(device: String)
    /// Take a device that waits, or was decommissioned by mistake, into service.
    case accept(device: String)
    /// Turn a device that waits away for good; it is remembered, so that it does not come back.
    case refuse(device: String)
    /// Write down that a token is drawn by which a device calls in, or, nil, any device of the fleet. It changes nothing
    /// else: tokens are not the engine's.
    case issueToken(device: String?)
    /// Write down that such a token is worth nothing any more.
    case revokeToken(device: String?)

    /// Whether it stands in the audit though nothing follows from it.
    var isWrittenDownAlone: Bool {
        switch self {
        case .issueToken, .revokeToken: true
        default: false
        }
    }

    /// The command's word, as it stands in the audit.
    public var verb: String {
        switch self {
        case .configure: "configure"
        case .addReleases: "add releases"
        case .register: "register"
        case .draft: "draft"
        case .start: "start"
        case .approve: "approve"
        case .pause: "pause"
        case .resume: "resume"
        case .cancel: "cancel"
        case .rollBack: "roll back"
        case .retryFailed: "retry failed"
        case .decommission: "decommission"
        case .accept: "accept"
        case .refuse: "refuse"
        case .issueToken: "issue token"
        case .revokeToken: "revoke token"
        }
    }

    /// What it acts on: an update's or device's id, or how many records.
    public var object: String {
        switch self {
        case .configure(let settings): settings.name
        case .addReleases(let releases): releases.count == 1 ? "1 release" : "\(releases.count) releases"
        case .register(let devices): devices.count == 1 ? "1 device" : "\(devices.count) devices"
        case .draft(let definition): definition.id
        case .start(let update), .approve(let update), .pause(let update), .resume(let update), .cancel(let update),
            .retryFailed(let update):
            update
        case .rollBack(let update, _, _): update
        case .decommission(let device), .accept(let device), .refuse(let device): device
        case .issueToken(let device), .revokeToken(let device): device ?? "the fleet"
        }
    }
}

/// Who asked, from where, and why.
public struct Origin: Hashable, Sendable {
    /// The operator's name.
    public var operatorName: String
    /// Where it came from: `console`, `command line`, `files`.
    public var source: String
    /// Why, in the operator's words; may be empty.
    public var reason: String

    /// An origin of these parts.
    public init(operatorName: String, source: String, reason: String = "") {
        self.operatorName = operatorName
        self.source = source
        self.reason = reason
    }
}

/// The trace that a command leaves in the journal.
public struct CommandRecord: Hashable, Sendable {
    /// The command's word.
    public var verb: String
    /// What it acted on.
    public var object: String
    /// Who, from where, why.
    public var origin: Origin

    /// The record of a command.
    public init(verb: String, object: String, origin: Origin) {
        self.verb = verb
        self.object = object
        self.origin = origin
    }
}

/// Why a command was not carried out, and what would help.
public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// What to do instead.
    public var remedy: String

    /// A refusal with its remedy.
    public init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(message); \(remedy)" }
}
