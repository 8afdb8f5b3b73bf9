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
    /// Let an update that awaits approval, or a phase whose gate has passed, go on, or what somebody asked for. Of a
    /// rollback `preview` is the revision of the set that was shown; nil: it must be as many devices as were asked for.
    case approve(update: String, preview: UInt64? = nil)
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
    /// Offer this device nothing until somebody accepts it again; keep it in the registry.
    case decommission(device: String)
    /// Take a device that waits, is held, or was refused or decommissioned, into service.
    case accept(device: String)
    /// Turn a device that waits away until somebody accepts it; it is remembered, so that it does not come back by itself.
    case refuse(device: String)
    /// Write down that a token is drawn by which a device calls in, or, nil, any device of the fleet. It changes nothing
    /// else: tokens are not the engine's.
    case issueToken(device: String?)
    /// Write down that such a token is worth nothing any more.
    case revokeToken(device: String?)
    /// Write down that a token is drawn by which a program gives commands over HTTP, in this role.
    case issueAPIToken(name: String, role: Role)
    /// Write down that such a token is worth nothing any more.
    case revokeAPIToken(name: String)
    /// End the engine in good order. Whoever runs it does so, once this is durable.
    case stopEngine
    /// Open a console that looks on. It changes nothing; refused, it stands in the audit.
    case lookOn

    /// Whether it stands in the audit though nothing follows from it.
    var isWrittenDownAlone: Bool {
        switch self {
        case .issueToken, .revokeToken, .issueAPIToken, .revokeAPIToken, .stopEngine: true
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
        case .issueAPIToken: "issue api token"
        case .revokeAPIToken: "revoke api token"
        case .stopEngine: "stop"
        case .lookOn: "look on"
        }
    }

    /// What it acts on: an update's or device's id, or how many records.
    public var object: String {
        switch self {
        case .configure(let settings): settings.name
        case .addReleases(let releases): releases.count == 1 ? "1 release" : "\(releases.count) releases"
        case .register(let devices): devices.count == 1 ? "1 device" : "\(devices.count) devices"
        case .draft(let definition): definition.id
        case .start(let update), .approve(let update, _), .pause(let update), .resume(let update), .cancel(let update),
            .retryFailed(let update):
            update
        case .rollBack(let update, _, _): update
        case .decommission(let device), .accept(let device), .refuse(let device): device
        case .issueToken(let device), .revokeToken(let device): device ?? "the fleet"
        case .issueAPIToken(let name, let role): "\(name) (\(role))"
        case .revokeAPIToken(let name): name
        case .stopEngine, .lookOn: "the engine"
        }
    }
}

/// Who asked, from where, as what, why, and on what they decided.
public struct Origin: Hashable, Sendable {
    /// The operator's name, as it is shown: `kim`, or `kim (ops)` where several people share a user.
    public var operatorName: String
    /// Where it came from: `console`, `command line`, `files`.
    public var source: String
    /// Why, in the operator's words; may be empty.
    public var reason: String
    /// The user as the system knows them, however they call themselves: one user is one person. Empty: the engine's own
    /// process, or a journal of before users were kept.
    public var user: String
    /// As what they ask; nil: the fleet knows no role of theirs.
    public var role: Role?
    /// The command's own key; nil: it is not sent again.
    public var key: CommandKey?
    /// The number of the latest fact of the view on which it was decided; nil: on none.
    public var basis: UInt64?

    /// An origin of these parts.
    public init(
        operatorName: String, source: String, reason: String = "", user: String = "", role: Role? = .admin,
        key: CommandKey? = nil, basis: UInt64? = nil
    ) {
        self.operatorName = operatorName
        self.source = source
        self.reason = reason
        self.user = user
        self.role = role
        self.key = key
        self.basis = basis
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
