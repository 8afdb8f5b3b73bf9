import FleetCore
import FleetEngine
import FleetSimulator
import Testing

@Suite struct GateTests {
    /// The other terminal of its store never returns, so that the floor holds this one for good: the gate goes on
    /// without it, as it does without an offline one.
    @Test func gateDoesNotWaitForTheFloor() throws {
        var devices = SmallFleet.devices(9)
        devices.append(SmallFleet.device("t-10", site: "pair"))
        devices.append(SmallFleet.device("t-11", site: "pair", status: .offline))
        let update = try SmallFleet.update(
            .progressive(phases: [SmallFleet.phase(100)], onFailure: .rollBack), devices: "id != t-11")
        let trial = try Trial(SmallFleet.script(devices, update))
        let phase = try #require(try trial.update().phases.first)
        #expect(phase.decidedAt == after(SmallFleet.whole))
        #expect(phase.verdict == .passed)
        #expect(trial.outcome.ending == .held)
        #expect(try trial.device("t-10").waits == .floor(site: "pair", working: 1))
    }
}

/// Gates over time: samples that stay too small, approvals, and outcomes that turn bad.
@Suite struct GateOverTimeTests {
    private func script(
        _ devices: [DeviceRecord], _ phases: PhaseDefinition...,
        change: (inout HeadlessScript) throws -> Void = { _ in }
    ) throws -> HeadlessScript {
        let update = try SmallFleet.update(.progressive(phases: phases, onFailure: .rollBack))
        return try SmallFleet.script(devices, update, change: change)
    }

    @Test func tooSmallASampleInTimePausesAndResumeGivesItNewTime() throws {
        let devices = SmallFleet.devices(4) + (5...10).map { SmallFleet.device(SmallFleet.name($0), status: .offline) }
        let script = try script(devices, SmallFleet.phase(100)) {
            $0.commands = [.init(after: .hours(80), .resume(update: "u"))]
        }
        let trial = try Trial(script)
        let inconclusive = PauseReason.inconclusive(phase: "p100")
        let pauses = trial.times {
            if case .updatePaused(_, inconclusive) = $0 { true } else { false }
        }
        #expect(pauses == [after(.hours(72)), after(.hours(152))])
        #expect(trial.outcome.ending == .held)
        #expect(try trial.update().status == .paused)
        #expect(try trial.device("t-10").waits == .paused(inconclusive))
        #expect(try trial.update().phases[0].verdict == .inconclusive)
    }

    /// What an operator holds does not run out of time, and is judged anew when it goes on.
    @Test func aGateHasNoTimeoutWhileAnOperatorHoldsTheUpdate() throws {
        let devices = SmallFleet.devices(10).map { device in
            var device = device
            device.region = "region of \(device.id)"
            return device
        }
        let script = try script(devices, SmallFleet.phase(100, threshold: 9000)) {
            $0.settings.limits.inFlight = 2
            $0.profile.failures = [try SmallFleet.failing("id = t-01", .keepsOldRelease)]
            $0.commands = [
                .init(after: .seconds(92 * 3), .pause(update: "u")), .init(after: .hours(100), .resume(update: "u")),
            ]
        }
        let trial = try Trial(script)
        #expect(try trial.update().status == .completed)
        #expect(try trial.update().tally[.completed] == 9)
        #expect(try trial.update().phases[0].decidedAt ?? .distantPast > after(.hours(100)))
    }

    @Test func approvalHoldsAfterThePass() throws {
        let phases = [
            SmallFleet.phase(50, wait: .hours(1)) { $0.requiresApproval = true }, SmallFleet.phase(100),
        ]
        let held = try Trial(script(SmallFleet.devices(4), phases[0], phases[1]))
        #expect(held.outcome.ending == .held)
        let waiting = try held.update().devices.filter { $0.state == .pending }
        #expect(waiting.map(\.waits) == [.approval(phase: "p50"), .approval(phase: "p50")])
        for (approved, goesOn) in [
            (Duration.hours(5), Duration.hours(5)), (.minutes(30), .hours(1) + SmallFleet.whole),
        ] {
            let trial = try Trial(
                script(SmallFleet.devices(4), phases[0], phases[1]) {
                    $0.commands = [.init(after: approved, .approve(update: "u"))]
                })
            #expect(try trial.update().phases[1].openedAt == after(goesOn))
            #expect(try trial.update().status == .completed)
        }
    }

    @Test func anOutcomeThatTurnsBadRestartsTheWait() throws {
        let first = SmallFleet.phase(50, threshold: 9000, wait: .hours(1))
        let script = try script(SmallFleet.devices(20), first, SmallFleet.phase(100, threshold: 9000))
        let bad = after(.minutes(40))
        let trial = try Trial(script) { run in
            run.play(until: bad - .seconds(1))
            let id = try firstDevice(run)
            try run.report(id, .contacted(firmware: SmallFleet.old), at: bad)
        }
        let update = try trial.update()
        #expect(update.phases[0].closedAt == bad + .hours(1))
        #expect(update.phases[0].failed == 1)
        #expect(update.status == .completed)
        #expect(update.devices[0].hasTurnedBad)
        #expect(update.devices[0].reason == .failed(.reports(SmallFleet.old)))
    }

    @Test func outcomesThatTurnBadCanFailTheGate() throws {
        let first = SmallFleet.phase(50, threshold: 9500, wait: .hours(1))
        let bad = after(.minutes(40))
        let trial = try Trial(script(SmallFleet.devices(20), first, SmallFleet.phase(100))) { run in
            run.play(until: bad - .seconds(1))
            try run.report(try firstDevice(run), .contacted(firmware: SmallFleet.old), at: bad)
        }
        #expect(try trial.update().phases[0].verdict == .failed)
        #expect(try trial.update().phases[0].decidedAt == bad)
        #expect(try trial.update().status == .rolledBack)
        #expect(try trial.update().tally[.cancelled] == 10)
    }

    /// Three of five are 60%; three of six are not, though five that are away could still save it. The wait must not
    /// end on a rate that no longer holds.
    @Test func aPassThatNoLongerHoldsIsTakenBack() throws {
        let devices = (1...10).map {
            SmallFleet.device(SmallFleet.name($0), status: $0 <= 5 ? .online : .offline)
        }
        let script = try script(
            devices, SmallFleet.phase(100, threshold: 6000, wait: .hours(1))
        ) {
            $0.profile.returns = [SimulatedReturn(device: "t-06", after: .minutes(30))]
            $0.profile.failures = [try SmallFleet.failing("id in (t-01, t-02, t-06)", .keepsOldRelease)]
        }
        let trial = try Trial(script)
        let verdicts = trial.facts.compactMap { fact -> GateVerdict? in
            if case .gateDecided(_, _, let verdict, _, _) = fact.event { verdict } else { nil }
        }
        #expect(verdicts == [.passed, .unproven, .failed])
        #expect(try trial.update().phases[0].closedAt == nil)
        #expect(try trial.update().phases[0].decidedAt == after(.hours(72)))
    }

    private func firstDevice(_ run: HeadlessRun) throws -> String {
        let state = run.driver.loop.state
        return state.devices.id(try #require(state.update("u")).assignments.device(0))
    }
}
