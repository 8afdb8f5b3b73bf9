import FleetCore
import FleetEngine
import Foundation

/// What somebody who only looks asks for once: one line of JSON, which `LookResponse` answers.
struct LookRequest: Codable, Hashable, Sendable {
    /// The version that this program speaks.
    static let version = 1

    /// What there is to look at.
    enum Object: String, Codable, Sendable {
        /// How the fleet stands.
        case status
        /// What happened.
        case events
        /// What would begin if an update were started or approved.
        case definition
        /// Who may do what.
        case access
    }

    /// The version of the protocol.
    var version: Int
    /// What is looked at.
    var look: Object
    /// Events behind the fact of this number.
    var after: UInt64?
    /// The update that is looked at.
    var update: String?

    init(_ look: Object, after: UInt64? = nil, update: String? = nil) {
        version = Self.version
        self.look = look
        self.after = after
        self.update = update
    }
}

/// What somebody who looks is shown: one line of JSON.
public struct LookResponse: Codable, Hashable, Sendable, EngineAnswer {
    /// Events that are shown at once.
    public static let mostEvents = 500
    /// Bytes of texts of events after which no further one is shown at once.
    static let mostBytes = 1 << 20
    /// The most bytes of an answer; one text is bounded by what a device may say of itself, and JSON writes a byte in six.
    static let maximumLength = 16 << 20

    /// How it ended.
    var outcome: EngineResponse.Outcome
    /// What is wrong; nil: nothing.
    var message: String?
    /// What to do.
    var remedy: String?
    /// How the fleet stands, if that was asked for.
    public var status: FleetStatus?
    /// What happened, oldest first, if that was asked for.
    public var events: [EventLine]?
    /// The number of the latest fact.
    public var latest: UInt64?
    /// What the engine holds as the definition of an update that has not begun, if that was asked for: the fact that it
    /// was drafted so, as the journal writes it.
    var draft: Data?
    /// Who may do what, if that was asked for.
    var access: EngineAccess?
    /// Whether the engine had no room for the connection; nil: it had.
    var isFull: Bool?
    /// Whether the engine that has read nothing goes on in another process; nil: it does not.
    var isHandedOver: Bool?
    /// Whether the engine has failed; nil: it has not.
    var hasFailed: Bool?

    init(_ outcome: EngineResponse.Outcome, _ problem: Refusal? = nil) {
        self.outcome = outcome
        message = problem?.message
        remedy = problem?.remedy
    }

    init(_ response: EngineResponse) {
        outcome = response.outcome
        message = response.message
        remedy = response.remedy
        isFull = response.isFull
        isHandedOver = response.isHandedOver
        hasFailed = response.hasFailed
    }
}

/// What an engine holds as an update that has not begun.
public struct HeldUpdate: Sendable {
    /// What would begin; nil: the engine knows no such update, or that has begun.
    public var definition: UpdateDefinition?
    /// The engine's process, by the kernel's word; nil: it does not say.
    public var process: Int?
}

extension EngineSocketClient {
    /// Asks the engine how the fleet stands; nil: none listens there.
    public static func status(
        in directory: String, patience: EnginePatience = EnginePatience()
    ) throws(EngineSocketError) -> FleetStatus? {
        try look(LookRequest(.status), in: directory, patience)?.status
    }

    /// Asks the engine what happened behind a fact; nil: none listens there.
    public static func events(
        after number: UInt64, in directory: String, patience: EnginePatience = EnginePatience()
    ) throws(EngineSocketError) -> LookResponse? {
        try look(LookRequest(.events, after: number), in: directory, patience)
    }

    /// Asks the engine what it holds as an update that has not begun; nil: none listens there.
    /// - Parameter awaitsNext: Whether the next engine is waited for where one was there and is gone before it answered.
    public static func held(
        _ update: String, in directory: String, patience: EnginePatience = EnginePatience(), awaitsNext: Bool = false
    ) throws(EngineSocketError) -> HeldUpdate? {
        let request = LookRequest(.definition, update: update)
        guard let (response, line) = try shown(request, in: directory, patience, awaitsNext) else { return nil }
        guard let draft = response.draft else { return HeldUpdate(process: line.process) }
        guard let fact = try? FactCoder.decode(Array(draft)), case .updateDrafted(let definition) = fact.event else {
            throw unreadable(line)
        }
        return HeldUpdate(definition: definition, process: line.process)
    }

    /// Asks the engine who may do what; nil: none listens there.
    public static func access(
        in directory: String, patience: EnginePatience = EnginePatience()
    ) throws(EngineSocketError) -> EngineAccess? {
        try look(LookRequest(.access), in: directory, patience)?.access
    }

    private static func look(
        _ request: LookRequest, in directory: String, _ patience: EnginePatience
    ) throws(EngineSocketError) -> LookResponse? {
        try shown(request, in: directory, patience)?.response
    }

    /// What is shown, and the line on which it came.
    private static func shown(
        _ request: LookRequest, in directory: String, _ patience: EnginePatience, _ awaitsNext: Bool = false
    ) throws(EngineSocketError) -> (response: LookResponse, line: Line)? {
        let answer: (response: LookResponse, line: Line)? = try ask(
            request, of: SocketPlace(directory: directory), atMost: LookResponse.maximumLength, patience,
            awaitsNext: awaitsNext)
        guard let response = answer?.response else { return nil }
        guard response.outcome == .done else {
            var error = EngineSocketError(
                response.message ?? "the engine shows nothing", remedy: response.remedy ?? "",
                isRefusal: response.outcome == .refused)
            error.hasFailed = response.hasFailed == true
            throw error
        }
        return answer
    }
}
