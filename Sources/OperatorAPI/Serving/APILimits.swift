import DeviceGateway

/// What programs may take of the engine at most.
public struct APILimits: Sendable {
    /// Connections at once; further ones are closed as they come.
    public var connections = 256
    /// Requests whose answers are worked out at once; further ones are answered 503.
    public var requestsUnderWay = 32
    /// Requests that may wait for events at once, beside those; further ones are answered at once.
    public var waitingForEvents = 16
    /// Bytes of a request's body, and of its target.
    public var bodyLength = 16 << 10, targetLength = 4096
    /// Requests of one token: 429 beyond.
    public var requests = TokenRate(perSecond: 100, burst: 500)
    /// Requests of one address that prove nothing: 429 instead of 401 beyond. Those that do are not slowed down by it.
    public var failures = TokenRate(perSecond: 2, burst: 20)
    /// How long the engine may take to answer.
    public var answerTime = Duration.seconds(30)
    /// The longest that events are waited for.
    public static let longestWait = 30
    /// How often the journal is asked meanwhile.
    static let waitInterval = Duration.milliseconds(250)
    /// Rows of a list that are sent at once.
    public static let mostRows = 1000

    /// The usual limits.
    public init() {}

    /// The same for connections, as the gateway's guards take them.
    var gateway: GatewayLimits {
        var limits = GatewayLimits()
        limits.connections = connections
        limits.targetLength = targetLength
        limits.idleTime = .seconds(120)
        return limits
    }
}
