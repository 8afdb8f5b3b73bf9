import FleetCore
import Foundation

/// Runs an engine on a thread of its own, apart from every screen: a console that hangs holds nothing up.
///
/// Consoles put commands in and ask for views; the thread answers both and calls `onNews`. The inbox is bounded: when it
/// is full, a command is refused and said so, never dropped.
public final class EngineHost: @unchecked Sendable {
    /// Commands that may wait at once.
    public static let inboxCapacity = 10_000
    /// Who may wait for statistics at once.
    public static let readerCapacity = 16
    /// The shortest time between two views of the same query: four a second. A key asks anew and waits for none of it;
    /// numbers that change faster cannot be read, and cost an SSH link more than a kilobyte a second.
    public static let viewInterval = Duration.milliseconds(250)

    /// What has come for a console since it last looked.
    public struct News: Sendable {
        /// The latest view; nil: nothing new.
        public var view: FleetView?
        /// Answers to commands, in order.
        public var replies: [EngineReply] = []
    }

    /// Everything two threads touch, guarded by `condition`.
    private struct Shared {
        var inbox: [EngineInput] = []
        var query: ViewQuery?
        var isQueryNew = false
        var news = News()
        var isStopping = false
        var hasStopped = false
        var nextTicket: UInt64 = 1
        /// Who waits for the answer to a call, by its ticket.
        var callers: [UInt64: @Sendable (EngineReply) -> Void] = [:]
        /// Who waits for statistics.
        var readers: [@Sendable (EngineStatistics?) -> Void] = []
        var failure: String?
        var busySince: ContinuousClock.Instant?
    }

    private let condition = SteadyCondition()
    private var shared = Shared()
    private let onNews: @Sendable () -> Void

    /// A host that calls `onNews`, on its own thread, whenever there is something to fetch.
    public init(onNews: @escaping @Sendable () -> Void) {
        self.onNews = onNews
    }

    /// Makes the driver on the engine's thread and runs it there until `stop`. `ready` says, on that thread, whether
    /// the engine could be made.
    public func start(
        _ makeDriver: @escaping @Sendable () throws -> any EngineDriver,
        ready: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        let thread = Thread { [self] in
            do {
                let driver = try makeDriver()
                ready(.success(()))
                run(driver)
            } catch {
                ready(.failure(error))
            }
            locked { $0.hasStopped = true }
            answerReaders(nil)
            onNews()
        }
        thread.stackSize = 4 << 20
        thread.name = "engine"
        thread.start()
    }

    /// Puts a command in; its answer comes in the news under the ticket. Nil: the inbox is full.
    public func submit(_ command: Command, _ origin: Origin) -> UInt64? {
        locked { shared in
            guard shared.inbox.count < Self.inboxCapacity, !shared.isStopping else { return nil }
            let ticket = shared.nextTicket
            shared.nextTicket += 1
            shared.inbox.append(.command(command, origin, ticket: ticket))
            return ticket
        }
    }

    /// Puts a device's call in. `completion` is called once, on the engine's thread, when what the device said is durable;
    /// it must not block. False: the inbox is full or the engine ends; it is not called then.
    public func call(
        _ call: DeviceCall, completion: @escaping @Sendable (EngineReply) -> Void
    ) -> Bool {
        enter(completion) { .call(call, ticket: $0) }
    }

    /// Puts a command in whose answer does not go to the news; the rest as of `call`.
    public func submit(
        _ command: Command, _ origin: Origin, completion: @escaping @Sendable (EngineReply) -> Void
    ) -> Bool {
        enter(completion) { .command(command, origin, ticket: $0) }
    }

    private func enter(
        _ completion: @escaping @Sendable (EngineReply) -> Void, _ input: (UInt64) -> EngineInput
    ) -> Bool {
        locked { shared in
            guard shared.inbox.count < Self.inboxCapacity, !shared.isStopping, !shared.hasStopped else { return false }
            let ticket = shared.nextTicket
            shared.nextTicket += 1
            shared.inbox.append(input(ticket))
            shared.callers[ticket] = completion
            return true
        }
    }

    /// Asks what there is to count. `completion` is called once, on the engine's thread, and must not block; with nil if
    /// too many ask or no engine runs.
    public func readStatistics(_ completion: @escaping @Sendable (EngineStatistics?) -> Void) {
        let isTaken = locked { shared in
            guard shared.readers.count < Self.readerCapacity, !shared.hasStopped else { return false }
            shared.readers.append(completion)
            return true
        }
        if !isTaken { completion(nil) }
    }

    /// Says what the console wants to see from now on.
    public func ask(_ query: ViewQuery) {
        locked { shared in
            guard shared.query != query else { return }
            shared.query = query
            shared.isQueryNew = true
        }
    }

    /// What has come since the last call.
    public func takeNews() -> News {
        locked { shared in
            defer { shared.news = News() }
            return shared.news
        }
    }

