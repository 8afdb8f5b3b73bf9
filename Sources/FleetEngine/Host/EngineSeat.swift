import FleetCore

/// A console's place at an engine of this process. It is asked for no more than one view at a time: a console that does
/// not look, because its line is slow or it is stopped, costs nothing.
public final class EngineSeat: ConsoleEngine {
    /// What the engine keeps of one seat.
    struct Place {
        let user: ConsoleUser
        let onNews: @Sendable () -> Void
        /// What they may do, by the settings as they are.
        var role: Role?
        var query: ViewQuery?
        /// Whether a view is owed at once: the query is new, or a command was answered.
        var isOwed = false
        var news = ConsoleNews()
        /// Whether a sign of life is asked for, and whether one was given since.
        var wantsSign = false
        var hasSign = false
        /// When the last view was made, of what, and how long that took.
        var madeAt = ContinuousClock.now - .seconds(3600)
        var revision: UInt64 = .max
        var cost = Duration.zero

        /// Whether a view may be made: the last one was taken.
        var isFree: Bool { query != nil && news.view == nil && news.end == nil }
    }

    /// Its number at this engine, from 1, in the order of coming.
    public let number: Int
    private let host: EngineHost

    init(_ number: Int, at host: EngineHost) {
        self.number = number
        self.host = host
    }

    public func ask(_ query: ViewQuery) {
        host.locked { shared in
            guard let place = shared.seats[number], place.query != query else { return }
            shared.seats[number]?.query = query
            shared.seats[number]?.isOwed = true
            shared.hasSeatMoved = true
        }
    }

    public func submit(_ command: Command, reason: String, basis: UInt64? = nil) -> UInt64? {
        submit(command, reason: reason, basis: basis, key: nil)
    }

    /// Gives a command that may have been given before.
    /// - Parameter key: Its own; with one that the engine knows it is answered as it was then.
    public func submit(_ command: Command, reason: String, basis: UInt64?, key: CommandKey?) -> UInt64? {
        host.submit(command, reason: reason, basis: basis, key: key, from: number)
    }

    public func takeNews() -> ConsoleNews {
        host.locked { shared in
            guard let news = shared.seats[number]?.news, !news.isEmpty else { return ConsoleNews() }
            shared.seats[number]?.news = ConsoleNews()
            if news.view != nil { shared.hasSeatMoved = true }
            return news
        }
    }

    /// The answers that have come since the last call, and whether it is the end; the view, if there is one, stays.
    public func takeReplies() -> ConsoleNews {
        host.locked { shared in
            var taken = ConsoleNews()
            taken.replies = shared.seats[number]?.news.replies ?? []
            taken.end = shared.seats[number]?.news.end
            shared.seats[number]?.news.replies = []
            return taken
        }
    }

    /// Asks for a sign of life: once the engine has come round, `onNews` is called and `takeSign` says so.
    public func askForSign() {
        host.locked { shared in
            guard shared.seats[number] != nil else { return }
            shared.seats[number]?.wantsSign = true
            shared.hasSeatMoved = true
        }
    }

    /// Whether the engine has given a sign of life since the last call.
    public func takeSign() -> Bool {
        host.locked { shared in
            let hasSign = shared.seats[number]?.hasSign ?? false
            shared.seats[number]?.hasSign = false
            return hasSign
        }
    }

    public func waitForNews(seconds: Double) { host.waitForNews(of: number, seconds: seconds) }

    public var isBusy: Bool { host.isBusy }

    public var silence: Duration? { nil }

    public func leave() {
        host.locked { shared in
            guard shared.seats.removeValue(forKey: number) != nil else { return }
            shared.oweToAll()
        }
    }
}
