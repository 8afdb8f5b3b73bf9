import AsyncHTTPClient
import FleetCore
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// One terminal's way to a gateway: it asks and reports in the words of hawkBit's Direct Device Integration, as a field
/// client does.
///
/// A request that cannot be answered now is an error; when it is worth repeating is for the terminal to say.
public struct DDIClient: Sendable {
    /// How long an answer may take, beside the time that a poll asks to be held.
    public static let longestAnswer = Duration.seconds(30)
    /// The most bytes of an answer that are read; files are not among them.
    static let longestReply = 1 << 20

    let pool: ConnectionPool
    private let base: String
    private let authorization: String

    /// The way of a terminal.
    /// - Parameters:
    ///   - device: Its id.
    ///   - gateway: Where the gateway is, and who may call in.
    ///   - pool: The connections, which terminals share.
    public init(device: String, gateway: GatewayAddress, pool: ConnectionPool) {
        self.pool = pool
        base = "\(gateway.base)/controller/v1/\(device)"
        authorization = gateway.authorization
    }

    /// Asks what there is to do.
    /// - Parameter wait: How long the gateway may hold the answer until there is something; whole seconds, zero: not.
    public func poll(waiting wait: Duration = .zero) async throws -> DDIPoll {
        let seconds = wait.components.seconds
        let preference = seconds > 0 ? [("Prefer", "wait=\(seconds)")] : []
        let body = try await ask(.GET, base, preference, within: Self.longestAnswer + .seconds(seconds))
        return try DDIPoll(reading: body)
    }

    /// Fetches what an action is about.
    public func deployment(_ link: DDILink) async throws -> DDIDeployment {
        try DDIDeployment(reading: try await ask(.GET, link.href))
    }

    /// Asks which action is to be dropped.
    public func cancelled(_ link: DDILink) async throws -> UInt32 {
        try DDICancel(reading: try await ask(.GET, link.href)).action
    }

    /// Reports how far an action is.
    public func say(_ feedback: DDIFeedback, of action: UInt32) async throws {
        _ = try await ask(.POST, "\(base)/deploymentBase/\(action)/feedback", body: feedback.json(action))
    }

    /// Answers a cancel.
    public func answerCancel(_ feedback: DDIFeedback, of action: UInt32) async throws {
        _ = try await ask(.POST, "\(base)/cancelAction/\(action)/feedback", body: feedback.json(action))
    }

    /// Says which release the terminal runs.
    public func describe(firmware: Version) async throws {
        let body = #"{"mode":"merge","data":{"firmware":"\#(firmware)"}}"#
        _ = try await ask(.PUT, "\(base)/configData", body: body)
    }

    // MARK: - Requests

    private func ask(
        _ method: HTTPMethod, _ url: String, _ fields: [(String, String)] = [], body: String? = nil,
        within time: Duration = longestAnswer
    ) async throws -> ByteBuffer {
        let response = try await send(method, url, fields, body: body, within: time)
        let reply = try await response.body.collect(upTo: Self.longestReply)
        guard response.status == .ok else { throw DDIRefusal(response) }
        return reply
    }

    func send(
        _ method: HTTPMethod, _ url: String, _ fields: [(String, String)], body: String? = nil,
        within time: Duration = longestAnswer
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "Authorization", value: authorization)
        request.headers.add(contentsOf: fields)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body))
        }
        return try await pool.http.execute(request, timeout: .seconds(time.components.seconds))
    }
}

/// Where a gateway is, and what proves to it who calls.
public struct GatewayAddress: Hashable, Sendable {
    /// Scheme, host, port and tenant, without a slash at its end.
    var base: String
    /// The value of the header.
    var authorization: String

    /// A gateway of this machine.
    /// - Parameters:
    ///   - port: Where it listens.
    ///   - tenant: The fleet's name.
    ///   - gatewayToken: The token that speaks for any device of the fleet.
    public init(loopbackPort port: Int, tenant: String = "DEFAULT", gatewayToken: String) {
        base = "http://127.0.0.1:\(port)/\(tenant)"
        authorization = "GatewayToken \(gatewayToken)"
    }
}

/// The connections that many terminals share. Shut down before it goes.
public struct ConnectionPool: Sendable {
    /// Connections that are open at once, unless another number is asked for.
    public static let standardSize = 64

    let http: HTTPClient

    /// A pool of at most so many connections.
    public init(size: Int = standardSize) {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = size
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(10)
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes all connections. Nothing may be under way.
    public func shutDown() async throws { try await http.shutdown() }
}

/// The gateway answered, and not with what was asked for.
public struct DDIRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The status of its answer.
    public var status: Int
    /// After which time it is worth asking again; nil: it does not say.
    public var retryAfter: Duration?

    init(_ response: HTTPClientResponse) {
        status = Int(response.status.code)
        retryAfter = response.headers.first(name: "Retry-After").flatMap { Int64($0) }.map { .seconds($0) }
    }

    public var description: String { "the gateway answered \(status)" }
}

/// An answer that is not what the protocol says.
public struct DDIMisunderstanding: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected.
    public var expected: String

    public var description: String { "the gateway's answer is no \(expected)" }
}
