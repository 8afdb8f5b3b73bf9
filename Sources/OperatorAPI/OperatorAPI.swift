import DeviceGateway
import FleetEngine
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// The fleet over HTTP, for programs: what the console shows and orders, with a token, under `/api/v1`.
///
/// A request becomes a question to the engine, or a command like any other; its answer is written when what it did is
/// durable.
public struct OperatorAPI: Sendable {
    /// Where it listens.
    public struct Address: Hashable, Sendable {
        /// Port 0 takes any that is free.
        public var host: String, port: Int

        /// An address of this machine.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    private let address: Address
    private let desk: OperatorDesk
    private let tokens: APITokenFile
    private let security: (any ConnectionSecurity)?
    private let logger: Logger
    private let limits: APILimits

    /// An API to an engine.
    /// - Parameters:
    ///   - history: The facts of the engine's journal.
    ///   - tokens: Who may ask for what.
    ///   - security: Secures the connections, by TLS; nil: they are plain.
    ///   - logger: Takes what an administrator should know.
    public init(
        _ address: Address, host: EngineHost, history: any FactHistory, tokens: APITokenFile,
        security: (any ConnectionSecurity)? = nil, logger: Logger, limits: APILimits = APILimits()
    ) {
        self.address = address
        desk = OperatorDesk(host: host, history: history, answerTime: limits.answerTime)
        self.tokens = tokens
        self.security = security
        self.logger = logger
        self.limits = limits
    }

    /// The OpenAPI document that this server serves, as JSON.
    public static var document: [UInt8] { OpenAPIDocument(routes: RouteTable().routes).bytes }

    /// Starts to take requests.
    /// - Throws: Why it cannot listen: the address is in use, or not this machine's.
    public func start() async throws -> RunningGateway {
        let guards = RequestGuards(limits.gateway, logger: logger)
        // Rung by nobody; it says when the server is about to end.
        let bell = OrderBell()
        let responder = APIResponder(
            table: RouteTable(), desk: desk, tokens: tokens, limits: limits, gate: RequestGate(limits),
            isDraining: { bell.isDraining })
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let serverLogger = quiet
        let configuration = guards.configuration { [ContinueHandler()] }
        return try await RunningGateway.start(bell: bell, logger: logger) { onListening in
            Application(
                responder: responder, server: .http1(security, configuration: configuration),
                configuration: ApplicationConfiguration(
                    address: .hostname(address.host, port: address.port), serverName: "muster",
                    availableConnectionsDelegate: MaximumAvailableConnections(
                        limits.connections + GatewayLimits.mostBeyond, logger: logger)),
                onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) }, logger: serverLogger)
        }
    }
}
