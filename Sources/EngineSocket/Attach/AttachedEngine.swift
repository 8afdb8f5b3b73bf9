import FleetCore
import FleetEngine
import Foundation
import Synchronization

/// An engine of another process, or of this one, behind its socket, as a console knows it. Where the connection is lost,
/// the last view stays, marked as stopped, and the console attaches anew as soon as an engine listens again.
public final class AttachedEngine: ConsoleEngine {
    /// Commands that may wait to be sent.
    static let outboxCapacity = 100
    /// How long an engine may be silent about a question before the console says so.
    private static let patience = Duration.seconds(1)
    /// How often it is tried to attach anew.
    private static let retryInterval = 1.0
    /// For how long a command that was not answered is sent again, once an engine listens: nobody is to be surprised by
    /// what they have given up.
    static let resendPeriod = Duration.seconds(60)

    /// A command that was given and not answered.
    struct OpenOrder {
        var order: ConsoleOrder
        var givenAt: ContinuousClock.Instant
    }

    struct State {
        /// Nil: no engine listens.
        var connection: Connection?
        var query: ViewQuery?
        var news = ConsoleNews()
        /// The last view, kept for the time when no engine answers.
        var view = FleetView()
        var nextTicket: UInt64 = 1
        /// Commands that were given and not answered, by ticket; those from `firstUnsent` on are not sent either, or not
        /// on this connection.
        var open: [UInt64: OpenOrder] = [:]
        var firstUnsent: UInt64 = 1
        var hasToAsk = false
        var hasTaken = false
        /// Since when an answer is owed; nil: none is.
        var askedAt: ContinuousClock.Instant?
        /// When the engine last said anything.
        var heardAt = ContinuousClock.now
        var hasLeft = false
    }

    /// A socket that is closed once nobody holds it any more, so that its number is not taken for another's.
    final class Connection: Sendable {
        let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { _ = close(descriptor) }
    }

    /// Who the engine says that sits here.
    public let user: ConsoleUser
    private let directory: String
    private let request: AttachRequest
    private let state = Mutex(State())
    /// Guards nothing: it says that `state` has changed.
    private let changed = NSCondition()
    private let onNews: @Sendable () -> Void

    private init(
        _ user: ConsoleUser, _ directory: String, _ request: AttachRequest, onNews: @escaping @Sendable () -> Void
    ) {
        self.user = user
        self.directory = directory
        self.request = request
        self.onNews = onNews
    }

    /// Attaches to the engine that listens in a state folder; nil: none does.
    /// - Parameters:
    ///   - isReadOnly: Whether commands are refused from here.
    ///   - alias: Who sits here by their own word, beside whom the kernel knows; nil: nobody else.
    ///   - patience: How long the engine is waited for, until it has taken the console in.
    ///   - onNews: Called on a thread of its own whenever there is something to take.
    public static func attach(
        to directory: String, isReadOnly: Bool, alias: String?, patience: EnginePatience = EnginePatience(),
        onNews: @escaping @Sendable () -> Void
    ) throws(EngineSocketError) -> AttachedEngine? {
        let request = AttachRequest(isReadOnly: isReadOnly, alias: alias)
        guard let (connection, user) = try connect(to: directory, request, patience) else { return nil }
        let engine = AttachedEngine(user, directory, request, onNews: onNews)
        engine.state.withLock { $0.connection = connection }
        engine.start("console reader") { $0.readAll(connection) }
        engine.start("console sender") { $0.sendAll() }
        return engine
    }

    private func start(_ name: String, _ body: @escaping @Sendable (AttachedEngine) -> Void) {
        let thread = Thread { body(self) }
        thread.name = name
        thread.start()
    }

    private static func connect(
        to directory: String, _ request: AttachRequest, _ patience: EnginePatience = EnginePatience()
    ) throws(EngineSocketError) -> (Connection, ConsoleUser)? {
        let answer: (response: EngineResponse, line: EngineSocketClient.Line)? = try EngineSocketClient.ask(
            request, of: SocketPlace(directory: directory), patience)
        guard let (response, line) = answer else { return nil }
        guard response.outcome == .done else {
            throw EngineSocketError(
                response.message ?? "the engine takes no console", remedy: response.remedy ?? "",
                isRefusal: response.outcome == .refused)
        }
        return (
            Connection(line.give()), ConsoleUser(name: response.user ?? "", isReadOnly: response.isReadOnly ?? true)
        )
    }

    // MARK: - The console's side

    public func ask(_ query: ViewQuery) {
        change { state in
            guard state.query != query else { return }
            state.query = query
            state.hasToAsk = true
            state.askedAt = state.askedAt ?? .now
        }
    }

    public func submit(_ command: Command, reason: String, basis: UInt64? = nil) -> UInt64? {
        let order = ConsoleOrder(command: command, reason: reason, key: .draw(), basis: basis)
        return change { state in
            guard state.open.count < Self.outboxCapacity, state.connection != nil, !state.hasLeft else { return nil }
            let ticket = state.nextTicket
            state.nextTicket += 1
            state.open[ticket] = OpenOrder(order: order, givenAt: .now)
            state.askedAt = state.askedAt ?? .now
            return ticket
        }
    }

