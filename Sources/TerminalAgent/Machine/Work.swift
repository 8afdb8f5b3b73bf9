/// How far the agent has come with a release. Each is durable before anything is done in its name.
public enum Stage: String, Codable, Hashable, Sendable, CaseIterable {
    /// The release was taken on; whether it may be trusted is asked.
    case accepted
    /// Its files are fetched into the slot that is not in use.
    case fetching
    /// The site's command installs it there.
    case installing
    /// The slot is whole.
    case ready
    /// The point of no return: the slot is put into use.
    case switching
    /// What is in it is started.
    case restarting
    /// Whether it works is checked.
    case checking
    /// It does not: the former slot is put into use again.
    case returning
    /// What is in that is started.
    case restartingBack
    /// Whether that works is checked.
    case checkingBack
    /// The release runs; the gateway is told until it has heard.
    case succeeded
    /// It does not run; the gateway is told until it has heard.
    case failed
    /// The release was called off in time, or may not be installed any more, for a cause; its slot is cleared, and the
    /// gateway is told until it has heard.
    case dropping

    /// Whether the release can still be dropped as if nothing had been.
    public var canBeDropped: Bool {
        switch self {
        case .accepted, .fetching, .installing, .ready: true
        default: false
        }
    }

    /// Whether the slot with the release is, or may be, in use.
    public var isPastTheSwitch: Bool {
        switch self {
        case .switching, .restarting, .checking, .returning, .restartingBack, .checkingBack: true
        default: false
        }
    }
}

/// A release that the agent is at.
public struct Work: Codable, Hashable, Sendable {
    /// What it is, with the lengths and hashes that are to be believed.
    public var release: OfferedRelease
    /// Where it goes.
    public var slot: Slot
    /// What was in use before; nil: nothing.
    public var former: Slot?
    /// What ran before; nil: that was not known.
    public var formerVersion: String?
    /// What the former slot said of itself; nil: nothing.
    public var formerRecord: SlotRecord?
    public var stage: Stage
    /// Which file is fetched now, by its place.
    public var file = 0
    /// How the gateway calls the present state of each file that was begun, by name: an `ETag`.
    public var tags: [String: String] = [:]
    /// How often what the stage is about was begun.
    public var tries = 0
    /// How often an installation was begun.
    public var installations = 0
    /// How often the agent started while it checked.
    public var starts = 0
    /// How often a start on the way back found another slot in use; nil: never.
    public var returns: Int?
    /// The boot of the machine in which the last try began.
    public var boot = ""
    /// Why it goes back, has failed, or is dropped though nobody has called it off.
    public var cause: String?
    /// Why what was switched back to could not be restarted.
    public var returnFailure: String?
    /// The number of the gateway's action.
    public var action: UInt32 { release.action }
    /// The slot that is to be in use at this stage.
    var expected: Slot? {
        switch stage {
        case .switching, .restarting, .checking, .succeeded: slot
        default: former
        }
    }

    /// The work on a release that was offered.
    public init(
        release: OfferedRelease, slot: Slot, former: Slot?, formerVersion: String?, formerRecord: SlotRecord? = nil
    ) {
        self.release = release
        self.formerRecord = formerRecord
        self.slot = slot
        self.former = former
        self.formerVersion = formerVersion
        stage = .accepted
    }
}

/// What may lie in the files of the slot that is not in use, whole or in part: another attempt at the same files goes on
/// with it.
public struct Leftover: Codable, Hashable, Sendable {
    /// Where they are.
    public var slot: Slot
    /// The files, as they are when they are whole.
    public var files: [SlotRecord.File]

    /// What work leaves behind.
    public init(of work: Work) {
        slot = work.slot
        files = work.release.files.map(SlotRecord.File.init)
    }
}

/// All that the agent keeps over its own end.
public struct AgentState: Codable, Hashable, Sendable {
    /// The form of the file; one of another is refused.
    public static let presentFormat = 1

    public var format = AgentState.presentFormat
    /// What it is at; nil: nothing.
    public var work: Work?
    /// What its last work has left behind; nil: nothing of use.
    public var left: Leftover?
    /// The boot of the machine in which the slot in use could not be restarted: what runs in it is not what the slot says.
    public var notRestartedIn: String?
    /// The release that an installation has begun with and that failed last, though it may run all the same; nil: none since
    /// one succeeded.
    public var gaveUp: String?
    /// The boot of the machine in which it failed. Another one has started what is in use, so that what runs then is that.
    public var gaveUpIn: String?

    /// An agent that is at nothing.
    public init() {}
}
