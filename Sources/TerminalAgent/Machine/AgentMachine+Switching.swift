/// From the point of no return to a release that runs, this one or the former, and the word about which.
extension AgentMachine {
    mutating func takeForward(_ input: AgentInput, _ work: Work) -> AgentStep {
        switch (work.stage, input) {
        case (.switching, .switched):
            inUse = work.slot
            guard ways.restarts else { return check(enter(.checking, work)) }
            return AgentStep(.restart(begin(enter(.restarting, work))))
        case (.restarting, .ended(let end)):
            guard end.isGood else { return goBack(work, "restart failed: \(end.text)") }
            state.notRestartedIn = nil
            return ways.reboots ? AgentStep(.awaitReboot) : check(enter(.checking, work))
        case (.restarting, .waited): return goBack(work, "restart failed: the machine did not restart")
        case (.checking, .checked(let end, let runs)): return checked(work, end, runs)
        case (.checking, .waited): return check(work)
        default: impossible(input, work)
        }
    }

    mutating func check(_ work: Work) -> AgentStep { AgentStep(.check(begin(work))) }

    /// A version that was told proves nothing: what runs is what is read.
    private mutating func checked(_ work: Work, _ end: CommandEnd, _ runs: String?) -> AgentStep {
        self.runs = runs
        if end.isGood, runs == work.release.version { return AgentStep(.tell(enter(.succeeded, work))) }
        guard work.tries >= ways.healthTries else { return AgentStep(.wait(.health)) }
        guard end.isGood else { return goBack(work, "health check failed: \(end.text)") }
        return goBack(work, "wrong version: \(runs.map { "\($0) runs" } ?? "which one runs cannot be read")")
    }

    mutating func goBack(_ work: Work, _ cause: String) -> AgentStep {
        let work = enter(.returning, work) { $0.cause = cause }
        return AgentStep(.switchTo(work.former))
    }

    mutating func takeBack(_ input: AgentInput, _ work: Work) -> AgentStep {
        switch (work.stage, input) {
        case (.returning, .switched):
            inUse = work.former
            guard ways.restarts else { return check(enter(.checkingBack, work)) }
            return AgentStep(.restart(begin(enter(.restartingBack, work))))
        case (.returning, .waited): return AgentStep(.switchTo(work.former))
        case (.restartingBack, .ended(let end)):
            guard end.isGood else { return checkUnrestarted(work, end.text) }
            state.notRestartedIn = nil
            return ways.reboots ? AgentStep(.awaitReboot) : check(enter(.checkingBack, work))
        case (.restartingBack, .waited): return checkUnrestarted(work, "the machine did not restart")
        case (.checkingBack, .checked(let end, let runs)): return checkedBack(work, end, runs)
        case (.checkingBack, .waited): return check(work)
        default: impossible(input, work)
        }
    }

    /// What was switched back to was not started: until the machine starts anew, the slot in use says nothing of what runs.
    mutating func checkUnrestarted(_ work: Work, _ why: String) -> AgentStep {
        state.notRestartedIn = boot
        return check(enter(.checkingBack, work) { $0.returnFailure = why })
    }

    private mutating func checkedBack(_ work: Work, _ end: CommandEnd, _ runs: String?) -> AgentStep {
        self.runs = runs
        if !end.isGood, work.tries < ways.healthTries { return AgentStep(.wait(.health)) }
        let health = end.isGood ? "" : "; its health check fails too: \(end.text)"
        return fail(work, "\(work.cause ?? "it failed"); \(Self.place(work, runs))\(health)")
    }

    /// What is known of what runs. A version command may read the slot in use, which proves nothing of one that was not
    /// started.
    private static func place(_ work: Work, _ runs: String?) -> String {
        guard let failure = work.returnFailure else {
            return runs.map { "\($0) runs again" } ?? "what runs cannot be read"
        }
        let printed = runs.map { " (the version command prints \($0))" } ?? ""
        let former = work.formerVersion ?? "what was before"
        return "the restart of \(former) failed too: \(failure); nobody knows what runs\(printed)"
    }

    mutating func takeEnding(_ input: AgentInput, _ work: Work) -> AgentStep {
        switch input {
        // What runs is said once more, behind the word that it is done.
        case .told: return idle(.describe)
        case .notTold:
            untold += 1
            return AgentStep(.wait(.backoff(untold)))
        case .waited: return AgentStep(.tell(work))
        default: impossible(input, work)
        }
    }
}
