/// Where the agent goes on after its own end, whatever ended it.
extension AgentMachine {
    mutating func start() -> AgentStep {
        guard let work = state.work else { return AgentStep(.poll) }
        switch work.stage {
        case .accepted, .ready: return AgentStep(.verify(work))
        // What is there is looked at again: a power cut may have left anything of what was being written.
        case .fetching, .installing: return AgentStep(.clear(refetch(work).slot, keeping: work.release))
        // Where the link was not replaced yet, nothing is past its return, and any time may lie behind the last look.
        case .switching where inUse != work.slot: return AgentStep(.verify(enter(.ready, work)))
        case .switching: return AgentStep(.switchTo(work.slot))
        // Whatever put the other slot into use meanwhile, nothing proves this one.
        case .restarting where inUse != work.slot, .checking where inUse != work.slot:
            let found = "\(Self.name(inUse)) is in use, not slot \(work.slot.rawValue)"
            return goBack(work, "the agent was ended meanwhile, and \(found)")
        case .restartingBack where inUse != work.former, .checkingBack where inUse != work.former:
            return returnAgain(work)
        case .restarting: return startRestarting(work)
        case .checking: return startChecking(work)
        case .returning: return AgentStep(.switchTo(work.former))
        case .restartingBack:
            if hasRebooted(work) { return check(enter(.checkingBack, work)) }
            if work.tries >= Self.mostRestarts {
                return checkUnrestarted(work, "it was interrupted \(work.tries) times")
            }
            return AgentStep(.restart(begin(work)))
        case .checkingBack:
            // The machine's own start has restarted it by now.
            let isRestarted = work.returnFailure != nil && hasRebooted(work)
            return check(isRestarted ? enter(.checkingBack, work) { $0.returnFailure = nil } : work)
        case .succeeded, .failed: return AgentStep(.tell(work))
        case .dropping: return AgentStep(.clear(work.slot, keeping: nil))
        }
    }

    private static func name(_ slot: Slot?) -> String { slot.map { "slot \($0.rawValue)" } ?? "none" }

    private mutating func refetch(_ work: Work) -> Work { enter(.fetching, work) { $0.file = 0 } }

    /// Whether the machine was started since the last try began.
    private func hasRebooted(_ work: Work) -> Bool { work.boot != boot }

    /// The machine's own start is a restart. Without one the command did not come to its end, and is run again.
    private mutating func startRestarting(_ work: Work) -> AgentStep {
        if hasRebooted(work) { return check(enter(.checking, work)) }
        if work.tries >= Self.mostRestarts { return goBack(work, "the restart was interrupted \(work.tries) times") }
        return AgentStep(.restart(begin(work)))
    }

    /// A restart that ends the agent may have the other slot put into use, time after time: what was gone back to is then
    /// not restarted for ever.
    private mutating func returnAgain(_ work: Work) -> AgentStep {
        let returns = (work.returns ?? 0) + 1
        guard returns < Self.mostRestarts else {
            return checkUnrestarted(work, "another slot is put into use at each start")
        }
        return AgentStep(.switchTo(enter(.returning, work) { $0.returns = returns }.former))
    }

    private mutating func startChecking(_ work: Work) -> AgentStep {
        var work = work
        work.starts += 1
        state.work = work
        guard work.starts <= Self.mostStarts else {
            return goBack(work, "health check: the agent was started \(work.starts) times before it passed")
        }
        return check(work)
    }
}
