import FleetCore

/// Downloads, installations and restarts.
extension World {
    /// Sets the next point of a terminal's job, also of one that was interrupted.
    func goOn(_ device: Int) {
        guard let job = terminals[device].flash.job else { return }
        switch job.step {
        case .offered, .downloading:
            if terminals[device].isLinked { setAct(device, now + pace(device, job).time) }
        case .installing: setAct(device, max(now, job.since + installTime(device, job)))
        case .confirming: setAct(device, max(now, job.since + restartTime(device, job)))
        }
    }

    /// How far a download comes until its next point.
    private func pace(_ device: Int, _ job: Flash.Job) -> (bytes: Int64, time: Duration) {
        let rate = max(1, profile.bytesPerSecond.drawn(draws.number(.link, device: records[device].id)))
        let left = max(0, job.order.size - (terminals[device].flash.download?.bytes ?? 0))
        let whole = job.order.size * 1000 / rate
        let interval = max(Self.downloadInterval, whole / Self.downloadPoints)
        let bytes = min(left, max(1, rate * interval / 1000))
        return (bytes, .milliseconds((bytes * 1000 + rate - 1) / rate))
    }

    func download(_ device: Int, _ job: Flash.Job) {
        // A power cut came between an order's beginning and its installation from the other slot.
        if terminals[device].flash.otherSlot == job.order.release { return install(device, job) }
        let fetched = pace(device, job).bytes
        if fetched > 0 {
            write(device) { $0.download?.bytes += fetched }
            let bytes = terminals[device].flash.download?.bytes ?? 0
            say(device, .received(bytes: bytes), generation: job.order.generation)
            guard bytes >= job.order.size else { return goOn(device) }
        }
        if case .givesUp(let cause, at: .downloading) = failure(device, job) {
            giveUp(device, job, cause)
        } else {
            install(device, job)
        }
    }

    func install(_ device: Int, _ job: Flash.Job) {
        enter(device, job, .installing)
        say(device, .reached(.installing), generation: job.order.generation)
        goOn(device)
    }

    func finishInstallation(_ device: Int, _ job: Flash.Job) {
        if case .givesUp(let cause, let step) = failure(device, job), step < .confirming {
            return giveUp(device, job, cause)
        }
        say(device, .restarted, generation: job.order.generation)
        enter(device, job, .confirming)
        terminals[device].heartbeatAt = Terminal.never
        goOn(device)
    }

    /// A terminal has restarted: it runs the release, or the old one, or cannot be heard.
    func comeBack(_ device: Int, _ job: Flash.Job) {
        let failure = failure(device, job)
        switch failure {
        case .givesUp(let cause, _): return giveUp(device, job, cause)
        case .keepsOldRelease?:
            onFailure?(.keepsOldRelease)
            end(device, job, .done)
        case .fallsSilent(let length):
            onFailure?(.fallsSilent(length))
            boot(device, job)
            let until = length.map { now + $0 } ?? .distantFuture
            write(device) { $0.silentUntil = until }
            if length != nil { setAct(device, until) }
        case nil: boot(device, job)
        }
        contact(device)
    }

    private func boot(_ device: Int, _ job: Flash.Job) {
        write(device) {
            $0.otherSlot = $0.running
            $0.running = job.order.release
            $0.job = nil
        }
    }

    /// The terminal stays on what it runs; what was fetched is no good.
    func giveUp(_ device: Int, _ job: Flash.Job, _ cause: FailureCause) {
        onFailure?(.givesUp(cause, at: job.step))
        end(device, job, .gaveUp(cause))
        contact(device)
    }

    private func end(_ device: Int, _ job: Flash.Job, _ outcome: Flash.EndedOrder.Outcome) {
        write(device) {
            $0.job = nil
            $0.download = nil
            $0.ended = Flash.EndedOrder(generation: job.order.generation, outcome: outcome, isReported: false)
        }
    }

    private func enter(_ device: Int, _ job: Flash.Job, _ step: AttemptStep) {
        write(device) {
            $0.job?.step = step
            $0.job?.since = now
            if step == .installing {
                $0.installations += 1
            } else {
                $0.otherSlot = job.order.release
                $0.download = nil
            }
        }
    }

    /// A return to the other slot only switches slots: a twentieth of an installation.
    private func installTime(_ device: Int, _ job: Flash.Job) -> Duration {
        let whole = profile.install.drawn(draw(.install, device, job))
        let isSwitch = terminals[device].flash.otherSlot == job.order.release
        return isSwitch ? .milliseconds(max(1, whole.milliseconds / 20)) : whole
    }

    private func restartTime(_ device: Int, _ job: Flash.Job) -> Duration {
        profile.restart.drawn(draw(.restart, device, job))
    }

    private func draw(_ purpose: Draws.Purpose, _ device: Int, _ job: Flash.Job) -> UInt64 {
        draws.number(purpose, device: records[device].id, release: job.order.release, attempt: job.attempt)
    }
}
