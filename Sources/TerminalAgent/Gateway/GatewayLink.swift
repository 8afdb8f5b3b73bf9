/// What a poll is answered.
public struct PollAnswer: Hashable, Sendable {
    /// Where there is more about an action.
    public struct Link: Hashable, Sendable {
        /// The action's number.
        public var action: UInt32
        /// The whole address.
        public var url: String

        /// A link to an action.
        public init(action: UInt32, url: String) {
            self.action = action
            self.url = url
        }
    }

    /// After which time the gateway wants the next poll.
    public var interval: Duration
    /// Whether the answer was held as long as was asked for, so that the next poll may come at once.
    public var wasHeld: Bool
    /// What to install; nil: nothing.
    public var deployment: Link?
    /// The action to drop; nil: none.
    public var cancel: UInt32?
    /// Whether the gateway asks for the device's attributes.
    public var wantsAttributes: Bool

    /// An answer of these parts.
    public init(
        interval: Duration, wasHeld: Bool = false, deployment: Link? = nil, cancel: UInt32? = nil,
        wantsAttributes: Bool = false
    ) {
        self.interval = interval
        self.wasHeld = wasHeld
        self.deployment = deployment
        self.cancel = cancel
        self.wantsAttributes = wantsAttributes
    }
}

/// What is said of an action, in the words of DDI.
public struct Feedback: Hashable, Sendable {
    /// Where the device stands.
    public enum Execution: String, Sendable { case scheduled, proceeding, rejected, closed }
    /// How it went.
    public enum Finished: String, Sendable { case none, success, failure }

    public var execution: Execution
    public var finished: Finished
    /// For people.
    public var details: [String]

    /// Feedback of these parts.
    public init(_ execution: Execution, _ finished: Finished = .none, _ details: String...) {
        self.execution = execution
        self.finished = finished
        self.details = details
    }
}

/// Why the gateway did not do what it was asked for.
public enum LinkFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The agent is to end.
    case ending
    /// It was not reached, or the line broke.
    case unreachable(String)
    /// It answered with this status, and with after how long it is worth asking again.
    case refused(Int, retryAfter: Duration?)
    /// What it answered is not what the protocol says.
    case misunderstood(String)

    public var description: String {
        switch self {
        case .ending: "the agent ends"
        case .unreachable(let why): why
        case .refused(let status, _) where (300..<400).contains(status):
            "the gateway answered \(status), a redirect, which is not followed"
        case .refused(let status, _): "the gateway answered \(status)"
        case .misunderstood(let what): "the gateway's answer is no \(what)"
        }
    }
}

/// What a gateway says of a file before it is fetched.
public struct FileStanding: Hashable, Sendable {
    /// How it calls the present state of the file, its `ETag`; empty: it does not say.
    public var tag: String
    /// Bytes of the file, from its beginning, that it knows to have sent to this device; nil: it does not count them.
    public var sent: Int64?

    /// A file of which this is said.
    public init(tag: String, sent: Int64? = nil) {
        self.tag = tag
        self.sent = sent
    }
}

/// How a file was fetched.
public enum FetchEnd: Hashable, Sendable {
    /// To its end.
    case finished
    /// Stopped, since it was asked to be.
    case stopped
}

/// The way to a gateway. Every call waits for the answer, and fails with `ending` when the agent is to end.
public protocol GatewayLink: AnyObject {
    /// Asks what there is to do; the gateway may hold the answer for a time.
    /// - Parameters:
    ///   - time: As long as that.
    ///   - longest: How long the answer may take beside that.
    func poll(holding time: Duration, within longest: Duration) throws(LinkFailure) -> PollAnswer
    /// Reads what is offered.
    func offer(_ url: String) throws(LinkFailure) -> OfferedRelease
    /// Reports how far an action is.
    func say(_ feedback: Feedback, of action: UInt32) throws(LinkFailure)
    /// Answers a cancel.
    func answerCancel(_ feedback: Feedback, of action: UInt32) throws(LinkFailure)
    /// Says what the device says of itself, in place of what it said before.
    func describe(_ attributes: [(name: String, value: String)]) throws(LinkFailure)
    /// What the gateway says of a file.
    func standing(of file: OfferedRelease.File) throws(LinkFailure) -> FileStanding
    /// Fetches a file, or what is missing of it, into a sink.
    /// - Parameters:
    ///   - start: How many bytes are there already.
    ///   - tag: The state of the file that they are of; empty: that is not known.
    ///   - isStopped: Asked again and again; true: the fetch is stopped.
    func fetch(
        _ file: OfferedRelease.File, from start: Int64, tag: String, into sink: any FetchSink, isStopped: () -> Bool
    ) throws(LinkFailure) -> FetchEnd
}

extension GatewayLink {
    /// Asks what there is to do; the gateway may hold the answer so long.
    func poll(holding time: Duration) throws(LinkFailure) -> PollAnswer {
        try poll(holding: time, within: DDIGateway.longestAnswer)
    }
}

/// Where the bytes of a file go. Called by one thread at a time, which need not be the agent's.
public protocol FetchSink: AnyObject, Sendable {
    /// The answer is the whole file: what was there is worth nothing.
    func beginAnew() throws
    /// The next bytes.
    func take(_ bytes: UnsafeRawBufferPointer) throws
}
