/// What the agent does: an input and the present state give the next state and one effect. It knows no time, no files
/// and no gateway, so that every path of it can be walked without any.
///
/// A start at any stage goes on from what is durable, or goes back. Up to `Stage.ready` nothing in use was touched; from
/// `Stage.switching` on the way leads to one of the two slots, and to a word about which.
public struct AgentMachine: Sendable {
    /// How often what may pass by itself is tried before the release is given up.
    public static let mostFetches = 30, mostInstallations = 3, mostRestarts = 3
    /// How often the agent may start anew while it checks a release, before it goes back: a release that takes the
    /// machine down at each start must not keep it.
    public static let mostStarts = 3
    /// How often a file that is not what it is said to be is fetched anew, once from its beginning.
    static let mostSpoilt = 1

    /// What of the site's ways matters here.
    public struct Ways: Hashable, Sendable {
        /// Whether there is a command that restarts, and whether it takes the machine with it.
        public var restarts: Bool, reboots: Bool
        /// How often the health check is tried.
        public var healthTries: Int

        /// A site's ways.
        public init(restarts: Bool, reboots: Bool = false, healthTries: Int) {
            self.restarts = restarts
            self.reboots = reboots
            self.healthTries = healthTries
        }
    }

    /// What has to survive.
    public internal(set) var state: AgentState
    let ways: Ways
    /// The machine's present boot, the slot in use and what runs, as they were read.
    var boot = "", inUse: Slot?, runs: String?
    /// What runs though another slot is in use, and what the slot in use says of itself, as they were read.
    var stray: Stray?, record: SlotRecord?
    /// The slot that was in use last, though the link to it may be gone.
    var lastInUse: Slot?
    /// The last action for which the agent said that it runs the release already.
    var saidAlready: UInt32?
    /// How often the last word could not be said.
    var untold = 0
    /// Whether the terminal was in use when it was asked last.
    var isDeferring = false
    /// Whether the release was trusted and its files were hashed a moment ago, so that nothing but a sale or a cancel stands
    /// before the switch.
    var isVouchedFor = false
    /// The last action that ended, how often it was offered again since, and whether that was waited for.
    var lastEnded: UInt32?, repeats = 0, hasPaused = false

    /// A machine that goes on from a state.
    public init(state: AgentState, ways: Ways) {
        self.state = state
        self.ways = ways
    }

    /// Takes in what happened.
    public mutating func take(_ input: AgentInput) -> AgentStep {
        if case .started(let boot, let inUse, let runs) = input {
            (self.boot, self.inUse, self.runs) = (boot, inUse, runs)
            lastInUse = inUse
            return start()
        }
        guard let work = state.work else { return takeIdle(input) }
        switch input {
        case .calledOff: return calledOff(work)
        case .vanished:
            guard work.stage.canBeDropped else { impossible(input, work) }
            return idle()
        case .storageFailed(let why): return storageFailed(work, why)
        default: break
        }
        switch work.stage {
        case .accepted: return takeAccepted(input, work)
        case .fetching: return takeFetching(input, work)
        case .installing: return takeInstalling(input, work)
        case .ready: return takeReady(input, work)
        case .switching, .restarting, .checking: return takeForward(input, work)
        case .returning, .restartingBack, .checkingBack: return takeBack(input, work)
        case .succeeded, .failed: return takeEnding(input, work)
        case .dropping: return takeDropping(input, work)
        }
    }

    /// What a poll says about the release that the agent is at, while it does something else.
    public enum Hearing: Hashable, Sendable {
        /// Nothing new.
        case goOn
        /// To be said; the work goes on.
        case say(AgentTell)
        /// What is being done is to be stopped, and this is the input.
        case stop(AgentInput)
    }

    /// What follows from a poll while the agent is at something.
    public func heard(_ answer: PollAnswer) -> Hearing {
        guard let work = state.work else { return .goOn }
        if let cancel = answer.cancel {
            if cancel != work.action { return .say(.droppedOther(cancel)) }
            return work.stage.canBeDropped ? .stop(.calledOff) : .say(.goesOn(cancel))
        }
        // A gateway that asks for attributes may say nothing else before it has them.
        guard work.stage.canBeDropped, answer.deployment?.action != work.action, !answer.wantsAttributes else {
            return .goOn
        }
        return .stop(.vanished)
    }

