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
    }

    /// The version of the protocol.
    var version: Int
    /// What is looked at.
    var look: Object
    /// Events behind the fact of this number.
    var after: UInt64?

    init(_ look: Object, after: UInt64? = nil) {
        version = Self.version
        self.look = look
        self.after = after
    }
}

/// What somebody who looks is shown: one line of JSON.
public struct LookResponse: Codable, Hashable, Sendable {
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

    init(_ outcome: EngineResponse.Outcome, _ problem: Refusal? = nil) {
        self.outcome = outcome
        message = problem?.message
        remedy = problem?.remedy
    }

    init(_ response: EngineResponse) {
        outcome = response.outcome
        message = response.message
        remedy = response.remedy
    }
}

extension EngineSocketClient {
    /// Asks the engine how the fleet stands; nil: none listens there.
    public static func status(in directory: String) throws(EngineSocketError) -> FleetStatus? {
        try look(LookRequest(.status), in: directory)?.status
    }

    /// Asks the engine what happened behind a fact; nil: none listens there.
    public static func events(
        after number: UInt64, in directory: String
    ) throws(EngineSocketError) -> LookResponse? {
        try look(LookRequest(.events, after: number), in: directory)
    }

    private static func look(
        _ request: LookRequest, in directory: String
    ) throws(EngineSocketError) -> LookResponse? {
        guard let connection = try connection(to: SocketPlace(directory: directory)) else { return nil }
        defer { _ = Foundation.close(connection) }
        let response: LookResponse = try ask(request, on: connection, atMost: LookResponse.maximumLength)
        guard response.outcome == .done else {
            throw EngineSocketError(
                response.message ?? "the engine shows nothing", remedy: response.remedy ?? "",
                isRefusal: response.outcome == .refused)
        }
        return response
    }
}
