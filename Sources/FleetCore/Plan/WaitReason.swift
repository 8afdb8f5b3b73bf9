/// Which limit of `Limits`, or of the update itself, is reached.
public enum LimitScope: Hashable, Sendable, CustomStringConvertible {
    case fleet(Int)
    case region(String, Int)
    case site(String, Int)
    case update(Int)

    public var description: String {
        switch self {
        case .fleet(let limit): "limit of \(limit) in the fleet"
        case .region(let name, let limit): "limit of \(limit) in \(name)"
        case .site(let name, let limit): "limit of \(limit) at \(name)"
        case .update(let limit): "limit of \(limit) in this update"
        }
    }
}

/// Why a device is not moving now. Typed, so that a screen shows what the engine knows and works out nothing itself.
public enum WaitReason: Hashable, Sendable {
    /// The update is a draft.
    case notStarted
    case awaitingApproval
    /// Another person than who asked for the start must approve it.
    case secondPerson(askedBy: String)
    case paused(PauseReason)
    /// The window is closed; nil: it does not open again.
    case window(opensAt: Timestamp?)
    case freeze(name: String, until: Timestamp)
    /// The device belongs to a phase that has not opened, because of what the phase before it waits for.
    case gate(phase: String)
    case soak(phase: String, until: Timestamp)
    case approval(phase: String)
    case limit(LimitScope)
    /// Starts a minute.
    case rate(until: Timestamp)
    /// Bytes a second of the region.
    case bandwidth(region: String, until: Timestamp)
    /// Starting would leave fewer working terminals at the site than its floor.
    case floor(site: String, working: Int)
    /// Offline; the moment of its last contact, nil if that is not known.
    case offline(since: Timestamp?)
    case neverSeen
    /// An on-connect update offers at the device's next contact.
    case nextContact
    case backingOff(until: Timestamp)
    case busy(update: String)
    /// Nothing holds it: it starts at the engine's next step.
    case due

    /// The moment from which the reason no longer holds, where it names one.
    public var until: Timestamp? {
        switch self {
        case .window(let opensAt): opensAt
        case .freeze(_, let until), .soak(_, let until), .rate(let until), .bandwidth(_, let until),
            .backingOff(let until):
            until
        default: nil
        }
    }
}

extension WaitReason: CustomStringConvertible {
    /// The reason in a few words, with times in UTC.
    public var description: String {
        switch self {
        case .notStarted: "not started"
        case .awaitingApproval: "awaits approval"
        case .secondPerson(let name): "second person, started by \(name)"
        case .paused(let reason): reason.description
        case .window(let opensAt): opensAt.map { "window opens \($0.iso)" } ?? "no window opens any more"
        case .freeze(let name, let until): "freeze \(name) until \(until.iso)"
        case .gate(let phase): "gate of \(phase)"
        case .soak(let phase, let until): "soak of \(phase) until \(until.iso)"
        case .approval(let phase): "approval after \(phase)"
        case .limit(let scope): scope.description
        case .rate(let until): "starts a minute until \(until.iso)"
        case .bandwidth(let region, let until): "bandwidth of \(region) until \(until.iso)"
        case .floor(let site, let working): "floor at \(site), \(working) working"
        case .offline(let since): since.map { "offline since \($0.iso)" } ?? "offline"
        case .neverSeen: "never seen"
        case .nextContact: "next contact"
        case .backingOff(let until): "backing off until \(until.iso)"
        case .busy(let update): "busy with \(update)"
        case .due: "due"
        }
    }
}
