import FleetCore

/// The engine's own thread.
extension EngineHost {
    /// What has arrived, and which consoles sit here.
    private struct Work {
        var inputs: [EngineInput]
        var seats: [Int]
    }

    func run(_ driver: any EngineDriver) {
        var rest: Duration? = .zero
        var pace = QuestionPace()
        var access = locked { $0.access }
        while let work = waitForWork(rest) {
            let answered = answerCalls(driver.advance(work.inputs))
            let latest = driver.access
            if latest != access {
                access = latest
                take(access)
            }
            answerReaders(driver)
            let heard = giveSigns()
            if let failure = driver.failure, failure != self.failure {
                locked { $0.failure = failure }
                tellAll()
            }
            let nextView = serve(work.seats, driver)
            tell(answered.union(heard))
            let nextQuestion = answerQuestion(driver, &pace)
            rest = [driver.rest, nextView, nextQuestion].compactMap { $0 }.min()
        }
        driver.shutDown()
    }

    /// Tells everybody to look: the engine has failed, or ended.
    func tellAll() {
        for onNews in locked({ $0.seats.values.map(\.onNews) }) { onNews() }
        onEnd()
    }

    private func tell(_ seats: Set<Int>) {
        guard !seats.isEmpty else { return }
        for onNews in locked({ shared in seats.compactMap { shared.seats[$0]?.onNews } }) { onNews() }
    }

    /// Rests until something arrives, at most so long; nil: it is time to stop.
    private func waitForWork(_ rest: Duration?) -> Work? {
        condition.lock()
        defer { condition.unlock() }
        shared.busySince = nil
        let deadline = rest.map { SteadyCondition.Deadline(in: $0) }
        while shared.inbox.isEmpty, shared.readers.isEmpty, !shared.hasSeatMoved, !shared.isStopping {
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
            shared.hasSeatMoved = false
        }
        return Work(inputs: shared.inbox, seats: shared.seats.keys.sorted())
    }

    /// Hands answers to those who wait for them; gives the consoles for which some lie ready.
    private func answerCalls(_ replies: [EngineReply]) -> Set<Int> {
        guard !replies.isEmpty else { return [] }
        var seats: Set<Int> = []
        let callers = locked { shared in
            replies.map { reply in
                if let seat = shared.owners.removeValue(forKey: reply.ticket) {
                    shared.seats[seat]?.news.replies.append(reply)
                    // What a command did is seen with its answer.
                    shared.seats[seat]?.isOwed = true
                    seats.insert(seat)
                }
                return shared.callers.removeValue(forKey: reply.ticket)
            }
        }
        for (reply, caller) in zip(replies, callers) { caller?(reply) }
        return seats
    }

    /// Gives a sign of life to the consoles that want one; gives which.
    private func giveSigns() -> Set<Int> {
        locked { shared in
            let wanting = shared.seats.filter(\.value.wantsSign).keys
            for number in wanting {
                shared.seats[number]?.wantsSign = false
                shared.seats[number]?.hasSign = true
            }
            return Set(wanting)
        }
    }

    /// Tells those who wait for statistics; with no driver, that there are none.
    func answerReaders(_ driver: (any EngineDriver)?) {
        let (readers, depth, consoles) = locked { shared in
            defer { shared.readers = [] }
            return (shared.readers, shared.inbox.count, shared.seats.count)
        }
        guard !readers.isEmpty else { return }
        var statistics = driver?.statistics
        statistics?.queueDepth = depth
        statistics?.consoles = consoles
        for reader in readers { reader(statistics) }
    }
}

// MARK: - Views

extension EngineHost {
    /// Makes the views that are due; gives how long until the next one is, nil: until somebody asks.
    ///
    /// A command waits for one view at most, and not for those of all consoles: what has arrived meanwhile comes first, and
    /// the consoles behind the last one served go on then.
    private func serve(_ seats: [Int], _ driver: any EngineDriver) -> Duration? {
        var next: Duration?
        let last = locked { $0.lastServed }
        let turn = seats.filter { $0 > last } + seats.filter { $0 <= last }
        for number in turn {
            guard let place = locked({ $0.seats[number] }), place.isFree, let query = place.query else { continue }
            let due = viewDue(place, driver, seats: seats.count)
            if due <= .zero {
                publish(query, to: number, driver)
                let hasArrived = locked { shared in
                    shared.lastServed = number
                    return !shared.inbox.isEmpty || !shared.readers.isEmpty
                }
                if hasArrived { return .zero }
            } else {
                next = min(next ?? due, due)
            }
        }
        return next
    }

    private func publish(_ query: ViewQuery, to number: Int, _ driver: any EngineDriver) {
        let begin = ContinuousClock.now
        var view = driver.view(query)
        view.consoles = locked { $0.consoles }
        view.seat = number
        let onNews = locked { shared -> (@Sendable () -> Void)? in
            guard var place = shared.seats[number] else { return nil }
            place.news.view = view
            place.isOwed = place.query != query
            place.madeAt = .now
            place.cost = place.madeAt - begin
            place.revision = driver.revision
            shared.seats[number] = place
            return place.onNews
        }
        onNews?()
    }

    /// How long until a console is owed a view; zero or less: now.
    private func viewDue(_ place: EngineSeat.Place, _ driver: any EngineDriver, seats: Int) -> Duration {
        let rest = place.isOwed ? .zero : restAfterView(place, driver)
        return max(rest, Self.viewRest(cost: place.cost, seats: seats)) - (ContinuousClock.now - place.madeAt)
    }

    /// The time that passes at least between two views of one console: however many there are and however fast they ask,
    /// the engine spends no more than half of its time on them.
    ///
    /// Of `n` consoles whose views take `c`, each gets one in `2nc`, of which one is its own making.
    static func viewRest(cost: Duration, seats: Int) -> Duration { cost * (2 * max(1, seats) - 1) }

    /// The time after which a view is stale though nobody has asked: where facts have come, `viewInterval`; ages and
    /// countdowns move by the second, the clock in the header by the minute.
    private func restAfterView(_ place: EngineSeat.Place, _ driver: any EngineDriver) -> Duration {
        if driver.revision != place.revision { return Self.viewInterval }
        return driver.isMoving ? .seconds(1) : .seconds(20)
    }
}

extension EngineHost.Shared {
    /// Who sits here, in the order of coming.
    fileprivate var consoles: [ConsoleSeat] {
        seats.sorted { $0.key < $1.key }.map { number, place in
            ConsoleSeat(
                number: number, name: place.user.name, role: place.role, isReadOnly: place.user.isReadOnly,
                user: place.user.account?.name ?? "")
        }
    }
}
