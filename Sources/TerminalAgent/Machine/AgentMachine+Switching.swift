/// From the point of no return to a release that runs, this one or the former, and the word about which.
extension AgentMachine {
    mutating func takeForward(_ input: AgentInput, _ work: Work) -> AgentStep {
        switch (work.stage, input) {
        case (.switching, .switched):
            inUse = work.slot
            guard ways.restarts else { return check(enter(.checking, work)) }
            return AgentStep(.restart(begin(enter(.restarting, work))))
        case (.restarting, .ended(let end, let hasMovedCurrent)):
            guard end.isGood else { return goBack(work, "restart failed: \(end.text)") }
            guard !hasMovedCurrent else { return goBack(work, "restart failed: \(Self.moved)") }
            state.notRestartedIn = nil
            return ways.reboots ? AgentStep(.awaitReboot) : check(enter(.checking, work))
        case (.restarting, .waited): return goBack(work, "restart failed: the machine did not restart")
        case (.checking, .checked(let check)): return checked(work, check)
        case (.checking, .waited): return check(work)
        default: impossible(input, work)
        }
    }

    mutating func check(_ work: Work) -> AgentStep { AgentStep(.check(begin(work))) }

    /// What is said of a command that has put another slot into use than is to be: what was started then is not known.
    static let moved = "another slot had been put into use, which was taken back"

    /// A version that was told proves nothing: what runs is what is read.
    private mutating func checked(_ work: Work, _ check: Check) -> AgentStep {
        (runs, stray) = (check.runs, check.stray)
        guard !check.movedCurrent else { return goBack(work, "health check failed: \(Self.moved)") }
        if check.end.isGood, runs == work.release.version { return AgentStep(.tell(enter(.succeeded, work))) }
        guard work.tries >= ways.healthTries else { return AgentStep(.wait(.health)) }
        guard check.end.isGood else { return goBack(work, "health check failed: \(check.end.text)") }
        let read = (runs ?? stray?.version).map { "\($0) runs" } ?? "which one runs cannot be read"
        return goBack(work, "wrong version: \(read)")
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
        case (.restartingBack, .ended(let end, let hasMovedCurrent)):
            guard end.isGood else { return checkUnrestarted(work, end.text) }
            guard !hasMovedCurrent else { return checkUnrestarted(work, Self.moved) }
            state.notRestartedIn = nil
            return ways.reboots ? AgentStep(.awaitReboot) : check(enter(.checkingBack, work))
        case (.restartingBack, .waited): return checkUnrestarted(work, "the machine did not restart")
        case (.checkingBack, .checked(let check)): return checkedBack(work, check)
        case (.checkingBack, .waited): return check(work)
        default: impossible(input, work)
        }
    }

    /// What was switched back to was not started: until the machine starts anew, the slot in use says nothing of what runs.
    mutating func checkUnrestarted(_ work: Work, _ why: String) -> AgentStep {
        state.notRestartedIn = boot
        return check(enter(.checkingBack, work) { $0.returnFailure = why })
    }

    /// What was started last may end slowly: that it still runs is looked at again too.
    private mutating func checkedBack(_ work: Work, _ check: Check) -> AgentStep {
        (runs, stray) = (check.runs, check.stray)
        let isGood = check.end.isGood && stray == nil
        if !isGood, work.tries < ways.healthTries { return AgentStep(.wait(.health)) }
        let health = check.end.isGood ? "" : "; its health check fails too: \(check.end.text)"
        let moved = check.movedCurrent ? "; \(Self.moved)" : ""
        return fail(work, "\(work.cause ?? "it failed"); \(Self.place(work, check))\(health)\(moved)")
    }

    /// What is known of what runs. A version command may read the slot in use, which proves nothing of one that was not
    /// started.
    private static func place(_ work: Work, _ check: Check) -> String {
        let runs = check.runs ?? check.stray?.version
        guard let failure = work.returnFailure else {
            guard let runs else { return "what runs cannot be read" }
            if work.formerVersion == runs { return "\(runs) runs again" }
            let isNew = runs == work.release.version || check.stray != nil
            if isNew { return "the way back has not taken effect: \(runs) still runs" }
            return work.formerVersion == nil ? "\(runs) runs again" : "\(runs) runs"
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
