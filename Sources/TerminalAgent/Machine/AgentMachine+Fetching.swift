/// From the offer to a slot that is whole. All of it can be dropped.
extension AgentMachine {
    mutating func takeIdle(_ input: AgentInput) -> AgentStep {
        switch input {
        case .polled(let answer):
            if let cancel = answer.cancel { return AgentStep(.poll, .droppedOther(cancel)) }
            if let deployment = answer.deployment { return AgentStep(.read(deployment)) }
            return AgentStep(.poll)
        case .offered(let release?): return offered(release)
        case .senseless(let action, let why): return AgentStep(.poll, .refusing(action, why))
        case .offered(nil), .waited: return AgentStep(.poll)
        case .storageFailed: return AgentStep(.wait(.backoff(1)))
        default: impossible(input, nil)
        }
    }

    /// One that runs the release already says so before it does anything: then there may be nothing to do.
    private mutating func offered(_ release: OfferedRelease) -> AgentStep {
        // It is read anew after each poll that offers it.
        if let why = release.heldBack { return AgentStep(.poll, .deferring(release.action, why)) }
        if release.version == runs, saidAlready != release.action {
            saidAlready = release.action
            return AgentStep(.wait(.backoff(1)), .describe)
        }
        // What ends at once and is offered again must not go round and round.
        if release.action == lastEnded, !hasPaused {
            (hasPaused, repeats) = (true, repeats + 1)
            return AgentStep(.wait(.backoff(repeats)))
        }
        if let stray { return refused(release, stray) }
        let work = Work(
            release: release, slot: free, former: inUse, formerVersion: runs, formerRecord: record)
        state.work = work
        return AgentStep(.verify(work), .proceeding(work.action, "looking at \(release.version)"))
    }

    /// One that is offered again all the same is waited for like one that has ended.
    private mutating func refused(_ release: OfferedRelease, _ stray: Stray) -> AgentStep {
        if lastEnded != release.action { repeats = 0 }
        (lastEnded, hasPaused) = (release.action, false)
        return AgentStep(.poll, .refusing(release.action, stray.refusal))
    }

    mutating func takeAccepted(_ input: AgentInput, _ work: Work) -> AgentStep {
        switch input {
        case .trusted(let files):
            var work = work
            work.release.files = files
            state.work = work
            return AgentStep(.askBusy)
        case .distrusted(let refusal) where refusal.isPassing: return doubted(work, refusal)
        case .distrusted(let refusal): return fail(work, refusal.description)
        case .waited: return AgentStep(isDeferring ? .askBusy : .verify(work))
        case .asked(let busy?): return deferred(work, busy)
        case .asked(nil):
            let kept = kept(for: work)
            state.left = Leftover(of: work)
            return AgentStep(.clear(enter(.fetching, work).slot, keeping: kept))
        default: impossible(input, work)
        }
    }

    /// The release with those files alone that an earlier attempt has left, whole or in part; nil: it has left none. They
    /// are hashed again like all that was there before.
    private func kept(for work: Work) -> OfferedRelease? {
        guard let left = state.left, left.slot == work.slot else { return nil }
        let files = Set(left.files)
        var release = work.release
        release.files.removeAll { !files.contains(SlotRecord.File($0)) }
        return release.files.isEmpty ? nil : release
    }

    mutating func deferred(_ work: Work, _ why: String) -> AgentStep {
        isDeferring = true
        return AgentStep(.wait(.busy), .deferring(work.action, why))
    }

    mutating func takeFetching(_ input: AgentInput, _ work: Work) -> AgentStep {
        var work = work
        switch input {
        case .cleared: return fetch(work)
        case .tagged(let tag):
            work.tags[work.release.files[work.file].name] = tag
            state.work = work
            return AgentStep(.fetch(work))
        case .fetched:
            work.file += 1
            work.tries = 0
            state.work = work
            return fetch(work)
        case .fetchFailed(let failure): return fetchFailed(failure, work)
        case .waited: return isDeferring ? AgentStep(.askBusy) : fetch(work)
        case .asked(let busy?): return deferred(work, busy)
        case .asked(nil): return install(work)
        default: impossible(input, work)
        }
    }

    private mutating func fetch(_ work: Work) -> AgentStep {
        guard work.file < work.release.files.count else { return AgentStep(.askBusy) }
        let isTagged = work.tags[work.release.files[work.file].name] != nil
        return AgentStep(isTagged ? .fetch(work) : .askTag(work))
    }

