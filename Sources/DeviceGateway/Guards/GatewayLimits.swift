/// What the gateway lets devices take at most: of its memory, its connections, its time and the engine's.
///
/// The limits are per device, not per address: a whole store may sit behind one.
public struct GatewayLimits: Sendable {
    /// Connections at once; further ones are closed as they come. One that idles takes about 20 KiB.
    public var connections = 100_000
    /// Connections beyond those that are taken to be refused, at once; more wait in the system's queue until these are
    /// closed, so that a storm of them leaves no file without a descriptor.
    public static let mostBeyond = 16
    /// Connections that may wait to be taken: a storm of devices comes faster than one thread takes them, and one that
    /// finds no room tries again only after seconds. The system may allow fewer.
    static let backlog = 4096
    /// Calls to the engine whose answers are waited for at once; further ones are answered 503. Half of the engine's
    /// inbox, so that an operator's command always finds room there.
    public var callsUnderWay = 5000
    /// Bytes of a request's target: 414 beyond.
    public var targetLength = 2048
    /// Bytes of one header field, bytes of all and how many of them: the connection is refused beyond.
    public var headerFieldLength = 8 << 10, headerLength = 16 << 10, headerCount = 64
    /// From the first byte of a request to its last, and from a new connection to its first request.
    public var requestTime = Duration.seconds(30)
    /// How long requests under way may go on once the gateway is to stop.
    public var drainTime = RunningGateway.longestDrain
    /// A connection on which nothing is asked for. Longer than the longest poll is held.
    public var idleTime = Duration.seconds(330)
    /// A reader that takes nothing for so long is cut. Pieces of a file are 128 KiB, so this means less than 2 KiB a
    /// second.
    public var stallTime = Duration.seconds(60)
    /// Requests of one device: 429 beyond.
    public var requests = TokenRate(perSecond: 10, burst: 100)
    /// Feedback of one device: 429 beyond. A client says at most a few dozen things of an action.
    public var feedback = TokenRate(perSecond: 2, burst: 60)
    /// Changes of what one device says of itself: 429 beyond. Each is written down as a whole, for good, and a client has
    /// something new to say of itself a few times in an update.
    public var descriptions = TokenRate(perSecond: 0.1, burst: 10)
    /// Requests of one address whose caller proves nothing: 429 instead of 401 beyond. Those who prove who they are do
    /// not notice.
    public var failures = TokenRate(perSecond: 5, burst: 50)
    /// Requests of one address for the signed repository, which asks for no proof: 429 beyond. A whole store may sit behind
    /// one address, and a walk through the metadata takes about five.
    public var visits = TokenRate(perSecond: 500, burst: 5000)
    /// Lines a second of the log on what was refused, and on what devices do.
    public var refusalLinesPerSecond = 20, activityLinesPerSecond = 1000
    /// Bytes of artifacts a second that one device is delivered; nil: that is not limited.
    public var bytesPerSecondPerDevice: Int64?

    /// The usual limits.
    public init() {}

    /// These limits, with no more connections than there is room for.
    public func fitting(connections: Int) -> GatewayLimits {
        var limits = self
        limits.connections = min(limits.connections, connections)
        return limits
    }
}

/// How often something may happen.
public struct TokenRate: Hashable, Sendable {
    /// In the long run.
    public var perSecond: Double
    /// At once, after a rest.
    public var burst: Double

    /// A rate with its burst; both are above 0.
    public init(perSecond: Double, burst: Double) {
        self.perSecond = perSecond
        self.burst = burst
    }

    /// The time in which one token comes back.
    var interval: Duration { .seconds(1 / perSecond) }
    /// After so long a rest a bucket is full, and as good as one that was never used.
    var refill: Duration { .seconds(burst / perSecond) }
}