    /// Waits until there may be something to fetch, at most so many seconds.
    public func waitForNews(seconds: Double) {
        condition.lock()
        defer { condition.unlock() }
        if shared.news.view == nil, shared.news.replies.isEmpty {
            _ = condition.wait(until: .init(in: .milliseconds(Int64(seconds * 1000))))
        }
    }

    /// Whether the engine has been at work for longer than a console would wait without a word.
    public var isBusy: Bool {
        locked { shared in shared.busySince.map { ContinuousClock.now - $0 > .seconds(1) } ?? false }
    }

    /// Why the engine works no more; nil: it does. What it is when `onNews` is called for it.
    public var failure: String? { locked { $0.failure } }

    /// Ends the engine in good order and waits for it, at most so many seconds. False: it did not end in time.
    @discardableResult
    public func stop(seconds: Double = 10) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        shared.isStopping = true
        condition.broadcast()
        let deadline = SteadyCondition.Deadline(in: .milliseconds(Int64(seconds * 1000)))
        while !shared.hasStopped {
            if !condition.wait(until: deadline) { return shared.hasStopped }
        }
        return true
    }

    private func locked<Result>(_ body: (inout Shared) -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        let result = body(&shared)
        condition.broadcast()
        return result
    }
}

// MARK: - The engine's thread

extension EngineHost {
    /// When a view was last made, and of what.
    private struct Published {
        var at = ContinuousClock.now - .seconds(3600)
        var revision: UInt64 = .max
    }

    private func run(_ driver: any EngineDriver) {
        var published = Published()
        var rest: Duration? = .zero
        while let (inputs, query, isQueryNew) = waitForWork(rest) {
            let replies = answerCalls(driver.advance(inputs))
            answerReaders(driver)
            var news = News(view: nil, replies: replies)
            // What a command did is seen with its answer.
            let isOwed = isQueryNew || !replies.isEmpty
            let due = query.map { viewDue(driver, published, isOwed: isOwed, $0) } ?? nil
            if let query, let due, due <= .zero {
                news.view = driver.view(query)
                published = Published(at: .now, revision: driver.revision)
            }
            if let failure = driver.failure, failure != self.failure { tell(failure) }
            if news.view != nil || !replies.isEmpty { publish(news) }
            let nextView = news.view != nil && query != nil ? restAfterView(driver) : due
            rest = [driver.rest, nextView].compactMap { $0 }.min()
        }
        driver.shutDown()
    }

    /// How long until the console is owed a view; zero or less: now.
    private func viewDue(
        _ driver: any EngineDriver, _ published: Published, isOwed: Bool, _ query: ViewQuery
    ) -> Duration {
        if isOwed { return .zero }
        let age = ContinuousClock.now - published.at
        let interval = driver.revision != published.revision ? Self.viewInterval : restAfterView(driver)
        return interval - age
    }

    /// The time after which a view is stale though no fact has come: ages and countdowns move by the second, the clock
    /// in the header by the minute.
    private func restAfterView(_ driver: any EngineDriver) -> Duration {
        driver.isMoving ? .seconds(1) : .seconds(20)
    }

    /// Rests until something arrives, at most so long; nil: it is time to stop.
    private func waitForWork(_ rest: Duration?) -> ([EngineInput], ViewQuery?, Bool)? {
        condition.lock()
        defer { condition.unlock() }
        shared.busySince = nil
        let deadline = rest.map { SteadyCondition.Deadline(in: $0) }
        while shared.inbox.isEmpty, shared.readers.isEmpty, !shared.isQueryNew, !shared.isStopping {
            guard let deadline else {
                condition.wait()
                continue
            }
            if !condition.wait(until: deadline) { break }
        }
        if shared.isStopping, shared.inbox.isEmpty { return nil }
        shared.busySince = .now
        defer {
            shared.inbox = []
            shared.isQueryNew = false
        }
        return (shared.inbox, shared.query, shared.isQueryNew)
    }

    /// Hands the answers of calls to those who wait for them; gives the rest.
    private func answerCalls(_ replies: [EngineReply]) -> [EngineReply] {
        guard !replies.isEmpty else { return replies }
        let callers = locked { shared in
            replies.map { shared.callers.removeValue(forKey: $0.ticket) }
        }
        for (reply, caller) in zip(replies, callers) { caller?(reply) }
        return zip(replies, callers).filter { $0.1 == nil }.map(\.0)
    }

    /// Tells those who wait for statistics; with no driver, that there are none.
    private func answerReaders(_ driver: (any EngineDriver)?) {
        let (readers, depth) = locked { shared in
            defer { shared.readers = [] }
            return (shared.readers, shared.inbox.count)
        }
        guard !readers.isEmpty else { return }
        var statistics = driver?.statistics
        statistics?.queueDepth = depth
        for reader in readers { reader(statistics) }
    }

    private func tell(_ failure: String) {
        locked { $0.failure = failure }
        onNews()
    }

    private func publish(_ news: News) {
        locked { shared in
            if let view = news.view { shared.news.view = view }
            shared.news.replies += news.replies
        }
        onNews()
    }
}