    private mutating func fetchFailed(_ failure: FetchFailure, _ work: Work) -> AgentStep {
        let name = work.release.files[work.file].name
        switch failure {
        case .broken(let why):
            guard work.tries < Self.mostFetches else { return fail(work, "download failed: \(name): \(why)") }
            let isFirst = work.tries == 0
            let work = begin(work)
            var step = AgentStep(.wait(.backoff(work.tries)))
            if isFirst {
                step.tells = [.proceeding(work.action, "\(name) cannot be fetched, and is tried again: \(why)")]
            }
            return step
        // What an earlier attempt left may be what is wrong.
        case .spoilt(wasResumed: true):
            var work = begin(work)
            work.tags[name] = nil
            state.work = work
            guard work.tries <= Self.mostFetches else { return fail(work, "hash mismatch: \(name)") }
            return AgentStep(.askTag(work))
        case .spoilt(wasResumed: false): return fail(work, "hash mismatch: \(name)")
        case .storage(let why): return fail(work, why)
        }
    }

    private mutating func install(_ work: Work) -> AgentStep {
        guard work.installations < Self.mostInstallations else {
            return fail(work, "install failed: it was interrupted \(work.installations) times")
        }
        let work = enter(.installing, work) { $0.installations += 1 }
        return AgentStep(.install(work), .proceeding(work.action, "installing \(work.release.version)"))
    }

    mutating func takeInstalling(_ input: AgentInput, _ work: Work) -> AgentStep {
        switch input {
        case .installed(let end, let hasMovedCurrent):
            let moved = "it had put its slot into use, which was taken back"
            guard end.isGood else {
                return fail(work, "install failed: \(end.text)\(hasMovedCurrent ? "; \(moved)" : "")")
            }
            var step = AgentStep(.record(work))
            if hasMovedCurrent { step.tells = [.proceeding(work.action, "the install command ended well; \(moved)")] }
            return step
        case .recorded:
            return AgentStep(.verify(enter(.ready, work)))
        default: impossible(input, work)
        }
    }

    /// Days may lie between the order and the switch: what was trusted then is asked about again, and the files are hashed
    /// again. Whether the terminal is in use is asked after that, since a sale may begin meanwhile, and last of all the
    /// gateway, for a cancel that none of this has heard.
    mutating func takeReady(_ input: AgentInput, _ work: Work) -> AgentStep {
        switch input {
        case .trusted(let files):
            let trusted = Set(files.map(SlotRecord.File.init))
            guard trusted == Set(work.release.files.map(SlotRecord.File.init)) else {
                return refuse(work, "signature: \(work.release.version) has other files now than were fetched")
            }
            return AgentStep(.prove(work))
        case .proven:
            isVouchedFor = true
            return AgentStep(.askBusy)
        case .altered(let name):
            return refuse(work, "hash mismatch: \(name) is not what was fetched any more")
        case .distrusted(let refusal) where refusal.isPassing: return doubted(work, refusal)
        case .distrusted(let refusal): return refuse(work, refusal.description)
        case .asked(let busy?):
            isVouchedFor = false
            return deferred(work, busy)
        case .waited: return AgentStep(isDeferring ? .askBusy : .verify(work))
        case .asked(nil): return AgentStep(isVouchedFor ? .listen : .verify(work))
        case .heardNothing: return AgentStep(.switchTo(enter(.switching, work).slot))
        default: impossible(input, work)
        }
    }

    /// What was trusted may be no more, and nobody can say: that is waited for like a terminal in use, and ends like that.
    private mutating func doubted(_ work: Work, _ refusal: TrustRefusal) -> AgentStep {
        isDeferring = false
        let work = begin(work)
        let word = work.stage == .ready ? "may still" : "may"
        let why = "whether \(work.release.version) \(word) be installed is not known: \(refusal)"
        return AgentStep(.wait(.backoff(work.tries)), .deferring(work.action, why))
    }

    /// What was trusted when it was taken on is no more: nothing of it is kept.
    private mutating func refuse(_ work: Work, _ cause: String) -> AgentStep {
        state.left = nil
        return AgentStep(.clear(enter(.dropping, work) { $0.cause = cause }.slot, keeping: nil))
    }

    mutating func takeDropping(_ input: AgentInput, _ work: Work) -> AgentStep {
        switch input {
        case .cleared: return AgentStep(.tell(work))
        default: return takeEnding(input, work)
        }
    }
}
