import FleetCore
import FleetEngine
import Testing

@testable import FleetSimulator

/// Phases, their waits and what ends them.
@Suite struct ProgressiveTests {
    private static let phases = [
        SmallFleet.phase(10, wait: .hours(24)), SmallFleet.phase(50, threshold: 9000, wait: .hours(12)),
        SmallFleet.phase(100, threshold: 8500),
    ]

    private func update(
        _ phases: [PhaseDefinition], onFailure: FailurePolicy = .rollBack
    ) throws -> UpdateDefinition {
        try SmallFleet.update(.progressive(phases: phases, onFailure: onFailure))
    }

    @Test func waitsAreKeptToTheSecond() throws {
        let trial = try Trial(SmallFleet.script(SmallFleet.devices(10), update(Self.phases)))
        let whole = SmallFleet.whole
        let second = whole + .hours(24), third = second + whole + .hours(12)
        func phase(_ name: String, _ size: Int, opened: Duration, closed: Duration) -> PhaseOutcome {
            PhaseOutcome(
                name: name, size: size, completed: size, failed: 0, verdict: .passed, openedAt: after(opened),
                decidedAt: after(opened + whole), closedAt: after(closed))
        }
        #expect(
            try trial.update().phases == [
                phase("p10", 1, opened: .zero, closed: second), phase("p50", 5, opened: second, closed: third),
                phase("p100", 10, opened: third, closed: third + whole),
            ])
        #expect(try trial.update().status == .completed)
        #expect(trial.outcome.endedAt == after(third + whole))
    }

    /// Of twenty, two may fail at 90%; with the third the gate is lost, and nothing starts any more.
    @Test func aGateOutOfReachStopsAtOnce() throws {
        let olds = [Version(1, 0, 0), Version(1, 1, 0), Version(1, 2, 0)]
        let devices = (1...20).map {
            SmallFleet.device(
                SmallFleet.name($0), region: $0 % 4 == 0 ? "bad" : "east", firmware: olds[$0 % olds.count])
        }
        var definition = try update([SmallFleet.phase(100, threshold: 9000, wait: .hours(1))])
        definition.inFlight = 4
        let script = try SmallFleet.script(devices, definition) {
            let files = $0.releases[0].artifacts
            $0.releases += olds.dropFirst().map { Release(version: $0, artifacts: files) }
            $0.profile.failures = [
                try SmallFleet.failing(
                    "region = bad", .givesUp(FailureCause(code: "wrong model", isPermanent: true), at: .offered))
            ]
        }
        let trial = try Trial(script)
        let update = try trial.update()
        #expect(update.status == .rolledBack)
        #expect(update.tally[.failed] >= 3)
        #expect(update.tally[.cancelled] > 0)
        #expect(update.phases[0].verdict == .failed)
        let lost = try #require(update.phases[0].decidedAt)
        #expect(trial.starts().allSatisfy { $0.at <= lost })
        // What still downloaded when the gate was lost dropped its order.
        let dropped = update.devices.filter { $0.state == .cancelled && $0.attempts > 0 }
        #expect(!dropped.isEmpty)
        #expect(trial.starts().count == 20 - update.tally[.cancelled] + dropped.count)
        for device in devices {
            #expect(try trial.device(device.id).firmware == device.firmware)
            #expect(try trial.flash(device.id).running == device.firmware)
        }
        let back = try trial.update("u/rollback")
        #expect(back.status == .completed)
        #expect(back.tally[.completed] == update.tally[.completed])
        for device in dropped { #expect(try trial.device(device.id, in: "u/rollback").state == .skipped) }
        #expect(back.startedAt == lost)
    }

    @Test(arguments: [(failing: 1, status: UpdateStatus.completed), (failing: 2, status: .rolledBack)])
    func allEndedBelowTheThresholdIsAFailure(failing: Int, status: UpdateStatus) throws {
        let ids = (1...failing).map { SmallFleet.name($0) }.joined(separator: ", ")
        let definition = try update([SmallFleet.phase(100, threshold: 9000)])
        let script = try SmallFleet.script(SmallFleet.devices(10), definition) {
            $0.profile.failures = [try SmallFleet.failing("id in (\(ids))", .keepsOldRelease)]
        }
        let trial = try Trial(script)
        #expect(try trial.update().status == status)
        #expect(try trial.update().phases[0].failed == failing)
        #expect(try trial.update().phases[0].verdict == (failing == 1 ? .passed : .failed))
    }

    @Test func doneOnTheOldReleaseIsAFailure() throws {
        let definition = try update([SmallFleet.phase(100, threshold: 5000)])
        let script = try SmallFleet.script(SmallFleet.devices(3), definition) {
            $0.profile.failures = [try SmallFleet.failing("id = t-02", .keepsOldRelease)]
        }
        let device = try Trial(script).device("t-02")
        #expect(device.state == .failed)
        #expect(device.reason == .failed(.reports(SmallFleet.old)))
        #expect(device.attempts == 1)
        #expect(device.endedAt == after(SmallFleet.whole))
    }

    /// A failed gate with `on-failure: pause` holds the update for an operator and takes nothing from it.
    @Test func onFailurePausePausesAndLeavesWhatIsChanged() throws {
        let definition = try update(
            [SmallFleet.phase(50), SmallFleet.phase(100)], onFailure: .pause)
        let script = try SmallFleet.script(SmallFleet.devices(8), definition)
        let first = try #require(try Trial(script).update().devices.first?.id)
        var failing = script
        failing.profile.failures = [try SmallFleet.failing("id = \(first)", .keepsOldRelease)]
        let trial = try Trial(failing)
        let update = try trial.update()
        #expect(update.status == .paused)
        #expect(trial.outcome.updates.map(\.id) == ["u"])
        #expect(update.tally[.completed] == 3)
        #expect(update.tally[.failed] == 1)
        #expect(update.tally[.pending] == 4)
        #expect(update.phases.map(\.verdict) == [.failed, .waiting])
        #expect(update.devices.filter { $0.state == .completed }.allSatisfy { $0.firmware == SmallFleet.new })
    }

    /// Nobody goes on past a failed gate; what is changed can be sent back.
    @Test func pastAFailedGateGoesNothingButARollback() throws {
        let definition = try update([SmallFleet.phase(50), SmallFleet.phase(100)], onFailure: .pause)
        var script = try SmallFleet.script(SmallFleet.devices(8), definition)
        let first = try #require(try Trial(script).update().devices.first?.id)
        script.profile.failures = [try SmallFleet.failing("id = \(first)", .keepsOldRelease)]
        script.commands = [
            .init(after: .hours(5), .resume(update: "u")),
            .init(after: .hours(6), .rollBack(update: "u", confirmation: "u", preview: nil)),
        ]
        let trial = try Trial(script)
        #expect(trial.outcome.refusals.map(\.message) == ["the gate of p50 has failed"])
        #expect(try trial.update().status == .rolledBack)
        #expect(trial.outcome.update("u/rollback")?.tally[.completed] == 3)
    }

    /// One that is away when the gate fails goes back when it returns.
    @Test func anOfflineDeviceGoesBackWhenItReturns() throws {
        var devices = SmallFleet.devices(10)
        devices[0].status = .offline
        let script = try SmallFleet.script(devices, update([SmallFleet.phase(100, threshold: 9500)])) {
            $0.profile.returns = [
                SimulatedReturn(device: "t-01", after: .zero, stays: .minutes(5)),
                SimulatedReturn(device: "t-01", after: .hours(9)),
            ]
            $0.profile.failures = [try SmallFleet.failing("id = t-02", .fallsSilent(nil))]
        }
        let trial = try Trial(script)
        // One second to answer and one to download, a minute to install; then the deadline passes.
        #expect(try trial.update().phases[0].decidedAt == after(.seconds(62) + .minutes(20)))
        #expect(try trial.device("t-02").reason == .failed(.silentAfterInstall))
        #expect(try trial.update().status == .rollingBack)
        let back = try trial.device("t-01", in: "u/rollback")
        #expect(back.state == .completed)
        #expect(back.startedAt == after(.hours(9)))
        #expect(try trial.flash("t-01").running == SmallFleet.old)
        #expect(try trial.device("t-02", in: "u/rollback").state == .pending)
    }
}
