import FleetCore
import FleetEngine
import FleetSimulator
import Testing

/// What the oracle finds in phases, gates, rollbacks and final states.
@Suite struct OracleGateTests {
    /// Two phases of two devices each, half of which must succeed, with an hour's wait.
    private func tale(_ change: (inout Gate) -> Void = { _ in }) -> Tale {
        let phases = [
            SmallFleet.phase(50, threshold: 5000, wait: .hours(1), change), SmallFleet.phase(100, threshold: 5000),
        ]
        var tale = Tale(
            .progressive(phases: phases, onFailure: .pause), sizes: [2, 4], settings: { $0.floor.untouched = 0 })
        tale.commit(.phaseOpened(Tale.update, phase: 0))
        return tale
    }

    private func decided(_ verdict: GateVerdict, _ completed: Int, _ failed: Int) -> Event {
        .gateDecided(Tale.update, phase: 0, verdict, completed: completed, failed: failed)
    }

    private func decommission(_ number: Int, in tale: inout Tale, _ more: Event...) {
        var record = tale.records[number]
        record.lifecycle = .decommissioned
        let device = DeviceIndex(UInt32(number))
        tale.accept(
            "decommission", record.id,
            [.deviceRevised(device, record), .assignmentSkipped(Tale.update, device, .decommissioned)] + more)
    }

    private let leaving: [Event] = [
        .phaseClosed(Tale.update, phase: 0), .phaseOpened(Tale.update, phase: 1),
    ]

    @Test func aSoundPassageBreaksNothing() {
        var tale = tale()
        tale.begin(0, 1)
        tale.complete(0)
        tale.commit(
            .firmwareReported(DeviceIndex(1), Tale.new), .assignmentCompleted(Tale.update, DeviceIndex(1)),
            decided(.passed, 2, 0))
        tale.now = tale.now + .hours(1)
        tale.commit(leaving)
        #expect(tale.oracle.violations == [])
    }

    /// A phase of which nobody was tried has passed nothing; only who resumes the update goes on without it.
    @Test func nobodyTriedIsNoPass() {
        var passed = tale(), held = passed
        decommission(0, in: &passed)
        decommission(1, in: &passed, decided(.passed, 0, 0))
        #expect(passed.broken == [4])
        let name = SmallFleet.phase(50, threshold: 5000).name
        decommission(0, in: &held)
        decommission(
            1, in: &held, decided(.inconclusive, 0, 0), .updatePaused(Tale.update, .inconclusive(phase: name)))
        var alone = held
        held.accept("resume", "u", leaving + [.updateResumed(Tale.update)])
        #expect(held.oracle.violations == [])
        alone.commit(leaving)
        #expect(alone.broken == [7])
    }

    @Test func noPhaseBelowItsThreshold() {
        var tale = tale { $0.threshold = 6000 }
        tale.begin(0, 1)
        tale.complete(0)
        tale.commit(Tale.failure(1), decided(.passed, 1, 1))
        #expect(tale.broken == [4, 5])
    }

    @Test func noPhaseBelowItsSampleOrWait() {
        var sample = tale { $0.minimumSample = 2 }
        sample.begin(0)
        sample.complete(0)
        sample.commit(decided(.passed, 1, 0))
        #expect(sample.broken == [4])
        var wait = tale { $0.minimumSample = 1 }
        wait.begin(0)
        wait.commit(
            .firmwareReported(DeviceIndex(0), Tale.new), .assignmentCompleted(Tale.update, DeviceIndex(0)),
            decided(.passed, 1, 0))
        wait.now = wait.now + .minutes(59)
        wait.commit(leaving)
        #expect(wait.broken == [4])
        var skipped = tale()
        skipped.commit(.phaseOpened(Tale.update, phase: 1))
        #expect(skipped.broken == [4])
        var closed = tale()
        closed.begin(3)
        #expect(closed.broken == [4])
    }

