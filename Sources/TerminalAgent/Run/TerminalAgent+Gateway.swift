import FleetFiles
import Logging

/// What the agent says to the gateway, and hears from it.
extension TerminalAgent {
    /// Asks what there is to do, when it is time, until the gateway answers; nil: the agent is to end.
    func poll() throws -> AgentInput? {
        while true {
            while !pace.isDue {
                guard !bell.isEnding else { return nil }
                bell.wait(atMost: pace.next - .now)
            }
            guard !bell.isEnding else { return nil }
            if ContinuousClock.now - readAt >= versionReadInterval {
                try readVersion()
                guard !bell.isEnding else { return nil }
                machine.sawRunning(runs, stray: stray)
            }
            do throws(LinkFailure) {
                try describe()
                let answer = try link.poll(holding: settings.pollWait)
                took(answer)
                return .polled(answer)
            } catch {
                guard error != .ending else { return nil }
                logger.warning("the gateway cannot be asked", metadata: ["reason": "\(error)"])
                pace.failed(error)
            }
        }
    }

    private func took(_ answer: PollAnswer) {
        pace.answered(answer)
        if answer.wantsAttributes { described = nil }
    }

    /// Asks, when it is time, while the agent does something else.
    /// - Returns: Whether that is to be stopped; `interruption` says what for, unless the agent is to end.
    func hears() -> Bool { hears(whenDue: pace.isDue, within: DDIGateway.longestAnswer) }

    /// Asks right before the switch. A sale may begin while the answer is waited for, so that this is short.
    /// - Returns: As `hears` does.
    func listens() -> Bool { hears(whenDue: true, within: Self.longestListening) }

    private func hears(whenDue isDue: Bool, within longest: Duration) -> Bool {
        if bell.isEnding { return true }
        guard interruption == nil, isDue, let stage = machine.state.work?.stage,
            stage.canBeDropped || stage.isPastTheSwitch
        else { return interruption != nil }
        do throws(LinkFailure) {
            let answer = try link.poll(holding: .zero, within: longest)
            took(answer)
            switch machine.heard(answer) {
            case .goOn: return false
            case .say(let tell): say(tell)
            case .stop(let input): interruption = input
            }
        } catch {
            pace.failed(error)
        }
        return interruption != nil || bell.isEnding
    }

    /// Says what the device runs and what else its file says of it, unless the gateway knows.
    private func describe() throws(LinkFailure) {
        var attributes = settings.attributes.map { (name: $0.name, value: $0.value) }
        // What runs may not be known: then nothing is said of it, rather than what ran before.
        // What runs from another slot than is in use is no proof: these words are no version, so that nothing counts by it.
        if let told = runs ?? stray?.text { attributes.append((name: "firmware", value: told)) }
        let said = attributes.map { "\($0.name)=\($0.value)" }
        guard said != described else { return }
        try link.describe(attributes)
        described = said
    }

    /// Says something in passing. What is not heard is said again in another way: by the last word of the action, or
    /// before the next poll.
    func say(_ tell: AgentTell) {
        do throws(LinkFailure) {
            switch tell {
            case .proceeding(let action, let what): try link.say(Feedback(.proceeding, .none, what), of: action)
            case .deferring(let action, let why): try link.say(Feedback(.scheduled, .none, why), of: action)
            case .refusing(let action, let why): try link.say(Feedback(.closed, .failure, "ERROR: \(why)"), of: action)
            case .droppedOther(let action): try link.answerCancel(Feedback(.closed, .success), of: action)
            case .goesOn(let action):
                try link.answerCancel(Feedback(.rejected, .none, "past the point of no return"), of: action)
            case .describe:
                described = nil
                try describe()
            }
        } catch {
            logger.debug("the gateway did not hear", metadata: ["what": "\(tell)", "reason": "\(error)"])
        }
    }

    /// Says the last word of an action.
    func tell(_ work: Work) -> AgentInput? {
        do throws(LinkFailure) {
            switch work.stage {
            case .succeeded: try link.say(Feedback(.closed, .success), of: work.action)
            case .dropping where work.cause == nil: try link.answerCancel(Feedback(.closed, .success), of: work.action)
            default:
                try link.say(Feedback(.closed, .failure, "ERROR: \(work.cause ?? "failed")"), of: work.action)
            }
            return .told
        } catch {
            switch error {
            case .ending: return nil
            // It knows nothing of the action any more.
            case .refused(404, _), .refused(410, _): return .told
            default:
                logger.warning("the gateway did not hear the last word", metadata: ["reason": "\(error)"])
                return .notTold
            }
        }
    }
}
