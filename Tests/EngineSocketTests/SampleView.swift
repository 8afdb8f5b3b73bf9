import FleetCore
import FleetEngine

/// A view in which every part has a value of its own, so that none can be lost or change places unseen.
enum SampleView {
    private static func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000 + 1) }

    private static var tally: Tally {
        var tally = Tally()
        for (index, state) in AssignmentState.allCases.enumerated() { tally[state] = index + 1 }
        tally.turnedBad = 2
        return tally
    }

    private static func summary(_ id: String) -> UpdateSummary {
        var summary = UpdateSummary(
            id: id, title: "title of \(id)", release: Version(3, 0, 1), strategy: "progressive", status: .paused,
            statusText: "by kim", startedAt: at(1), endedAt: nil, tally: tally, parent: "parent")
        summary.goesBack = true
        summary.hasLostGate = true
        summary.isCancelling = true
        summary.proposal = Proposal(.rollBack, devices: 120, by: "kim (ops)", user: "ops")
        summary.proposedSet = 77
        summary.unsent = 2
        summary.back = 5
        summary.retriable = 9
        summary.isUntouched = true
        return summary
    }

    private static func assignment(_ waiting: WaitReason?) -> AssignmentRow {
        var row = AssignmentRow(
            update: "u", release: Version(3, 0, 0), state: .inProgress, step: .downloading, progress: 0.3125,
            attempt: 2,
            attempts: 3, reason: .failed(FailureCause(code: "bad hash", isPermanent: true)), waiting: waiting,
            turnedBad: true,
            phase: "canary", previous: Version(2, 0, 0), startedAt: at(2), endedAt: at(3), stepSince: at(4),
            deadline: at(5))
        row.isWithdrawn = true
        row.deferral = "a sale is under way"
        return row
    }

    /// One row for each reason to wait, and one that waits for nothing.
    private static var devices: [DeviceRow] {
        let reasons: [WaitReason?] = [
            nil, .notStarted, .awaitingApproval, .paused(.operatorPaused(name: "kim")),
            .paused(.inconclusive(phase: "a")), .paused(.gateFailed(phase: "b")), .window(opensAt: nil),
            .window(opensAt: at(6)), .freeze(name: "sale", until: at(7)), .gate(phase: "c"),
            .soak(phase: "d", until: at(8)), .approval(phase: "e"), .limit(.fleet(1)), .limit(.region("r", 2)),
            .limit(.site("s", 3)), .limit(.update(4)), .rate(until: at(9)), .bandwidth(region: "w", until: at(10)),
            .floor(site: "t", working: 5), .offline(since: nil), .offline(since: at(11)), .neverSeen, .nextContact,
            .backingOff(until: at(12)), .busy(update: "v"), .due,
        ]
        return reasons.enumerated().map { index, reason in
            var row = DeviceRow(
                id: "till-\(index)", name: "Till \(index)", region: "west", site: "LA-1", location: "Los Angeles",
                status: DeviceStatus.allCases[index % 3], lifecycle: .active, firmware: Version(2, 3, UInt32(index)),
                lastSeen: index == 0 ? nil : at(Int64(index)), assignment: index == 1 ? nil : assignment(reason),
                timeZone: "America/Los_Angeles")
            row.hold = index == 2 ? .twoUnderOneID(evidence: "two addresses") : nil
            row.isRefused = index == 1
            return row
        }
    }

    private static var gate: GateView {
        GateView(
            phase: "canary", verdict: .unproven, threshold: 9500, completed: 5, failed: 1, size: 10, minimumSample: 4,
            demandsConfidence: true, requiresApproval: false, rate: 0.8333333333333334, interval: 0.25...0.96875,
            successesToPass: 3, failuresToFail: 2, soakEndsAt: at(20), soakLength: .milliseconds(1500),
            timeoutAt: at(21), awaitsApproval: true)
    }

    private static var update: UpdateView {
        UpdateView(
            summary: summary("u"), currentPhase: 1,
            phases: [
                PhaseRow(
                    name: "canary", percent: 5, tally: tally, verdict: .passed, openedAt: at(30), closedAt: at(31)),
                PhaseRow(name: "all", percent: 100, tally: Tally(), verdict: .failed, openedAt: nil, closedAt: nil),
            ],
            gate: gate,
            causes: [CauseRow(cause: "bad hash", count: 3, regions: [RegionCount(region: "west", count: 2)])],
            previousVersions: [Version(2, 0, 0), Version(2, 1, 0, prerelease: "rc.1")], selector: "region = west",
            rollback: summary("u-rollback"), waiting: [WaitGroup(reason: .nextContact, count: 7)], expectedEnd: at(32),
            success: SuccessView(completed: 8, failed: 2, interval: 0.5...0.75))
    }

    private static var detail: DeviceDetail {
        var detail = DeviceDetail(
            row: devices[3], address: "10.0.0.1", timeZone: "Europe/Berlin", tags: [Tag("type", "flagship")],
            assignments: [assignment(.due), assignment(nil)],
            timeline: [EventRow(at: at(40), who: "kim", text: "pause u", kind: .held)], sameCause: 9)
        detail.described = [Tag("firmware", "2.3.1")]
        detail.waitsSince = at(41)
        return detail
    }

    private static var rollback: RollbackPreview {
        var preview = RollbackPreview(
            update: "u", release: Version(3, 0, 0), revision: 77, takenAt: at(50),
            targets: [FirmwareCount(version: Version(2, 0, 0), count: 4)], changed: 1, inFlight: 2, toCheck: 3,
            cancelled: 4, offline: 5,
            impossible: EndReason.samples.enumerated().map { Skip(device: DeviceIndex(UInt32($0)), reason: $1) },
            impossibleIDs: EndReason.samples.indices.map { "till-\($0)" },
            regions: [RegionCount(region: "east", count: 6)])
        preview.unchanged = 7
        preview.withdrawn = 8
        preview.needsSecondPerson = true
        return preview
    }

    private static var start: StartPreview {
        StartPreview(
            update: "draft", release: Version(4, 0, 0), takenAt: at(60), targets: 12, statusCounts: [1, 2, 3],
            skipped: [SkipGroup(reason: .offline, count: 2)], phases: [PhaseSize(name: "canary", size: 3)],
            regions: [RegionCount(region: "north", count: 5)])
    }

    private static var query: ViewQuery {
        var query = ViewQuery()
        query.update = "u"
        query.filter = (try? Selector(parsing: "region = west")).map { .selector($0) } ?? .everything
        query.sort = DeviceSort(.lastSeen, reversed: true)
        query.deviceRows = RowRange(offset: 3, count: 40)
        query.selectedDevice = "till-3"
        query.followsSelection = false
        query.region = "west"
        query.queueRows = RowRange(offset: 1, count: 20)
        query.eventCount = 30
        query.detail = "till-3"
        query.rollbackPreview = "u"
        query.startPreview = "draft"
        query.retryPreview = "u-2"
        return query
    }

    /// The view.
    static var whole: FleetView {
        var view = FleetView()
        view.query = query
        view.fleetName = "shop"
        view.timeZone = "Europe/Berlin"
        view.revision = 1234
        view.now = at(70)
        view.health = .stopped("the disk is full")
        view.checkpointFailure = "no space"
        view.simulationSpeed = 1800
        view.simulationPace = 281
        view.isSimulated = true
        view.deviceCount = 99
        view.statusCounts = [50, 40, 9]
        view.firmware = [FirmwareCount(version: Version(2, 3, 1), count: 98)]
        view.updates = [summary("a"), summary("b")]
        view.update = update
        view.regions = [RegionRow(name: "west", deviceCount: 9, statusCounts: [4, 3, 2], tally: tally)]
        view.devices.total = 500
        view.devices.offset = 3
        view.devices.rows = devices
        view.devices.selectedPosition = 4
        view.queue.total = 60
        view.queue.retrying = 5
        view.queue.offset = 1
        view.queue.inFlight = 6
        view.queue.limit = 100
        view.queue.rows = [
            QueueRow(
                number: 2, device: "till-9", region: "west", update: "u", phase: "canary", waiting: .due,
                timeZone: "Etc/UTC")
        ]
        view.events = [EventRow.Kind.completed, .failed, .active, .held, .rolledBack, .offline, .caution, .plain].map {
            EventRow(at: at(Int64($0.rawValue)), who: "engine", text: "event \($0)", kind: $0)
        }
        view.alerts = [
            Alert(id: "x", severity: .warning, text: "something", since: at(80)),
            Alert(id: "y", severity: .caution, text: "else", since: at(81)),
        ]
        view.detail = detail
        view.rollback = rollback
        view.start = start
        view.consoles = [
            ConsoleSeat(number: 3, name: "kim", role: .viewer, isReadOnly: true),
            ConsoleSeat(number: 4, name: "lee", role: nil, isReadOnly: false, user: "ops"),
        ]
        view.seat = 3
        view.deeds = [OperatorDeed(at: at(82), who: "lee", text: "pause u")]
        return view
    }
}

extension EndReason {
    /// One of each.
    fileprivate static let samples: [EndReason] = [
        .offline, .neverSeen, .alreadyOn(Version(1, 0, 0)), .onNewer(Version(1, 0, 1)), .decommissioned,
        .missedWindow, .superseded(by: "w"), .expired, .cancelled(by: "kim"), .gateFailed(phase: "a"), .rolledBack,
        .failed(FailureCause(code: "code", isPermanent: false)), .held,
        .releaseMissing(Version(1, 0, 0)), .releaseWithoutFiles(Version(1, 0, 1)),
    ]
}