    /// What runs was read anew while nothing of this agent's doing had changed it.
    public mutating func sawRunning(_ version: String?, stray: Stray? = nil) { (runs, self.stray) = (version, stray) }

    /// The slot in use was read anew, while the agent was at nothing: somebody else may have put another there.
    public mutating func sawInUse(_ slot: Slot?, record: SlotRecord?) {
        lastInUse = slot ?? inUse ?? lastInUse
        (inUse, self.record) = (slot, record)
    }

    /// The slot that an order may empty. Where the link to the slot in use is gone, its software may run all the same.
    var free: Slot { (inUse ?? lastInUse)?.other ?? .a }

    // MARK: - Between stages

    /// Goes on at a stage; tries are counted anew.
    mutating func enter(_ stage: Stage, _ work: Work, change: (inout Work) -> Void = { _ in }) -> Work {
        var work = work
        work.stage = stage
        work.tries = 0
        change(&work)
        state.work = work
        noteEnd(of: work)
        isDeferring = false
        isVouchedFor = false
        return work
    }

    /// An install command may start what it installs, whatever becomes of it then.
    private mutating func noteEnd(of work: Work) {
        switch work.stage {
        case .succeeded: (state.gaveUp, state.gaveUpIn) = (nil, nil)
        case .failed, .dropping:
            guard work.installations > 0, work.release.version != work.formerVersion else { return }
            (state.gaveUp, state.gaveUpIn) = (work.release.version, boot)
        default: break
        }
    }

    /// Begins a try, which is written down before it begins.
    mutating func begin(_ work: Work) -> Work {
        var work = work
        work.tries += 1
        work.boot = boot
        state.work = work
        return work
    }

    mutating func idle(_ tells: AgentTell...) -> AgentStep {
        if let work = state.work {
            if lastEnded != work.action { repeats = 0 }
            (lastEnded, hasPaused) = (work.action, false)
        }
        state.work = nil
        untold = 0
        isDeferring = false
        var step = AgentStep(.poll)
        step.tells = tells
        return step
    }

    mutating func fail(_ work: Work, _ cause: String) -> AgentStep {
        AgentStep(.tell(enter(.failed, work) { $0.cause = cause }))
    }

    /// Before the switch nothing in use was touched. Behind it the agent goes back, and as long as it cannot even do that,
    /// it tries again.
    private mutating func storageFailed(_ work: Work, _ why: String) -> AgentStep {
        let isLastCheck = work.tries >= ways.healthTries
        switch work.stage {
        case .accepted, .fetching, .installing, .ready: return fail(work, why)
        case .switching, .restarting: return goBack(work, why)
        case .checking: return isLastCheck ? goBack(work, why) : AgentStep(.wait(.health))
        case .checkingBack where isLastCheck:
            return fail(work, "\(work.cause ?? "it failed"); what runs cannot be read: \(why)")
        case .checkingBack: return AgentStep(.wait(.health))
        case .dropping: return AgentStep(.tell(work))
        case .returning, .restartingBack, .succeeded, .failed:
            return AgentStep(.wait(.backoff(begin(work).tries)))
        }
    }

    /// The slot that may be emptied when the state finds no room: the one that is being filled, unless a start from what is
    /// durable would lead into it.
    func slotToSpare(durable: AgentState) -> Slot? {
        switch durable.work?.stage {
        case .ready, .switching, .restarting, .checking, .succeeded: return nil
        default: break
        }
        guard let slot = (state.work ?? durable.work)?.slot, slot != inUse else { return nil }
        return slot
    }

    /// That slot was emptied: what was to come of it has failed.
    /// - Returns: What follows in place of the last step; nil: that still stands.
    mutating func gaveRoom(_ why: String) -> AgentStep? {
        state.left = nil
        guard let work = state.work, work.stage.canBeDropped, work.stage != .accepted else { return nil }
        return fail(work, why)
    }

    private mutating func calledOff(_ work: Work) -> AgentStep {
        guard work.stage.canBeDropped else { impossible(.calledOff, work) }
        let work = enter(.dropping, work)
        state.left = nil
        return AgentStep(.clear(work.slot, keeping: nil))
    }

    /// The runner hands over what the last step asked for, and nothing else.
    func impossible(_ input: AgentInput, _ work: Work?) -> Never {
        preconditionFailure("\(input) at \(work?.stage.rawValue ?? "nothing")")
    }
}
