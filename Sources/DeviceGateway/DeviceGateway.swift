import FleetCore
import FleetEngine
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// HTTP for devices: hawkBit's Direct Device Integration, as field clients speak it.
///
/// A request becomes a call to the engine; its answer is written when what the device said is durable.
public struct DeviceGateway: Sendable {
    /// The longest time that a poll is held, in seconds.
    static let longestWait: Int64 = 300
    /// What the server calls itself.
    static let serverName = "muster"

    /// How the gateway behaves.
    public struct Options: Sendable {
        /// Where it listens; port 0 takes any that is free.
        public var host: String, port: Int
        /// The fleet's name: a path begins with it, or with `DEFAULT`.
        public var tenant: String
        /// How often devices are told to call in, and how often while they have an order.
        public var pollInterval: Duration, orderedPollInterval: Duration

        /// Options of these values.
        public init(
            host: String, port: Int, tenant: String, pollInterval: Duration,
            orderedPollInterval: Duration = .seconds(5)
        ) {
            self.host = host
            self.port = port
            self.tenant = tenant
            self.pollInterval = pollInterval
            self.orderedPollInterval = orderedPollInterval
        }
    }

    private let options: Options
    private let controller: DDIController
    private let security: (any ConnectionSecurity)?
    private let guards: RequestGuards
    private let operatorRoutes: OperatorRoutes
    private let repositoryRoutes: RepositoryRoutes
    private let bell: OrderBell
    private let logger: Logger

    /// A gateway to an engine.
    /// - Parameters:
    ///   - options: How it behaves.
    ///   - entry: The engine's inbox.
    ///   - bell: Where the engine sends its orders.
    ///   - credentials: Who may call in as whom.
    ///   - artifacts: The files of releases.
    ///   - repository: What is signed of them.
    ///   - deliveries: What devices were sent of them.
    ///   - security: Secures the connections, by TLS; nil: they are plain.
    ///   - logger: Takes what an administrator should know.
    ///   - limits: What devices may take at most.
    ///   - readings: What the engine says of itself.
    public init(
        _ options: Options, entry: @escaping EngineDesk.Entry, bell: OrderBell, credentials: any DeviceCredentials,
        artifacts: any ArtifactSource, deliveries: DeliveryLedger,
        repository: any SignedRepository = NoSignedRepository(), security: (any ConnectionSecurity)? = nil,
        logger: Logger, limits: GatewayLimits = GatewayLimits(), readings: EngineReadings = EngineReadings()
    ) {
        self.options = options
        self.security = security
        self.bell = bell
        self.logger = logger
        guards = RequestGuards(limits, logger: logger)
        operatorRoutes = OperatorRoutes(readings: readings, guards: guards, bell: bell, credentials: credentials)
        repositoryRoutes = RepositoryRoutes(
            options: options, repository: repository, artifacts: artifacts, isSecured: security != nil, guards: guards)
        let bounded = BoundedEntry.make(entry, most: limits.callsUnderWay, guards.meters)
        controller = DDIController(
            options: options, desk: EngineDesk(bounded, bell: bell), credentials: credentials, artifacts: artifacts,
            deliveries: deliveries, security: security, guards: guards)
    }

    /// Starts to take requests.
    /// - Throws: Why it cannot listen: the address is in use, or not this machine's.
    public func start() async throws -> RunningGateway {
        let router = Router(context: DeviceRequestContext.self)
        router.add(middleware: RequestWatch(guards: guards))
        operatorRoutes.addRoutes(to: router)
        controller.addRoutes(to: router)
        repositoryRoutes.addRoutes(to: router)
        // The server says at each start what whoever started it says too.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let serverLogger = quiet
        let date = ReplyDate()
        let configuration = guards.configuration { [controller] in
            [PollHandler(controller, date: date), ContinueHandler()]
        }
        return try await RunningGateway.start(bell: bell, logger: logger, longestDrain: guards.limits.drainTime) {
            onListening in
            Application(
                router: router, server: .http1(security, configuration: configuration),
                configuration: ApplicationConfiguration(
                    address: .hostname(options.host, port: options.port), serverName: Self.serverName,
                    backlog: GatewayLimits.backlog,
                    availableConnectionsDelegate: MaximumAvailableConnections(
                        guards.limits.connections + GatewayLimits.mostBeyond, logger: logger)),
                onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) }, logger: serverLogger)
        }
    }
}

/// A request with its connection, which a streamed body waits for.
struct DeviceRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
