import FleetCore

/// The engine as a synchronous loop body over synchronous ports: a batch goes in, facts become durable in one commit,
/// and only then replies are handed out and orders are sent. A thread feeds it in production, a simulator directly.
public struct EngineLoop {
    /// How the loop behaves.
    public struct Options: Hashable, Sendable {
        /// How long contacts that change nothing else are kept in memory before they are written down.
        public var sightingInterval: Duration = .minutes(1)
        /// Latest facts that are kept for the lists of events.
        public var eventCapacity = 10_000
        /// Facts after which a running engine keeps a checkpoint. Measured with 100,000 devices and two million facts:
        /// a fact takes 6 us to replay, a checkpoint 0.2 s to read and 45 ms of a step to keep. So a recovery takes half
        /// a second at most, and keeping costs less than 1 us a fact.
        public var checkpointInterval: UInt64 = 50_000
        /// Facts for which a checkpoint is worth its writing at an orderly end.
        public var checkpointAtEnd: UInt64 = 1000

        /// Whether devices hear of an order only by calling in; see `FleetMachine.takeUp`.
        public var ordersAreFetched = false
        /// What of the fleet's files was not taken in at the start, a line each; said until an engine starts that takes
        /// it in. What the engine itself does not take of them, once it runs, is added by `leaveOut`.
        public var filesLeftOut: [String] = []

        /// The default behaviour.
        public init() {}
    }

    /// The core.
    public private(set) var machine: FleetMachine
    /// Latest facts, for the lists of events.
    public private(set) var feed: EventFeed
    /// Whether it works.
    public private(set) var health = EngineHealth.running
    /// Why it works no more.
    private var failure: FactLogError?
    /// What of the releases cannot be delivered; nil: nobody who delivers them says it here.
    public var deliveryFaults: DeliveryFaults?
    var lists = DeviceLists()
    var counted = CountedSets()
    private let log: any FactLog
    private let link: any DeviceLink
    private let voucher: (any ReleaseVoucher)?
    private(set) var options: Options
    private var sightingsDue: Timestamp
    private var clockWatch = ClockWatch()
    /// When the last step was, by the present setting of the clock.
    private var latestStep = Timestamp.distantPast
    /// Facts behind which the latest checkpoint stands.
    private var checkpointedAt: UInt64

    /// An engine that takes up a journal: it replays the facts, behind a checkpoint where the log has one, and
    /// recomputes every order from them.
    /// - Parameters:
    ///   - log: The journal.
    ///   - link: Where orders go.
    ///   - now: What the wall clock shows.
    ///   - steadyTime: As of `step`.
    ///   - options: How the loop behaves.
    ///   - voucher: Says which releases may be sent; nil: all may.
    public init(
        log: any FactLog, link: any DeviceLink, now: Timestamp, steadyTime: Duration? = nil,
        options: Options = Options(), voucher: (any ReleaseVoucher)? = nil
    ) throws(FactLogError) {
        self.log = log
        self.link = link
        self.voucher = voucher
        self.options = options
        sightingsDue = now + options.sightingInterval
        let recovery = try Recovery(log, feedCapacity: options.eventCapacity)
        (machine, feed, checkpointedAt) = (recovery.machine, recovery.feed, recovery.checkpointedAt)
        let start = takeUpClock(now)
        _ = clockWatch.read(wall: now, steady: steadyTime)
        self.machine.takeUp(now: start, ordersAreFetched: options.ordersAreFetched)
        self.machine.tick(now: start)
        try commit()
        link.send(self.machine.state.orders)
    }

    /// A clock that was set back while no engine ran is noticed by the last fact, which would lie ahead.
    private mutating func takeUpClock(_ now: Timestamp) -> Timestamp {
        let last = machine.state.lastFactAt
        guard now + ClockWatch.tolerance < last else { return max(now, last) }
        machine.stepClock(by: now - last, now: now)
        return now
    }

    /// An engine that only answers questions about a journal: it takes nothing up, decides nothing, and writes nothing.
    public init(reading log: any FactLog) throws(FactLogError) {
        self.log = log
        link = NoDeviceLink()
        voucher = nil
        options = Options()
        sightingsDue = .distantFuture
        let recovery = try Recovery(log, feedCapacity: options.eventCapacity)
        (machine, feed, checkpointedAt) = (recovery.machine, recovery.feed, recovery.checkpointedAt)
        machine.beginReading()
    }

