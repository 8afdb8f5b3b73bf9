import FleetCore
import FleetEngine

/// What a terminal does about an order.
extension World {
    /// Terminals that can be heard hear it too; the others are told again at their next contact.
    public func send(_ orders: [Order]) {
        for order in orders where order.device.offset < terminals.count { hear(order) }
    }

    private func hear(_ order: Order) {
        let device = order.device.offset
        guard terminals[device].isReachable, isNews(order, terminals[device]) else { return }
        // An unfinished download of another order is given up now; its bytes stay for an order of the same release.
        if terminals[device].flash.job != nil { write(device) { $0.job = nil } }
        if order.isWithdrawn { drop(device, order) }
        terminals[device].heard = order
        let draw = draws.number(
            .answer, device: records[device].id, release: order.release, attempt: order.attempt)
        setAct(device, now + profile.answer.drawn(draw))
    }

    /// An order is news unless it, or a later one, is known, or the terminal is past the point of no return.
    private func isNews(_ order: Order, _ terminal: Terminal) -> Bool {
        if let heard = terminal.heard { return isLater(order, than: heard) }
        guard let job = terminal.flash.job else {
            return !order.isWithdrawn || order.generation >= terminal.flash.ended?.generation ?? 0
        }
        return job.step == .downloading && isLater(order, than: job.order)
    }

    /// Generations grow; what takes an order back comes after it.
    private func isLater(_ order: Order, than known: Order) -> Bool {
        if order.generation != known.generation { return order.generation > known.generation }
        return order.isWithdrawn && !known.isWithdrawn
    }

    /// A withdrawn order ends before it changes anything, also one that was never heard of: the terminal keeps that in
    /// mind, since the order itself may come late. One that has ended otherwise, or was carried out, is left as it is.
    private func drop(_ device: Int, _ order: Order) {
        let flash = terminals[device].flash
        guard flash.ended?.generation != order.generation, flash.running != order.release else { return }
        write(device) {
            $0.download = nil
            $0.ended = Flash.EndedOrder(generation: order.generation, outcome: .dropped, isReported: false)
        }
    }

    /// What a terminal is at has come to its next point.
    func act(_ device: Int) {
        if let order = terminals[device].heard {
            terminals[device].heard = nil
            answer(device, order)
        } else if let job = terminals[device].flash.job {
            switch job.step {
            case .offered, .downloading: download(device, job)
            case .installing: finishInstallation(device, job)
            case .confirming: comeBack(device, job)
            }
        } else if terminals[device].flash.silentUntil != nil {
            write(device) { $0.silentUntil = nil }
            contact(device)
        }
    }

    private func answer(_ device: Int, _ order: Order) {
        let flash = terminals[device].flash
        if let ended = flash.ended, ended.generation == order.generation {
            sayEnd(device, ended)
            contact(device)
        } else if flash.running == order.release {
            contact(device)
        } else {
            begin(device, order)
        }
    }

    private func begin(_ device: Int, _ order: Order) {
        let flash = terminals[device].flash
        let job = Flash.Job(
            order: order, step: .downloading, since: now, attempt: nextAttempt(order, flash))
        let tried = Flash.Tries(release: order.release, generation: order.generation, count: job.attempt)
        if let cause = refusal(device, job) {
            write(device) { ($0.tried, $0.ended) = (tried, nil) }
            return giveUp(device, job, cause)
        }
        let isThere = flash.otherSlot == order.release
        // All in one write: a power cut behind a part of it would leave an order with nothing to fetch it into.
        write(device) {
            ($0.tried, $0.job, $0.ended) = (tried, job, nil)
            guard !isThere else { return }
            $0.otherSlot = nil
            if $0.download?.release != order.release { $0.download = Flash.Download(release: order.release, bytes: 0) }
        }
        if isThere { return install(device, job) }
        say(device, .reached(.downloading), generation: order.generation)
        goOn(device)
    }

    /// Why a terminal does not even begin; nil: it does.
    private func refusal(_ device: Int, _ job: Flash.Job) -> FailureCause? {
        if case .givesUp(let cause, at: .offered) = failure(device, job) { return cause }
        guard terminals[device].flash.otherSlot != job.order.release, job.order.isRollback, job.order.size == 0 else {
            return nil
        }
        return FailureCause(code: "release not in the other slot", isPermanent: true)
    }

    /// The count of tries is the terminal's own: it goes on over updates, so that a retry draws anew.
    private func nextAttempt(_ order: Order, _ flash: Flash) -> Int {
        guard let tried = flash.tried, tried.release == order.release else { return 1 }
        return tried.generation == order.generation ? tried.count : tried.count + 1
    }

    func failure(_ device: Int, _ job: Flash.Job) -> SimulatedFailure? {
        let subject = TerminalSubject(record: records[device], running: terminals[device].flash.running)
        return rules.failure(subject, job, draws)
    }
}
