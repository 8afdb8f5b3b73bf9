import FleetCore
import FleetEngine
import Testing

@testable import FleetSimulator

/// What the oracle finds when it sees what goes in and out: commands, reports, orders, epochs, and what is left undone.
@Suite struct OracleStepTests {
    private let ana = Origin(operatorName: "ana", source: "test")
    private var paused: Event { .updatePaused(Tale.update, .operatorPaused(name: "ana")) }
    private func accepted(_ verb: String) -> Event {
        .commandAccepted(CommandRecord(verb: verb, object: "u", origin: ana))
    }

    private func seen(_ devices: UInt32...) -> Tale {
        var tale = Tale()
        tale.takeUp()
        tale.step(
            [], devices.map { .attemptStarted(Tale.update, DeviceIndex($0), attempt: 1) },
            orders: devices.enumerated().map { Tale.order($1, generation: UInt32($0) + 1) })
        return tale
    }

    @Test func aSoundCourseBreaksNothing() {
        var tale = seen(0)
        tale.step(commands: [.pause(update: "u")], [accepted("pause"), paused])
        tale.step([.contact(0, Tale.old)], orders: [Tale.order(0, generation: 1)])
        tale.step(
            [.contact(0, Tale.new)],
            [.firmwareReported(DeviceIndex(0), Tale.new), .assignmentCompleted(Tale.update, DeviceIndex(0))])
        tale.goOn()
        #expect(tale.oracle.violations == [])
    }

    @Test func theAuditIsWhole() {
        var unasked = seen(0)
        unasked.step([], [accepted("pause"), paused])
        #expect(unasked.broken == [7])
        var twice = seen(0)
        twice.step(commands: [.pause(update: "u")], [accepted("pause"), paused])
        twice.step([], [accepted("pause"), paused])
        #expect(twice.broken.contains(7))
        var silent = seen(0)
        silent.step(commands: [.pause(update: "u")], refusal: Tale.refusal)
        #expect(silent.broken == [])
        silent.goOn()
        #expect(silent.broken == [7])
        var unbacked = Tale()
        unbacked.commit(paused)
        #expect(unbacked.broken == [7])
    }

    /// An engine that stops with its journal refuses everything, and the journal knows nothing of it.
    @Test func aStoppedEngineMayRefuse() {
        var tale = seen(0)
        tale.step(commands: [.pause(update: "u")], refusal: Tale.refusal)
        tale.observe(.engineEnded(epoch: 1))
        tale.observe(.found([Fact(at: tale.now, accepted("pause")), Fact(at: tale.now, paused)], epoch: 1))
        tale.takeUp(epoch: 2)
        tale.observe(.sent([Tale.order(0, generation: 1)], epoch: 2))
        tale.goOn(epoch: 2)
        #expect(tale.oracle.violations == [])
    }

    @Test func eachReportCountsOnce() {
        var invented = seen(0)
        invented.commit(.firmwareReported(DeviceIndex(0), Tale.new))
        #expect(invented.broken == [10])
        var stale = seen(0)
        let cause = FailureCause(code: "hash mismatch", isPermanent: true)
        stale.step(
            [Report(device: DeviceIndex(0), generation: 7, body: .gaveUp(cause))],
            [.attemptFailed(Tale.update, DeviceIndex(0), cause, retryAt: nil)])
        #expect(stale.broken == [10])
        var early = seen(0)
        early.now = early.now + .minutes(14)
        early.step([], [.attemptFailed(Tale.update, DeviceIndex(0), .noAnswer, retryAt: early.now + .minutes(1))])
        #expect(early.broken == [10])
        var lost = seen(0)
        lost.step([.contact(0, Tale.new)], [.firmwareReported(DeviceIndex(0), Tale.new)])
        lost.goOn()
        #expect(lost.broken.contains(10))
        var falsely = seen(0)
        falsely.step(
            [.contact(0, Tale.old)], [.assignmentCompleted(Tale.update, DeviceIndex(0))],
            orders: [Tale.order(0, generation: 1)])
        #expect(falsely.broken.contains(10))
    }

