import FleetCore

/// An engine as a console knows it, in the same process or behind a socket: it is asked for views, and given commands.
public protocol ConsoleEngine: AnyObject, Sendable {
    /// Says what the console wants to see from now on.
    func ask(_ query: ViewQuery)
    /// Gives a command; its answer comes in the news under the ticket. Nil: no command is taken now.
    /// - Parameter basis: The revision of the view on which it was decided; nil: on none.
    func submit(_ command: Command, reason: String, basis: UInt64?) -> UInt64?
    /// What has come since the last call.
    func takeNews() -> ConsoleNews
    /// Waits until there may be something to take, at most so many seconds.
    func waitForNews(seconds: Double)
    /// Whether the engine has been at work, or silent, for longer than a console would wait without a word.
    var isBusy: Bool { get }
    /// How long nothing has been heard of the engine, be it that it lives; nil: it is of this process, and is heard of as
    /// long as it is not busy, or there is none.
    var silence: Duration? { get }
    /// Gives the console's place up; nothing comes any more.
    func leave()
}

/// What has come for a console since it last looked.
public struct ConsoleNews: Sendable {
    /// The latest view; nil: nothing new.
    public var view: FleetView?
    /// Answers to commands, in order.
    public var replies: [EngineReply] = []
    /// Why the console is closed: nothing comes any more; nil: it is not.
    public var end: Refusal?

    /// Nothing new.
    public init() {}

    /// Whether there is nothing in it.
    public var isEmpty: Bool { view == nil && replies.isEmpty && end == nil }
}

/// Who sits at a console.
public struct ConsoleUser: Hashable, Sendable {
    /// The operator's name.
    public var name: String
    /// Where the commands come from, as the journal says it: `console`.
    public var source: String
    /// Whether commands are refused from here, whatever the role.
    public var isReadOnly: Bool
    /// The user as the kernel knows them, whose role the fleet's settings say; nil: whoever runs the engine.
    public var account: LocalUser?

    /// Somebody who says to be `alias`, with whom the system knows: `kim (ops)`.
    public static func name(_ alias: String, of user: String) -> String { alias == user ? user : "\(alias) (\(user))" }

    /// Somebody of this name.
    public init(name: String, source: String = "console", isReadOnly: Bool = false, account: LocalUser? = nil) {
        self.name = name
        self.source = source
        self.isReadOnly = isReadOnly
        self.account = account
    }
}