    /// The wait starts again when an outcome turns bad, and a clock that is set ends no wait.
    @Test func theWaitIsWhole() {
        var turned = tale()
        turned.begin(0, 1)
        turned.complete(0)
        turned.commit(
            .firmwareReported(DeviceIndex(1), Tale.new), .assignmentCompleted(Tale.update, DeviceIndex(1)),
            decided(.passed, 2, 0))
        var clock = turned
        turned.now = turned.now + .minutes(30)
        turned.commit(
            .firmwareReported(DeviceIndex(0), Tale.old),
            .outcomeTurnedBad(Tale.update, DeviceIndex(0), .reports(Tale.old)))
        turned.now = turned.now + .minutes(59)
        turned.commit(leaving)
        #expect(turned.broken == [4])
        clock.now = clock.now + .days(365)
        clock.commit(.clockStepped(by: .days(365)))
        clock.commit(leaving)
        #expect(clock.broken == [4])
    }

    @Test func confidenceAndApproval() {
        var unproven = tale { $0.demandsConfidence = true }
        unproven.begin(0, 1)
        unproven.complete(0)
        unproven.commit(
            .firmwareReported(DeviceIndex(1), Tale.new), .assignmentCompleted(Tale.update, DeviceIndex(1)),
            decided(.passed, 2, 0))
        #expect(unproven.broken == [4])
        var unapproved = tale { $0.requiresApproval = true }
        unapproved.begin(0)
        unapproved.commit(
            .firmwareReported(DeviceIndex(0), Tale.new), .assignmentCompleted(Tale.update, DeviceIndex(0)),
            decided(.passed, 1, 0))
        unapproved.now = unapproved.now + .hours(1)
        unapproved.commit(leaving)
        #expect(unapproved.broken == [4])
    }

    @Test func aFailedGateStopsAtOnce() {
        var silent = tale { $0.threshold = 9000 }
        silent.begin(0)
        silent.fail(0)
        #expect(silent.broken == [5])
        var goesOn = tale { $0.threshold = 9000 }
        goesOn.begin(0)
        goesOn.commit(Tale.failure(0), decided(.failed, 0, 1))
        #expect(goesOn.broken == [5])
        var starts = tale { $0.threshold = 9000 }
        starts.begin(0)
        starts.commit(
            Tale.failure(0), decided(.failed, 0, 1), .startsEnded(Tale.update, .gateFailed(phase: "p50")),
            .updateEnded(Tale.update, .halted))
        #expect(starts.oracle.violations == [])
        starts.begin(1)
        #expect(starts.broken == [5, 11, 16])
    }

    @Test func gatesCountTruly() {
        var tale = tale()
        tale.begin(0)
        tale.complete(0)
        tale.commit(decided(.passed, 2, 0))
        #expect(tale.broken == [10])
    }

    @Test func rollbacksGoToWhatWasThere() {
        var untouched = Tale()
        untouched.begin(0)
        untouched.complete(0)
        let back = Event.rollbackStarted(of: Tale.update, id: "u/rollback", targets: [DeviceIndex(0), DeviceIndex(2)])
        untouched.accept("roll back", "u", .startsEnded(Tale.update, .rolledBack), back)
        #expect(untouched.broken == [9])
        var left = Tale()
        left.begin(0, 2)
        left.complete(0)
        let half = Event.rollbackStarted(of: Tale.update, id: "u/rollback", targets: [DeviceIndex(0)])
        left.accept("roll back", "u", .startsEnded(Tale.update, .rolledBack), half)
        #expect(left.broken == [9])
        var wrong = Tale()
        wrong.begin(0)
        wrong.complete(0)
        wrong.accept("roll back", "u", .startsEnded(Tale.update, .rolledBack), half)
        wrong.commit(.attemptStarted(UpdateIndex(1), DeviceIndex(0), attempt: 1))
        #expect(wrong.oracle.violations == [])
        wrong.observe(
            .sent(
                [
                    Order(
                        device: DeviceIndex(0), update: UpdateIndex(1), attempt: 1, generation: 2,
                        release: Version(0, 9, 0), size: 1000, isRollback: true)
                ], epoch: 1))
        #expect(wrong.broken == [9])
    }

    @Test func finalStatesStay() {
        var assignment = Tale()
        assignment.begin(0)
        assignment.complete(0)
        assignment.commit(.stepReached(Tale.update, DeviceIndex(0), .confirming))
        #expect(assignment.broken == [11])
        var update = Tale()
        update.accept(
            "cancel", "u", .startsEnded(Tale.update, .cancelled(by: "ana")), .updateEnded(Tale.update, .cancelled))
        #expect(update.oracle.violations == [])
        update.commit(.updateEnded(Tale.update, .completed))
        #expect(update.broken.contains(11))
    }
}
