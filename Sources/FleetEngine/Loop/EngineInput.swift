import FleetCore

/// What reaches the engine.
public enum EngineInput: Hashable, Sendable {
    /// A device says something.
    case report(Report)
    /// An operator asks for something; `ticket` comes back with the reply.
    case command(Command, Origin, ticket: UInt64)
    /// A user of this machine asks for something, by the kernel's word; as what they do, the engine's settings say at that
    /// moment, whatever the origin says. `ticket` as above.
    case request(Command, Origin, by: LocalUser, ticket: UInt64)
    /// A device calls in and waits for what it is to do; `ticket` comes back with the answer.
    case call(DeviceCall, ticket: UInt64)
    /// A device that the registry does not know has called; `ticket` comes back with the reply, which says where the
    /// device stands in the registry, or why it was not taken in.
    case introduction(Introduction, ticket: UInt64)
}

extension EngineInput {
    /// What its answer carries; nil: it gets none.
    var ticket: UInt64? {
        switch self {
        case .report: nil
        case .command(_, _, let ticket), .request(_, _, _, let ticket), .call(_, let ticket),
            .introduction(_, let ticket):
            ticket
        }
    }
}

/// The answer to a command, a call or an introduction; given only when its facts are durable.
public struct EngineReply: Hashable, Sendable {
    /// The ticket of what is answered.
    public var ticket: UInt64
    /// Why it was refused; nil: it was carried out.
    public var refusal: Refusal?
    /// Whether the refusal only says that the engine has stopped: what was asked may be in its journal, or not.
    public var isUndecided = false
    /// What came of a command that was carried out, where its word does not say that; nil: it does.
    public var note: String?
    /// The device that an introduction spoke of, new or known before; nil for commands and refusals.
    public var device: DeviceIndex?
    /// What a device that called in is told; nil: it was no call, or the engine has stopped.
    public var answer: DeviceAnswer?

    /// The answer to what has this ticket.
    public init(ticket: UInt64, refusal: Refusal?, device: DeviceIndex? = nil) {
        self.ticket = ticket
        self.refusal = refusal
        self.device = device
    }
}