    /// Takes in what another engine has made durable since, in a loop that only answers questions and has assumed
    /// nothing.
    public mutating func follow() throws(FactLogError) {
        var news: [Fact] = []
        try log.follow { news += $0 }
        guard !news.isEmpty else { return }
        machine.replay(news)
        machine.beginReading()
        for fact in news { feed.take(fact) }
    }

    /// Says from now on that this of the fleet's files was not taken in, a line each.
    public mutating func leaveOut(_ lines: [String]) { options.filesLeftOut += lines }

    /// Takes in one report.
    mutating func handle(_ report: Report, now: Timestamp) { machine.handle(report, now: now) }

    /// Takes over commands in memory only, as if they had been accepted: for dry runs. Gives the refusals.
    public mutating func assume(_ commands: [Command], now: Timestamp) -> [Refusal] {
        let origin = Origin(operatorName: "engine", source: "files")
        let refusals = commands.compactMap { machine.handle($0, origin, now: max(now, machine.state.lastFactAt)) }
        _ = machine.takeFacts()
        return refusals
    }

    /// Does what is due at a moment, in memory only: for dry runs.
    public mutating func settle(now: Timestamp) {
        let start = max(now, machine.state.lastFactAt)
        // As an engine would that starts now: who was not heard while none ran is not silent.
        machine.takeUp(now: start)
        machine.tick(now: start)
        _ = machine.takeFacts()
    }

    /// The fold of the facts.
    public var state: FleetState { machine.state }

    /// When the loop wants to be called though nothing has arrived; nil: not before something arrives.
    public var nextWake: Timestamp? {
        guard health == .running else { return nil }
        let sightings = machine.presence.hasUnsaved ? sightingsDue : nil
        return [machine.nextWake, sightings].compactMap { $0 }.min()
    }

    /// Takes in a batch at a moment. The wall clock may stand still, go back, or be set: the engine's time goes on, and
    /// a setting leaves a fact.
    /// - Parameters:
    ///   - inputs: What has arrived, in order.
    ///   - wallTime: What the wall clock shows.
    ///   - steadyTime: The time since some fixed moment by a clock that nobody sets; nil: the wall clock is believed.
    public mutating func step(
        _ inputs: [EngineInput], now wallTime: Timestamp, steadyTime: Duration? = nil
    ) -> [EngineReply] {
        guard health == .running else { return refuseAll(inputs) }
        readClocks(wallTime, steadyTime)
        // A clock may go back by less than what is taken for a setting.
        let now = max(wallTime, machine.state.lastFactAt, latestStep)
        latestStep = now
        var replies: [EngineReply] = []
        var contacted: [DeviceIndex] = []
        var calls: [(ticket: UInt64, caller: Caller, action: UInt32?)] = []
        for input in inputs {
            switch input {
            case .report(let report):
                // A link may know devices that the registry does not.
                guard report.device.offset < machine.state.devices.count else { continue }
                machine.handle(report, now: now)
                switch report.body {
                case .contacted, .claimed, .unreadable: contacted.append(report.device)
                default: break
                }
            case .command(let command, let origin, let ticket):
                replies.append(handle(command, origin, ticket, now: now))
            case .request(let command, let origin, let user, let ticket):
                replies.append(handle(command, known(origin, of: user), ticket, now: now))
            case .call(let call, let ticket):
                calls.append((ticket, take(call, now: now), call.action))
            case .introduction(let introduction, let ticket):
                replies.append(take(introduction, ticket, now))
            }
        }
        tickIfDue(now)
        replies += calls.map { call in answer(call.ticket, call.caller, action: call.action) }
        return finish(replies, contacted: contacted, inputs: inputs)
    }

    /// Every command comes through here, whoever gives it and by whatever way.
    private mutating func handle(
        _ command: Command, _ origin: Origin, _ ticket: UInt64, now: Timestamp
    ) -> EngineReply {
        let before = CommandNote(before: command, in: machine.state)
        let refusal = machine.handle(command, origin, now: now) { [voucher] state in voucher?.refusal(command, state) }
        var reply = EngineReply(ticket: ticket, refusal: refusal)
        if reply.refusal == nil { reply.note = before.text(behind: machine.state) }
        return reply
    }

    /// The origin of what a user asks, as what they may ask now.
    private func known(_ origin: Origin, of user: LocalUser) -> Origin {
        var origin = origin
        origin.user = user.name
        origin.role = state.settings.access.role(of: user)
        return origin
    }

