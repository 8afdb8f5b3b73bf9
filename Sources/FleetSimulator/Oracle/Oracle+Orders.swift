import FleetCore

/// Orders (12, 14, 15, 16) and whether none is lost.
extension Oracle {
    mutating func take(_ orders: [Order]) {
        if !step.hasHeard { hear() }
        for order in orders { take(order) }
    }

    private mutating func take(_ order: Order) {
        let place = Int(order.generation) - 1, device = order.device.offset
        guard attempts.indices.contains(place) else {
            return ledger.find(.durability, "an order of attempt \(order.generation) left before it was durable")
        }
        let attempt = attempts[place]
        let position = attempt.position, update = attempt.update
        ledger.expect(
            .ownOrders, attempt.device == device && update == order.update.offset,
            "the order of attempt \(order.generation) went to device \(device) for update \(order.update.rawValue)")
        guard attempt.device == device, update == order.update.offset else { return }
        let assignment = updates[update].assignments[position], id = devices[device].id
        ledger.expect(.durability, attempt.attempt == order.attempt, "\(id) got an order of attempt \(order.attempt)")
        ledger.expect(
            .ownOrders, assignment.generation == order.generation && assignment.state == .inProgress,
            "\(id) got an order of an attempt that is over")
        ledger.expect(.offers, devices[device].isActive, "\(id) got an order out of service")
        let isWithdrawn = updates[update].isWithdrawn(position)
        ledger.expect(
            .offers, order.isWithdrawn == isWithdrawn,
            "\(id) is told to \(order.isWithdrawn ? "drop" : "carry out") an order that is "
                + "\(isWithdrawn ? "withdrawn" : "not withdrawn")")
        check(order, update, position)
        updates[update].assignments[position].sentAt = step.number
    }

    private mutating func check(_ order: Order, _ update: Int, _ position: Int) {
        let device = updates[update].assignments[position].device
        let id = devices[device].id, goal = updates[update].goal(position)
        let goesBack = updates[update].goesBack, firmware = standings[device].firmware
        ledger.expect(
            goesBack ? .rollbackGoal : .approvedBytes, order.release == goal,
            "\(id) is told to run \(order.release), not \(goal)")
        ledger.expect(
            goesBack ? .rollbackGoal : .approvedBytes, releases[goal] != nil,
            "\(id) is told to run \(goal), which is unknown")
        ledger.expect(.approvedBytes, size(of: goal) == order.size, "\(id) is told to fetch \(order.size) bytes")
        ledger.expect(.rollbackGoal, order.isRollback == goesBack, "\(id) is told wrongly whether it goes back")
        let isAllowed = goesBack || updates[update].definition.allowsDowngrade
        ledger.expect(
            .approvedBytes, order.release >= firmware || isAllowed,
            "\(id) is told to go down from \(firmware) to \(order.release)")
    }

    /// What began in a step is told to the device in it, and what is under way is told again when the device calls.
    mutating func checkOrders() {
        for place in attempts.indices.dropFirst(step.attemptsBefore) where step.isSeen {
            expectOrder(attempts[place], generation: place + 1, "was lost")
        }
        expectWithdrawals()
        for report in step.reports {
            guard report.body.isContact, devices.indices.contains(report.device.offset),
                report.device.offset < step.devicesBefore, devices[report.device.offset].isUnderWay,
                devices[report.device.offset].isActive,
                let update = standings[report.device.offset].liveUpdate?.offset,
                let position = updates[update].position(of: report.device.offset)
            else { continue }
            let generation = updates[update].assignments[position].generation
            expectOrder(attempts[Int(generation) - 1], generation: Int(generation), "was not repeated")
        }
    }

    /// What is taken back in a step is taken back from the devices in it.
    private mutating func expectWithdrawals() {
        guard step.isSeen else { return }
        for update in openUpdates where updates[update].stoppedAt == step.number {
            for position in updates[update].assignments.indices where updates[update].isWithdrawn(position) {
                let isTold = updates[update].assignments[position].sentAt == step.number
                let id = devices[updates[update].assignments[position].device].id
                expectLater(.offers, isTold, "the order of \(id) was withdrawn, and \(id) was not told")
            }
        }
    }

    private mutating func expectOrder(_ attempt: AttemptAccount, generation: Int, _ what: String) {
        let assignment = updates[attempt.update].assignments[attempt.position]
        guard assignment.generation == generation, assignment.state == .inProgress else { return }
        let id = devices[attempt.device].id
        expectLater(.liveness, assignment.sentAt == step.number, "the order of attempt \(generation) of \(id) \(what)")
    }

    /// Each report counts: what the devices said in a step must have had its effect by the end of it. Silent in the
    /// design: a report is taken in before what follows from time in the same step.
    mutating func checkReports() {
        for place in step.reports.indices {
            let report = step.reports[place], device = report.device.offset
            guard devices.indices.contains(device), device < step.devicesBefore else { continue }
            let isOnline = standings[device].status == .online || standings[device].lifecycle == .decommissioned
            let id = { [devices] in devices[device].id }
            expectLater(.counters, isOnline, "\(id()) called, and does not count as online")
            checkWord(of: report)
            guard isBelieved(device), let update = standings[device].liveUpdate?.offset, devices[device].isUnderWay,
                let position = updates[update].position(of: device)
            else { continue }
            // An attempt that began in this step began after the report.
            guard Int(updates[update].assignments[position].generation) <= step.attemptsBefore else { continue }
            checkEffect(of: report, at: place, update, position)
        }
        checkVersions()
        checkTakenBack()
    }

    private mutating func checkEffect(of report: Report, at place: Int, _ update: Int, _ position: Int) {
        let assignment = updates[update].assignments[position], id = devices[assignment.device].id
        let isOfAttempt = report.generation == assignment.generation
        if let firmware = report.body.saidFirmware {
            let goal = updates[update].goal(position)
            expectLater(.counters, firmware != goal, "\(id) runs \(goal), and its attempt goes on")
            let isLate = assignment.step == .confirming && assignment.stepSince < clock.elapsed
            expectLater(.counters, !isLate, "\(id) restarted and runs \(firmware), and its attempt goes on")
        }
        switch report.body {
        case .reached(let step) where isOfAttempt:
            expectLater(.counters, assignment.step >= step, "\(id) reached \(step), and it did not count")
        case .received where isOfAttempt:
            expectLater(.counters, assignment.step >= .downloading, "\(id) downloads, and it did not count")
        case .restarted where isOfAttempt:
            expectLater(.counters, assignment.step == .confirming, "\(id) restarted, and it did not count")
        case .gaveUp where isOfAttempt: expectLater(.counters, false, "\(id) gave up, and its attempt goes on")
        case .dropped where isOfAttempt:
            expectLater(.counters, false, "\(id) dropped its order, and its attempt goes on")
        default: break
        }
    }

    /// The last version that a device said in a step is what it runs as far as anybody knows.
    private mutating func checkVersions() {
        for place in step.reports.indices {
            guard let firmware = step.reports[place].body.saidFirmware else { continue }
            let device = step.reports[place].device.offset
            guard devices.indices.contains(device), device < step.devicesBefore, isBelieved(device),
                standings[device].firmware != firmware
            else { continue }
            let isLast = !step.reports[(place + 1)...].contains { later in
                later.device.offset == device && later.body.saidFirmware != nil
            }
            if isLast {
                let id = devices[device].id
                expectLater(.counters, false, "\(id) said that it runs \(firmware), and it did not count")
            }
        }
    }
}
