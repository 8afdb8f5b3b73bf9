import FleetCore
import FleetEngine

/// What counts: what the terminal says that it runs after its restart, and that it works.
extension PushErrand {
    /// How a terminal stands behind its installation.
    private enum Standing {
        /// Not through yet; what it lacks, if that is known.
        case waiting(FailureCause?)
        /// It works, and says that it runs this.
        case runs(Version)
    }

    func confirm(_ work: DeviceAnswer.Work) async throws {
        _ = try await voice.say([.restarted], of: work.order)
        let deadline = ContinuousClock.now + settings.limits.confirm
        // Nothing was heard: that it is silent is all that is known.
        var lack: FailureCause?
        while ContinuousClock.now < deadline {
            _ = try await voice.say([], of: work.order)
            do {
                switch try await standing(work) {
                case .runs(let version):
                    _ = try await voice.say([.init(.claimed(firmware: version, sent: work.size))])
                    return
                case .waiting(let cause): lack = cause
                }
            } catch let fault as PushFault where fault.isOfLine || fault == .unintelligible {
                lack = nil
            }
            try await Task.sleep(for: Self.pause)
        }
        guard let lack else {
            _ = try await voice.say([.init(generation: work.order.generation, .unreached(.silentAfterInstall))])
            return
        }
        throw PushEnd(lack)
    }

    private func standing(_ work: DeviceAnswer.Work) async throws -> Standing {
        let look = try await visit.look(shell)
        guard let job = look.job else { throw PushFault.unintelligible }
        if !settings.restart.isEmpty, !job.hasBooted, let lack = try await restart(job, work) { return lack }
        guard !settings.health.isEmpty else { return said(look.version) }
        let limit = settings.limits.answer
        let words = PushSettings.filled(
            settings.health, files: files(work), version: "\(work.order.release)", device: visit.target.id)
        let answer = try await shell.ask(
            "health", ["\(limit.wholeSeconds)"] + words, within: limit + RemoteShell.slack, "the health check")
        let code = answer.words(after: "health")?.first ?? "?"
        guard code == "0" else {
            return .waiting(PushEnd("the health check fails with \(code)", isPermanent: true).cause)
        }
        return said(try await visit.look(shell).version)
    }

    private func said(_ version: Version?) -> Standing {
        version.map { .runs($0) } ?? .waiting(PushEnd("tells no version after its restart", isPermanent: true).cause)
    }

    /// Restarts a terminal that has not been yet; nil: it is through. One that booted anew since, by whatever cause, is.
    private func restart(_ job: RemoteJob, _ work: DeviceAnswer.Work) async throws -> Standing? {
        let unfinished = Standing.waiting(PushEnd("the restart does not end", isPermanent: true).cause)
        switch job.order {
        case Self.token(work.order, "install"):
            try await start(settings.restart, "restart", settings.limits.confirm, work)
            return unfinished
        case Self.token(work.order, "restart"):
            switch job.stage {
            case .running: return unfinished
            // What tells that the terminal booted anew is that it has, and not that somebody asked for it.
            case _ where settings.reboots: return .waiting(PushEnd("does not boot anew", isPermanent: true).cause)
            case .ended where job.code != 0:
                throw PushEnd("restart failed with \(job.code)", isPermanent: true)
            case .ended, .lost, .none: return nil
            }
        // Its folder does not outlive a restart, which it therefore has behind it.
        default: return nil
        }
    }
}
