import FleetCore

/// What somebody who has no seat asks once.
extension EngineHost {
    /// Questions that may wait at once.
    public static let questionCapacity = 64

    /// Asks something of the engine on its thread, which the answer must not hold up for long: questions are answered one
    /// by one, and after each the engine does other things for as long as it took.
    /// - Parameters:
    ///   - question: Is handed the engine, of which it must keep nothing.
    ///   - completion: Called once, on the engine's thread or before this returns; it must not block. With nil if too
    ///     many ask, or no engine runs.
    public func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (any EngineDriver) -> Answer,
        completion: @escaping @Sendable (Answer?) -> Void
    ) {
        let isTaken = locked { shared in
            guard shared.questions.count < Self.questionCapacity, !shared.isStopping, !shared.hasStopped else {
                return false
            }
            shared.questions.append { completion($0.map(question)) }
            shared.hasSeatMoved = true
            return true
        }
        if !isTaken { completion(nil) }
    }

    /// Who runs the engine, and where it listens.
    public var identity: EngineIdentity? { locked { $0.identity } }

    /// Says who runs the engine.
    public func identify(_ identity: EngineIdentity) { locked { $0.identity = identity } }

    /// Adds a URL at which the engine is reached.
    public func announce(_ address: String) { locked { $0.identity?.addresses.append(address) } }

    /// Answers the next question if it is due; gives how long until the one behind it is, nil: none waits.
    func answerQuestion(_ driver: any EngineDriver, _ pace: inout QuestionPace) -> Duration? {
        guard hasQuestions else { return nil }
        let rest = pace.rest
        guard rest <= .zero else { return rest }
        let (question, isLast) = locked { shared in
            let question = shared.questions.isEmpty ? nil : shared.questions.removeFirst()
            return (question, shared.questions.isEmpty)
        }
        guard let question else { return nil }
        pace.measure { question(driver) }
        return isLast ? nil : pace.rest
    }

    /// Asked at every turn, so that it wakes nobody who waits for news.
    private var hasQuestions: Bool {
        condition.lock()
        defer { condition.unlock() }
        return !shared.questions.isEmpty
    }

    /// No engine answers any more.
    func dropQuestions() {
        let questions = locked { shared in
            defer { shared.questions = [] }
            return shared.questions
        }
        for question in questions { question(nil) }
    }
}

extension EngineDriver {
    /// How the fleet stands at this moment.
    public func status(_ identity: EngineIdentity?) -> FleetStatus {
        let view = view(ViewQuery())
        var status = reading.status(now: view.now)
        status.isSimulated = view.isSimulated
        status.tell(identity, failure: failure)
        return status
    }
}

/// When the engine may answer the next question: it spends no more than half of its time on them.
struct QuestionPace {
    private var answeredAt = ContinuousClock.now
    private var cost = Duration.zero

    /// How long it has other things to do yet.
    var rest: Duration { cost - (ContinuousClock.now - answeredAt) }

    mutating func measure(_ answer: () -> Void) {
        let begin = ContinuousClock.now
        answer()
        answeredAt = .now
        cost = answeredAt - begin
    }
}
