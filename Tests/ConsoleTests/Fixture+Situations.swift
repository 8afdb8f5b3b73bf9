import FleetCore
import FleetEngine

@testable import Console

extension Fixture {
    /// The sample fleet's ten terminals under an accelerated clock, the canary soaking.
    static func demo() -> FleetView {
        var view = running()
        view.fleetName = "retailcorp"
        view.simulationSpeed = 1800
        view.deviceCount = 10
        view.statusCounts = [1, 6, 3]
        view.alerts = []
        let tally = tally(ok: 1, waiting: 9)
        let summary = summary("major-3.0.0", release: Version(3, 0, 0), tally: tally)
        view.updates = [
            self.summary(
                "critical-patch-2.4.1", status: .draft, strategy: "immediate", release: Version(2, 4, 1), tally: Tally()
            ),
            summary,
        ]
        view.update = UpdateView(
            summary: summary, currentPhase: 0,
            phases: [
                PhaseRow(
                    name: "canary", percent: 10, tally: self.tally(ok: 1), verdict: .passed, openedAt: now - .hours(2),
                    closedAt: nil),
                PhaseRow(
                    name: "half", percent: 50, tally: self.tally(ok: 1, waiting: 4), verdict: .waiting, openedAt: nil,
                    closedAt: nil),
                PhaseRow(name: "all", percent: 100, tally: tally, verdict: .waiting, openedAt: nil, closedAt: nil),
            ],
            gate: GateView(
                phase: "canary", verdict: .passed, threshold: 9500, completed: 1, failed: 0, size: 1, minimumSample: 1,
                demandsConfidence: false, requiresApproval: false, rate: 1, interval: 0.2065...1, successesToPass: 0,
                failuresToFail: 1, soakEndsAt: now + .hours(22), soakLength: .hours(24), timeoutAt: nil,
                awaitsApproval: false),
            causes: [], previousVersions: [Version(2, 0, 5), Version(2, 3, 1)], selector: "all", rollback: nil,
            waiting: [WaitGroup(reason: .soak(phase: "canary", until: now + .hours(22)), count: 9)], expectedEnd: nil)
        view.devices.total = 10
        view.regions = ["northeast", "west", "midwest", "southeast", "northwest", "southwest", "mountain"].map {
            RegionRow(name: $0, deviceCount: 1, statusCounts: [0, 1, 0], tally: self.tally(waiting: 1))
        }
        return view
    }

    /// Kim holds the update.
    static func paused() -> FleetView {
        var view = running()
        let summary = summary(status: .paused, statusText: "paused by kim")
        view.updates[1] = summary
        view.update?.summary = summary
        view.update?.waiting = [WaitGroup(reason: .paused(.operatorPaused(name: "kim")), count: 1896)]
        return view
    }

    /// The gate has failed and changed devices go back.
    static func rollingBack() -> FleetView {
        var view = running()
        let summary = summary(
            status: .rollingBack, statusText: "gate of wave-1 failed: rolling back",
            tally: tally(ok: 430, failed: 34, cancelled: 1936))
        let rollback = self.summary(
            "RO-1042-rollback", status: .running, strategy: "rollback", release: old,
            tally: tally(ok: 100, failed: 2, active: 40, waiting: 322), parent: "RO-1042")
        view.updates[1] = summary
        view.updates.append(rollback)
        view.update?.summary = summary
        view.update?.rollback = rollback
        var gate = gate(.failed)
        gate.completed = 430
        gate.failed = 34
        gate.rate = 430.0 / 464
        gate.interval = 0.8993...0.9471
        gate.successesToPass = nil
        gate.failuresToFail = 0
        view.update?.gate = gate
        view.update?.phases[2].verdict = .failed
        for (index, cancelled) in [(2, 160), (3, 976), (4, 1936)] {
            view.update?.phases[index].tally = tally(ok: 430, failed: 34, cancelled: cancelled)
        }
        view.update?.waiting = []
        view.alerts.insert(
            Alert(
                id: "gate", severity: .warning, text: "gate of wave-1 failed with 34 of 464; rolling back",
                since: now - .minutes(1)), at: 0)
        return view
    }