    mutating func take(_ introduction: Introduction, _ ticket: UInt64, _ now: Timestamp) -> EngineReply {
        if state.devices.index(of: introduction.id) == nil,
            let problem = DeviceRecord.problem(ofNewID: introduction.id)
        {
            return EngineReply(ticket: ticket, refusal: problem)
        }
        if let refusal = machine.handle(introduction, now: now) { return EngineReply(ticket: ticket, refusal: refusal) }
        let device = machine.state.devices.index(of: introduction.id)
        return EngineReply(ticket: ticket, refusal: nil, device: device)
    }

    private mutating func readClocks(_ wallTime: Timestamp, _ steadyTime: Duration?) {
        guard let set = clockWatch.read(wall: wallTime, steady: steadyTime) else { return }
        sightingsDue = sightingsDue + set
        if latestStep > .distantPast { latestStep = latestStep + set }
        machine.stepClock(by: set, now: max(wallTime, machine.state.lastFactAt + set, latestStep))
    }

    private mutating func tickIfDue(_ now: Timestamp) {
        if now >= sightingsDue {
            machine.saveSightings(now: now)
            sightingsDue = now + options.sightingInterval
        }
        let isDue = machine.hasFacts || machine.awaitsContacts || machine.nextWake.map { $0 <= now } ?? false
        if isDue { machine.tick(now: now) }
    }

    private mutating func finish(
        _ replies: [EngineReply], contacted: [DeviceIndex], inputs: [EngineInput]
    ) -> [EngineReply] {
        do {
            let hasFacts = machine.hasFacts
            let told = try commit()
            let known = Set(told)
            let devices = told + contacted.filter { !known.contains($0) }
            let orders = devices.compactMap { machine.state.order(for: $0) }
            // What no commit stands behind could come from an engine that does not know yet that it was replaced.
            if !hasFacts, !orders.isEmpty || !replies.isEmpty { try log.confirm() }
            if !orders.isEmpty { link.send(orders) }
            keepCheckpoint(after: options.checkpointInterval, inBackground: true)
            return replies
        } catch {
            stop(error)
            return refuseAll(inputs)
        }
    }

    private mutating func stop(_ error: FactLogError) {
        health = .stopped(error.description)
        failure = error
    }

    /// Makes everything decided so far durable; gives the devices that have a new order, or one that is taken back now.
    @discardableResult
    private mutating func commit() throws(FactLogError) -> [DeviceIndex] {
        let facts = machine.takeFacts()
        guard !facts.isEmpty else { return [] }
        try log.append(facts)
        var told: [DeviceIndex] = []
        for fact in facts {
            feed.take(fact)
            switch fact.event {
            case .attemptStarted(_, let device, _): told.append(device)
            case .startsEnded(let update, _):
                let known = Set(told)
                told += machine.state.withdrawnOrders(of: update).map(\.device).filter { !known.contains($0) }
            default: break
            }
        }
        return told
    }

    /// Writes down what is known in memory only, before an orderly end.
    public mutating func shutDown(now: Timestamp) {
        guard health == .running else { return }
        machine.saveSightings(now: max(now, machine.state.lastFactAt))
        do {
            try commit()
            keepCheckpoint(after: options.checkpointAtEnd, inBackground: false)
        } catch {
            stop(error)
        }
    }

    /// Keeps a checkpoint if so many facts have come since the last one: after everything is durable and sent, so that
    /// nobody but the next batch waits for it.
    private mutating func keepCheckpoint(after facts: UInt64, inBackground: Bool) {
        guard machine.state.revision - checkpointedAt >= facts, log.wantsCheckpoint else { return }
        let checkpoint = Checkpoint(state: machine.state, feed: feed.facts, feedCapacity: feed.capacity)
        log.keep(checkpoint, inBackground: inBackground)
        checkpointedAt = machine.state.revision
    }

    /// Why the last checkpoint was not kept; nil: nothing is wrong. The engine works on, but a recovery takes longer.
    public var checkpointFailure: String? { log.checkpointFailure }

    private func refuseAll(_ inputs: [EngineInput]) -> [EngineReply] {
        guard let failure else { return [] }
        // What helps its journal says how to start it again too.
        let refusal = Refusal("the engine has stopped: \(failure.message)", remedy: failure.remedy)
        return inputs.compactMap(\.ticket).map { ticket in
            var reply = EngineReply(ticket: ticket, refusal: refusal)
            reply.isUndecided = true
            return reply
        }
    }
}
