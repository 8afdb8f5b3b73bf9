/// Why an attempt did not succeed.
public struct FailureCause: Hashable, Sendable, CustomStringConvertible {
    /// A few words that devices and people share, such as `hash mismatch`.
    public var code: String
    /// Whether another attempt is pointless: a bad signature, a wrong model, a refusal.
    public var isPermanent: Bool

    /// A cause of this wording.
    public init(code: String, isPermanent: Bool) {
        self.code = code
        self.isPermanent = isPermanent
    }

    public var description: String { code }

    /// The device did not answer an order, or went silent while it downloaded.
    public static let noAnswer = FailureCause(code: "no answer", isPermanent: false)
    /// The device fell silent past its deadline after an install.
    public static let silentAfterInstall = FailureCause(code: "silent after install", isPermanent: true)
    /// The installation passed its deadline.
    public static let installTimedOut = FailureCause(code: "install timed out", isPermanent: false)

    /// The device dropped an order that nobody had withdrawn.
    public static let dropped = FailureCause(code: "dropped", isPermanent: false)
    /// The device was taken out of service before it was tried again.
    public static let decommissioned = FailureCause(code: "decommissioned", isPermanent: true)
    /// The device was held, and nothing that it said since counted.
    public static let held = FailureCause(code: "held", isPermanent: true)
    /// The order was under way in a backup; whether it was carried out since is not known.
    public static let notKnown = FailureCause(code: "not known since the backup", isPermanent: false)

    /// The device says that it runs a release of which whoever carries its orders has sent it only a part.
    public static func runsUnfetched(_ version: Version) -> FailureCause {
        FailureCause(code: "runs \(version) without having fetched it", isPermanent: true)
    }

    /// Whether an attempt that ended by it ended without a word of its device.
    public var isOfSilence: Bool {
        [.noAnswer, .installTimedOut, .silentAfterInstall, .held, .notKnown].contains(self)
    }

    /// The longest text of an unreadable version that is kept, in bytes.
    public static let mostUnreadableBytes = 64

    /// The device was done, and reports what is no version.
    public static func reportsUnreadable(_ text: String) -> FailureCause {
        FailureCause(code: "reports no version: \(InertText.of(text, bytes: mostUnreadableBytes))", isPermanent: true)
    }

    /// The device said that it was done, and reports another version.
    public static func reports(_ version: Version) -> FailureCause {
        FailureCause(code: "reports \(version)", isPermanent: true)
    }
}

/// Why an assignment ended as it did.
public enum EndReason: Hashable, Sendable, CustomStringConvertible {
    /// Offline when an immediate update started.
    case offline
    /// Never seen when an immediate update started.
    case neverSeen
    case alreadyOn(Version)
    case onNewer(Version)
    case decommissioned
    case missedWindow
    /// A newer update to the same device took its place.
    case superseded(by: String)
    case expired
    /// An operator called it off.
    case cancelled(by: String)
    /// The gate of a phase failed.
    case gateFailed(phase: String)
    /// The update is being rolled back.
    case rolledBack
    case failed(FailureCause)
    /// Taken out of service until an operator accepts it again.
    case held
    /// It cannot be sent back: the fleet does not know the release it had before.
    case releaseMissing(Version)
    /// It cannot be sent back: the release it had before has no files, and the one it is to leave has some.
    case releaseWithoutFiles(Version)

    /// Whether a rollback could not send a device its files, so that it can once they are added.
    public var lacksFiles: Bool {
        switch self {
        case .releaseMissing, .releaseWithoutFiles: true
        default: false
        }
    }

    /// Whether an update whose starts ended for it also takes back the orders that have changed nothing yet. Time alone
    /// (an expiry, a window that closed) takes back nothing.
    public var withdrawsOrders: Bool {
        switch self {
        case .cancelled, .gateFailed, .rolledBack: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .offline: "offline"
        case .neverSeen: "never seen"
        case .alreadyOn(let version): "already on \(version)"
        case .onNewer(let version): "on newer \(version)"
        case .decommissioned: "decommissioned"
        case .missedWindow: "missed the window"
        case .superseded(let update): "superseded by \(update)"
        case .expired: "expired"
        case .cancelled(let name): "cancelled by \(name)"
        case .gateFailed(let phase): "gate of \(phase) failed"
        case .rolledBack: "rolled back before it was changed"
        case .failed(let cause): cause.code
        case .held: "held"
        case .releaseMissing(.unknown): "what it ran before is not known"
        case .releaseMissing(let version): "\(version) is not in releases/"
        case .releaseWithoutFiles(let version): "\(version) has no files in releases/"
        }
    }
}

/// Who or what holds an update.
public enum PauseReason: Hashable, Sendable, CustomStringConvertible {
    /// An operator pressed pause.
    case operatorPaused(name: String)
    /// A gate lacked its minimum sample in time.
    case inconclusive(phase: String)
    /// A gate failed, and the update's policy leaves it to an operator what becomes of it.
    case gateFailed(phase: String)

    public var description: String {
        switch self {
        case .operatorPaused(let name): "paused by \(name)"
        case .inconclusive(let phase): "gate of \(phase) is inconclusive"
        case .gateFailed(let phase): "gate of \(phase) failed"
        }
    }
}
