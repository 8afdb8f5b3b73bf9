import FleetCore
import Foundation

/// Runs an engine on a thread of its own, apart from every screen: a console that hangs holds nothing up.
///
/// Consoles take seats, put commands in and ask for views; the thread answers both. The inbox is bounded: when it is
/// full, a command is refused and said so, never dropped. What it does for consoles is bounded too: see `viewRest`.
public final class EngineHost: @unchecked Sendable {
    /// Commands that may wait at once.
    public static let inboxCapacity = 10_000
    /// Who may wait for statistics at once.
    public static let readerCapacity = 16
    /// Consoles that may sit here at once.
    public static let seatCapacity = 64
    /// Consoles of one user among them who is neither root nor the engine's owner: nobody keeps the others out.
    public static let seatsOfOneUser = 16
    /// The last of them are for root, the engine's owner and admins.
    public static let seatsForAdmins = 8
    /// Those before them are for these and operators: however many only look on, whoever decides finds one.
    public static let seatsForOperators = 8
    /// The shortest time between two views of the same query: four a second. A key asks anew and waits for none of it;
    /// numbers that change faster cannot be read, and cost an SSH link more than a kilobyte a second.
    public static let viewInterval = Duration.milliseconds(250)

    /// Everything two threads touch, guarded by `condition`.
    struct Shared {
        var inbox: [EngineInput] = []
        /// Consoles, by their numbers.
        var seats: [Int: EngineSeat.Place] = [:]
        var lastSeat = 0
        /// The console that was shown something last: the others' turn comes first.
        var lastServed = 0
        /// Whether a console has asked, or taken what there was, since the engine last looked.
        var hasSeatMoved = false
        var isStopping = false
        var hasStopped = false
        var nextTicket: UInt64 = 1
        /// Which console waits for the answer to a command, by its ticket.
        var owners: [UInt64: Int] = [:]
        /// Who else waits for the answer to a call, by its ticket.
        var callers: [UInt64: @Sendable (EngineReply) -> Void] = [:]
        /// Who waits for statistics.
        var readers: [@Sendable (EngineStatistics?) -> Void] = []
        /// Questions that are not answered yet.
        var questions: [@Sendable ((any EngineDriver)?) -> Void] = []
        var failure: String?
        /// Who runs it; nil: nobody has said so.
        var identity: EngineIdentity?
        var busySince: ContinuousClock.Instant?
        /// Who may do what, as the engine had it after its last step.
        var access = AccessSettings()
        /// Told when that changes.
        var accessWatch: (@Sendable (AccessSettings) -> Void)?

        /// Somebody came or went, which all consoles show.
        mutating func oweToAll() {
            for number in seats.keys { seats[number]?.isOwed = true }
            hasSeatMoved = true
        }
    }

    let condition = SteadyCondition()
    var shared = Shared()
    let onEnd: @Sendable () -> Void

    /// A host that calls `onEnd`, on its own thread, when the engine has failed or stopped.
    public init(onEnd: @escaping @Sendable () -> Void = {}) {
        self.onEnd = onEnd
    }

    /// Gives a console a seat; nil: all are taken, or as many as this user may have.
    /// - Parameters:
    ///   - user: Who sits there; their name goes with each command.
    ///   - onNews: Called on the engine's thread whenever there is something to take; it must not block.
    public func seat(_ user: ConsoleUser, onNews: @escaping @Sendable () -> Void) -> EngineSeat? {
        locked { shared in
            guard shared.hasRoom(for: user) else { return nil }
            shared.lastSeat += 1
            shared.seats[shared.lastSeat] = EngineSeat.Place(user: user, onNews: onNews)
            shared.assignRole(to: shared.lastSeat)
            shared.oweToAll()
            return EngineSeat(shared.lastSeat, at: self)
        }
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
                locked { $0.access = driver.access }
                ready(.success(()))
                run(driver)
            } catch {
                ready(.failure(error))
            }
            locked { $0.hasStopped = true }
            answerReaders(nil)
            dropQuestions()
            tellAll()
        }
        thread.stackSize = 4 << 20
        thread.name = "engine"
        thread.start()
    }

    /// Puts a console's command in; its answer goes to the console's news.
    func submit(_ command: Command, reason: String, basis: UInt64?, key: CommandKey?, from seat: Int) -> UInt64? {
        locked { shared in
            guard let user = shared.seats[seat]?.user, shared.inbox.count < Self.inboxCapacity, !shared.isStopping,
                !shared.hasStopped
            else { return nil }
            let ticket = shared.nextTicket
            shared.nextTicket += 1
            let origin = Origin(
                operatorName: user.name, source: user.source, reason: reason, user: user.account?.name ?? "", key: key,
                basis: basis)
            shared.inbox.append(Self.input(command, origin, by: user.account, ticket))
            shared.owners[ticket] = seat
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

    /// Puts a command in; the rest as of `call`.
    public func submit(
        _ command: Command, _ origin: Origin, completion: @escaping @Sendable (EngineReply) -> Void
    ) -> Bool {
        enter(completion) { .command(command, origin, ticket: $0) }
    }

    /// Puts a command of a user of this machine in, whose role the settings say; the rest as of `call`.
    public func submit(
        _ command: Command, _ origin: Origin, by user: LocalUser, completion: @escaping @Sendable (EngineReply) -> Void
    ) -> Bool {
        enter(completion) { Self.input(command, origin, by: user, $0) }
    }

    private static func input(
        _ command: Command, _ origin: Origin, by user: LocalUser?, _ ticket: UInt64
    ) -> EngineInput {
        guard let user else { return .command(command, origin, ticket: ticket) }
        return .request(command, origin, by: user, ticket: ticket)
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

    func waitForNews(of seat: Int, seconds: Double) {
        condition.lock()
        defer { condition.unlock() }
        let deadline = SteadyCondition.Deadline(in: .milliseconds(Int64(seconds * 1000)))
        while shared.seats[seat]?.news.isEmpty ?? false, !shared.hasStopped, condition.wait(until: deadline) {}
    }

    /// Whether the engine has been at work for longer than a console would wait without a word.
    public var isBusy: Bool {
        locked { shared in shared.busySince.map { ContinuousClock.now - $0 > .seconds(1) } ?? false }
    }

    /// Why the engine works no more; nil: it does. What it is when `onEnd` is called for it.
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

    func locked<Result>(_ body: (inout Shared) -> Result) -> Result {
        condition.lock()
        defer { condition.unlock() }
        let result = body(&shared)
        condition.broadcast()
        return result
    }
}