    public func takeNews() -> ConsoleNews {
        change { state in
            defer { state.news = ConsoleNews() }
            if state.news.view != nil { state.hasTaken = true }
            return state.news
        }
    }

    public func waitForNews(seconds: Double) {
        let limit = Date(timeIntervalSinceNow: seconds)
        changed.lock()
        defer { changed.unlock() }
        while state.withLock({ $0.news.isEmpty && !$0.hasLeft }), changed.wait(until: limit) {}
    }

    public var isBusy: Bool {
        state.withLock { state in state.askedAt.map { ContinuousClock.now - $0 > Self.patience } ?? false }
    }

    public var silence: Duration? {
        state.withLock { $0.connection == nil ? nil : ContinuousClock.now - $0.heardAt }
    }

    public func leave() {
        change { state in
            state.hasLeft = true
            // Wakes the reader.
            if let connection = state.connection { _ = shutdown(connection.descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private func change<Result: Sendable>(_ body: (inout sending State) -> sending Result) -> Result {
        let result = state.withLock(body)
        changed.lock()
        changed.broadcast()
        changed.unlock()
        return result
    }

    // MARK: - What the engine says

    private func readAll(_ first: Connection) {
        var connection = first
        while true {
            read(connection)
            lost()
            guard let next = attachAgain() else { return }
            connection = next
        }
    }

    private func read(_ connection: Connection) {
        let channel = FrameChannel(descriptor: connection.descriptor)
        var pieces: [[UInt8]] = []
        while let bytes = try? channel.read(atMost: EngineMessage.maximumLength),
            let message = try? EngineMessage(bytes)
        {
            change { $0.heardAt = .now }
            switch message {
            case .view(let delta):
                guard let next = try? PieceDelta.decode(delta, from: pieces), let view = try? ViewPieces.join(next)
                else { return }
                pieces = next
                change { state in
                    state.news.view = view
                    state.view = view
                    state.askedAt = state.open.isEmpty ? nil : state.askedAt
                }
            case .end(let why): showOut(why)
            case .beat:
                // Nothing is new; the engine learns that it was heard.
                change { $0.hasTaken = true }
                continue
            case .reply(let ticket, let refusal, let note):
                change { state in
                    guard state.open.removeValue(forKey: ticket) != nil else { return }
                    var reply = EngineReply(ticket: ticket, refusal: refusal)
                    reply.note = note
                    state.news.replies.append(reply)
                    state.askedAt = nil
                }
            }
            onNews()
        }
    }

    /// The engine lets nobody sit here any more, and answers nothing that was given meanwhile.
    private func showOut(_ why: Refusal) {
        change { state in
            state.news.end = why
            state.hasLeft = true
            state.giveUp(Array(state.open.keys))
        }
        onNews()
    }

    /// What was shown stays, and says that it stands still. Commands that were not answered wait for the next engine.
    private func lost() {
        change { state in
            state.connection = nil
            state.askedAt = nil
            // An engine that has failed ends too; why it has failed says more.
            if state.view.health == .running {
                state.view.health = .stopped("the engine has ended, or the connection to it")
            }
            state.news.view = state.view
        }
        onNews()
    }

    /// Says of commands that were given too long ago that their end is not known.
    private func giveUp() {
        let hasGivenUp = change { state in
            let old = state.open.filter { ContinuousClock.now - $0.value.givenAt > Self.resendPeriod }
            state.giveUp(Array(old.keys))
            return !old.isEmpty
        }
        if hasGivenUp { onNews() }
    }

    /// The next connection; nil: the console has left.
    private func attachAgain() -> Connection? {
        while !state.withLock({ $0.hasLeft }) {
            giveUp()
            switch Result(catching: { () throws(EngineSocketError) in try Self.connect(to: directory, request) }) {
            case .success(let found?):
                change { state in
                    state.connection = found.0
                    state.heardAt = .now
                    state.hasToAsk = state.query != nil
                    state.hasTaken = false
                    // Each with its key: what was carried out before is only answered.
                    state.firstUnsent = state.open.keys.min() ?? state.nextTicket
                    state.askedAt = state.open.isEmpty ? nil : .now
                }
                return found.0
            case .failure(let error) where error.isRefusal:
                showOut(Refusal(error.message, remedy: error.remedy))
                return nil
            case .success(nil), .failure: break
            }
            changed.lock()
            _ = changed.wait(until: Date(timeIntervalSinceNow: Self.retryInterval))
            changed.unlock()
        }
        return nil
    }

    // MARK: - What it is told

    /// Sends what there is to say. An engine that does not read holds up this thread and not the console.
    private func sendAll() {
        while true {
            changed.lock()
            while state.withLock({ !$0.hasSomethingToSend && !$0.hasLeft }) { changed.wait() }
            changed.unlock()
            if state.withLock({ $0.hasLeft }) { return }
            guard let (connection, messages) = state.withLock({ $0.takeOutgoing() }) else { continue }
            let channel = FrameChannel(descriptor: connection.descriptor)
            for message in messages where !channel.write(message.bytes) { break }
        }
    }
}