    /// No update is known.
    static func empty() -> FleetView {
        var view = FleetView()
        view.fleetName = "acme-pos"
        view.now = now
        view.deviceCount = 2
        view.statusCounts = [0, 1, 1]
        view.firmware = [FirmwareCount(version: old, count: 2)]
        view.devices.total = 2
        view.devices.rows = [device("pos-eu-0001"), device("pos-eu-0002", status: .offline, seen: .hours(5))]
        view.regions = [RegionRow(name: "eu-west", deviceCount: 2, statusCounts: [0, 1, 1], tally: Tally())]
        return view
    }

    /// A draft is in focus and nothing has started.
    static func draft() -> FleetView {
        var view = empty()
        let draft = summary(
            "maintenance-2.5.0", status: .draft, strategy: "scheduled", release: Version(2, 5, 0), tally: Tally())
        view.updates = [draft, summary("RO-1042", status: .draft, tally: Tally())]
        view.update = UpdateView(
            summary: draft, currentPhase: nil, phases: [], gate: nil, causes: [], previousVersions: [old],
            selector: "all", rollback: nil, waiting: [], expectedEnd: nil)
        return view
    }

    /// A scheduled update: no phases, no gate.
    static func scheduled() -> FleetView {
        var view = running()
        let summary = summary("maintenance-2.5.0", strategy: "scheduled", release: Version(2, 5, 0))
        view.updates = [summary]
        view.update?.summary = summary
        view.update?.phases = []
        view.update?.gate = nil
        view.update?.currentPhase = nil
        view.update?.success = SuccessView(completed: 454, failed: 10, interval: 0.9608...0.9883)
        view.update?.waiting = [
            WaitGroup(reason: .window(opensAt: now + .hours(12)), count: 1854),
            WaitGroup(reason: .offline(since: nil), count: 42),
        ]
        return view
    }

    /// The engine's disk is full.
    static func stopped() -> FleetView {
        var view = running()
        view.health = .stopped("the journal could not be written: disk full; free space and start again")
        return view
    }

    /// Names that would steer a terminal, turn the text around, or take two columns each.
    static func hostile() -> FleetView {
        var view = running()
        view.fleetName = "acme\u{1B}[2Jpos"
        view.devices.rows = [
            device(
                "pos\u{1B}]0;owned\u{07}-1", region: "\u{202E}tsew-ue",
                assignment(.failed, reason: cause("\u{1B}[31mred\u{0}"), since: .seconds(1))),
            device("東京渋谷店端末一号機械", region: "日本", assignment(.inProgress, step: .installing, since: .seconds(1))),
            device("👨‍👩‍👧‍👦-family-é", region: "a\u{0301}\u{0302}\u{0303}\u{0304}\u{0305}\u{0306}", nil),
        ]
        view.regions[0].name = "\u{1B}c\u{9B}31m日本語の地域"
        view.events[0].text = "line\nbreak\r\u{1B}[A\u{2066}bidi"
        view.alerts[0].text = "alert \u{1B}[?1049l \u{200F}rtl"
        view.update?.causes[0].cause = "\u{1B}Pq\u{1B}\\ sixel"
        return view
    }

    static func rollbackPreview(revision: UInt64 = 7000) -> RollbackPreview {
        var preview = RollbackPreview(
            update: "RO-1042", release: new, revision: revision, takenAt: now,
            targets: [FirmwareCount(version: old, count: 456), FirmwareCount(version: Version(4, 11, 2), count: 21)],
            changed: 454, inFlight: 16, toCheck: 7, cancelled: 1896, offline: 12,
            impossible: [
                Skip(device: DeviceIndex(7), reason: .decommissioned), Skip(device: DeviceIndex(8), reason: .neverSeen),
                Skip(device: DeviceIndex(9), reason: .superseded(by: "RO-1043")),
                Skip(device: DeviceIndex(10), reason: .decommissioned),
            ],
            impossibleIDs: ["pos-eu-0007", "pos-eu-0008", "pos-eu-0009", "pos-eu-0010"],
            regions: [RegionCount(region: "eu-west", count: 190), RegionCount(region: "us-east", count: 287)])
        preview.withdrawn = 24
        return preview
    }

    static func startPreview(targets: Int = 9) -> StartPreview {
        StartPreview(
            update: "maintenance-2.5.0", release: Version(2, 5, 0), takenAt: now, targets: targets,
            statusCounts: [1, 6, 2], skipped: [SkipGroup(reason: .alreadyOn(Version(2, 5, 0)), count: 1)],
            phases: [], regions: [RegionCount(region: "eu-west", count: 9)])
    }
}
