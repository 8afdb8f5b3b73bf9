import FleetCore

/// What one process asks of the engine that runs in another: one line of JSON.
public struct EngineRequest: Codable, Hashable, Sendable {
    /// The most bytes of a line.
    public static let maximumLength = 64 << 10
    /// The longest reason, in bytes.
    public static let longestReason = 1000
    /// The version that this program speaks.
    public static let version = 2

    /// What can be asked.
    public enum Verb: String, Codable, CaseIterable, Sendable {
        case start, approve, pause, resume, cancel, decommission, accept, refuse, register
        /// End the engine.
        case stop
        case rollBack = "roll back"
        case retryFailed = "retry failed"
        case issueToken = "issue token"
        case revokeToken = "revoke token"
        case issueAPIToken = "issue api token"
        case revokeAPIToken = "revoke api token"
    }

    /// The version of the protocol.
    public var version: Int
    /// What is asked.
    public var command: Verb
    /// The update's or device's id; empty for the fleet's own token.
    public var object: String
    /// Why, in the operator's words; may be empty.
    public var reason: String
    /// The update's id as the operator typed it, for a rollback.
    public var confirmation: String?
    /// The device to register.
    public var device: DeviceForm?
    /// The command's own key, as 32 hexadecimal digits: sent again with the same one it is carried out once.
    public var key: String?
    /// The number of the latest fact of the view on which it was decided; nil: on none.
    public var basis: UInt64?
    /// The revision of the blast radius that was confirmed, for a rollback or its approval; nil: it was not looked at.
    public var preview: UInt64?
    /// The role of a token that is drawn.
    public var role: String?

    /// A request of these parts, with a key of its own.
    public init(
        _ command: Verb, _ object: String, reason: String = "", confirmation: String? = nil, device: DeviceForm? = nil,
        basis: UInt64? = nil
    ) {
        version = Self.version
        self.command = command
        self.object = object
        self.reason = reason
        self.confirmation = confirmation
        self.device = device
        self.basis = basis
        key = CommandKey.draw().description
    }

    /// The origin of the command.
    /// - Throws: What is wrong with its key.
    public func makeOrigin(_ name: String, user: String) throws(Refusal) -> Origin {
        let key = key.map { CommandKey($0) }
        guard key != .some(nil) else {
            throw Refusal(
                "the request's key is not one", remedy: "draw 128 bits and write them as 32 hexadecimal digits")
        }
        return Origin(
            operatorName: name, source: "command line", reason: reason, user: user, key: key ?? nil, basis: basis)
    }

    /// The command that is asked for.
    /// - Throws: What in the request no engine could carry out.
    public func makeCommand() throws(Refusal) -> Command {
        guard version == Self.version else {
            throw Refusal(
                "the request is of version \(version), and this engine speaks \(Self.version)",
                remedy: "use the `muster` that runs the engine")
        }
        guard reason.utf8.count <= Self.longestReason else {
            throw Refusal("the reason is longer than \(Self.longestReason) bytes", remedy: "shorten it")
        }
        switch command {
        case .start: return .start(update: object)
        case .approve: return .approve(update: object, preview: preview)
        case .pause: return .pause(update: object)
        case .resume: return .resume(update: object)
        case .cancel: return .cancel(update: object)
        case .rollBack: return .rollBack(update: object, confirmation: confirmation ?? "", preview: preview)
        case .retryFailed: return .retryFailed(update: object)
        case .decommission: return .decommission(device: object)
        case .register: return .register([try registered()])
        case .accept: return .accept(device: object)
        case .refuse: return .refuse(device: object)
        case .stop: return .stopEngine
        case .issueToken: return .issueToken(device: object.isEmpty ? nil : object)
        case .revokeToken: return .revokeToken(device: object.isEmpty ? nil : object)
        case .issueAPIToken:
            guard let named = role, let role = Role(named) else {
                throw Refusal("a request to draw a token has no role", remedy: Role.remedy)
            }
            return .issueAPIToken(name: object, role: role)
        case .revokeAPIToken: return .revokeAPIToken(name: object)
        }
    }

    private func registered() throws(Refusal) -> DeviceRecord {
        guard let device, ExactText(device.id) == ExactText(object) else {
            throw Refusal("a request to register has no device", remedy: "say what is known of it")
        }
        return try device.makeRecord()
    }
}

/// An answer of an engine, whatever it was asked.
protocol EngineAnswer: Decodable {
    /// Whether it had no room, and has read nothing: the same may be asked again.
    var isFull: Bool? { get }
    /// Whether it goes on in another process, to which the same may be said; only where it has read nothing.
    var isHandedOver: Bool? { get }
}

/// What the engine answered: one line of JSON.
public struct EngineResponse: Codable, Hashable, Sendable, EngineAnswer {
    /// How a request ended.
    public enum Outcome: String, Codable, Sendable {
        /// It was carried out, and is durable.
        case done
        /// The engine decided against it.
        case refused
        /// It was not decided, or whether it was is not known.
        case failed
    }

    /// How it ended.
    public var outcome: Outcome
    /// What is wrong; nil: nothing.
    public var message: String?
    /// What to do.
    public var remedy: String?
    /// What came of it, where the command's word does not say that.
    public var note: String?
    /// Of a console that was taken in: who the kernel says that sits there.
    public var user: String?
    /// Of a console that was taken in: whether commands are refused from there.
    public var isReadOnly: Bool?
    /// Whether the engine had no room for the connection, and has not read the request: it may be sent again. Nil: it had.
    public var isFull: Bool?
    /// Whether the engine that has not read the request goes on in another process, which is the one to be asked. Nil: it
    /// does not.
    public var isHandedOver: Bool?
    /// Whether the engine has failed, and decides nothing any more; nil: it has not.
    public var hasFailed: Bool?

    /// A response of these parts.
    public init(_ outcome: Outcome, _ problem: Refusal? = nil) {
        self.outcome = outcome
        message = problem?.message
        remedy = problem?.remedy
    }

    /// The answer to a command.
    public init(refusal: Refusal?, note: String? = nil) {
        self.init(refusal == nil ? .done : .refused, refusal)
        self.note = note
    }
}