    @Test func countersEqualTheFold() throws {
        let run = try ObservedRun(SampleFleet.script("critical-patch-2.4.1"))
        try run.run(until: .minutes(5))
        let reading = EngineReading(try #require(run.state))
        run.oracle.observe(.shown(reading))
        #expect(run.oracle.violations == [])
        let changes: [(inout EngineReading) -> Void] = [
            { $0.devices[3].firmware = Tale.new }, { $0.regions[0].working += 1 }, { $0.sites[1].inFlight += 1 },
            { $0.updates[0].inFlight += 1 }, { $0.updates[0].tally[.completed] += 1 },
            { $0.updates[0].assignments[0].attempt += 1 }, { $0.updates[0].regionTallies[0].turnedBad += 1 },
        ]
        for change in changes {
            var wrong = reading, oracle = run.oracle
            change(&wrong)
            oracle.observe(.shown(wrong))
            #expect(oracle.violations.map(\.invariant) == [10])
        }
    }

    @Test func nothingBeforeItIsDurable() {
        var reply = seen(0)
        reply.step(commands: [.pause(update: "u")])
        #expect(reply.broken == [12])
        var order = seen(0)
        order.observe(.sent([Tale.order(2, generation: 2)], epoch: 1))
        #expect(order.broken == [12])
        var known = seen(0)
        known.step(commands: [.register(known.records), .draft(Tale.definition("u", .immediate(offline: .queue)))])
        #expect(known.broken == [])
        var unknown = seen(0)
        unknown.step(commands: [.register([DeviceRecord(id: "d9", firmware: Tale.old)])])
        #expect(unknown.broken == [12])
    }

    @Test func onlyTheCurrentEpoch() {
        var tale = seen(0)
        tale.takeUp(epoch: 2)
        tale.commit([paused], epoch: 1)
        #expect(tale.broken.contains(13))
        var gone = seen(0)
        gone.observe(.engineEnded(epoch: 1))
        gone.observe(.sent([Tale.order(0, generation: 1)], epoch: 1))
        #expect(gone.broken == [13])
    }

    @Test func onlyApprovedBytesToTheirOwnDevice() {
        var altered = Tale()
        altered.accept("add releases", "1 release", .releaseAdded(Tale.release(2, digit: 9)))
        #expect(altered.broken.contains(14))
        for order in [Tale.order(0, generation: 1, release: Tale.old), Tale.order(0, generation: 1, size: 999)] {
            var tale = seen(0)
            tale.observe(.sent([order], epoch: 1))
            #expect(tale.broken == [14])
        }
        var foreign = seen(0)
        foreign.observe(.sent([Tale.order(1, generation: 1)], epoch: 1))
        #expect(foreign.broken == [15])
    }

    @Test func nothingIsLeftUndone() {
        var overdue = seen(0, 2)
        overdue.now = overdue.now + .minutes(10)
        let calls = Tale.devices.map { Report.contact($0.rawValue, Tale.old) }
        let orders = [Tale.order(0, generation: 1), Tale.order(2, generation: 2)]
        overdue.step(calls, orders: orders)
        overdue.now = overdue.now + .minutes(6) + .seconds(1)
        overdue.step()
        #expect(overdue.broken == [])
        overdue.goOn()
        #expect(overdue.broken == [17])
        var lost = seen(0)
        lost.takeUp(epoch: 2)
        lost.goOn(epoch: 2)
        #expect(lost.broken == [17])
        var unsent = seen()
        unsent.step([], [.attemptStarted(Tale.update, DeviceIndex(0), attempt: 1)])
        unsent.goOn()
        #expect(unsent.broken == [17])
        var idle = seen(0)
        idle.now = idle.now + .minutes(3)
        idle.step()
        idle.now = idle.now + .minutes(3)
        idle.step()
        idle.goOn()
        #expect(idle.broken == [17])
    }

    @Test func atRestEverythingWaitsForSomething() {
        let held = WaitReason.paused(.operatorPaused(name: "ana"))
        for (reason, broken) in [(held, []), (.due, [17]), (.limit(.fleet(100)), [17]), (nil, [17])]
            as [(WaitReason?, [Int])]
        {
            var tale = Tale()
            tale.accept("pause", "u", paused)
            let waits = Tale.devices.map {
                WaitReading(
                    update: Tale.update, device: $0, state: .pending, reason: reason, isReachable: true,
                    isWorking: true)
            }
            tale.checkRest(waits)
            #expect(tale.broken == broken)
        }
    }

    @Test func theRunnerReportsWhatOnlyItSees() {
        var oracle = Oracle()
        oracle.noteCheck(6)
        oracle.report(6, "other bytes")
        oracle.report(18, "another trace")
        #expect(oracle.violations.map(\.invariant) == [6, 18])
        #expect(oracle.checks[6] == 2 && oracle.checks[18] == 1)
    }
}
