import FleetCore

/// Links and heartbeats.
extension World {
    /// Notes a return that lies ahead, or has happened before the world was taken up.
    func plan(_ entry: SimulatedReturn, _ device: Int, start: Timestamp) {
        guard records[device].status != .online else { return }
        let back = start + entry.after
        let away = entry.stays.map { back + $0 }
        if back > now {
            changesAhead += 1
            schedule(.connect, device, at: back)
        } else if away.map({ $0 > now }) ?? true {
            // Back already; at the very start its return is still to be said.
            terminals[device].isLinked = back < now
            if back == now {
                changesAhead += 1
                schedule(.connect, device, at: back)
            }
        }
        if let away, away > now {
            changesAhead += 1
            schedule(.disconnect, device, at: away)
        }
    }

    /// Sets a terminal going when the world is taken up.
    func takeUp(_ device: Int) {
        setNextHeartbeat(device)
        if let silent = terminals[device].flash.silentUntil {
            if silent < .distantFuture { setAct(device, max(now, silent)) }
        } else if terminals[device].flash.job != nil {
            goOn(device)
        }
    }

    func connect(_ device: Int) {
        guard !terminals[device].isLinked else { return }
        terminals[device].isLinked = true
        if terminals[device].flash.job?.step == .downloading { goOn(device) }
        contact(device)
    }

    /// What it was about to do is forgotten, a download waits; an installation goes on.
    func disconnect(_ device: Int) {
        terminals[device].isLinked = false
        terminals[device].heartbeatAt = Terminal.never
        let step = terminals[device].flash.job?.step
        if terminals[device].heard != nil || step == .downloading { setAct(device, nil) }
        terminals[device].heard = nil
    }

    func beat(_ device: Int) {
        terminals[device].heartbeatAt = Terminal.never
        contact(device)
    }

    /// Says what it runs, and what it is at; an end that nobody heard of comes first, so that it is not taken for
    /// another.
    func contact(_ device: Int) {
        guard terminals[device].isReachable else { return }
        let flash = terminals[device].flash
        if let ended = flash.ended, !ended.isReported { sayEnd(device, ended) }
        say(device, .contacted(firmware: flash.running))
        if let job = flash.job { say(device, .reached(job.step), generation: job.order.generation) }
        setNextHeartbeat(device)
    }

    func sayEnd(_ device: Int, _ ended: Flash.EndedOrder) {
        let body: Report.Body =
            switch ended.outcome {
            case .done: .restarted
            case .gaveUp(let cause): .gaveUp(cause)
            case .dropped: .dropped
            }
        say(device, body, generation: ended.generation)
        if !ended.isReported { write(device) { $0.ended?.isReported = true } }
    }

    /// Heartbeats keep a phase of their own through all of a terminal's life, in whole seconds where the interval has
    /// them, so that many terminals share an instant.
    private func setNextHeartbeat(_ device: Int) {
        guard terminals[device].isReachable else { return }
        let draw = draws.number(.heartbeat, device: records[device].id)
        let grain: Int64 = heartbeat % 1000 == 0 ? 1000 : 1
        let phase = Int64(draw % UInt64(heartbeat / grain)) * grain
        let since = (now.milliseconds - phase) % heartbeat
        let wait = since < 0 ? -since : heartbeat - since
        let next = Timestamp(milliseconds: now.milliseconds + (wait == 0 ? heartbeat : wait))
        guard terminals[device].heartbeatAt != next.milliseconds else { return }
        terminals[device].heartbeatAt = next.milliseconds
        schedule(.heartbeat, device, at: next)
    }
}
