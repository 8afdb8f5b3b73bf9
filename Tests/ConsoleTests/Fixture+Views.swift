import FleetCore
import FleetEngine

@testable import Console

extension Fixture {
    /// A progressive update in its third phase, in a fleet of 2400.
    static func running() -> FleetView {
        var view = FleetView()
        view.fleetName = "acme-pos"
        view.revision = 7000
        view.now = now
        view.timeZone = "America/New_York"
        view.deviceCount = 2400
        view.statusCounts = [12, 2310, 78]
        view.firmware = [
            FirmwareCount(version: new, count: 454), FirmwareCount(version: old, count: 1900),
            FirmwareCount(version: Version(4, 11, 2), count: 46),
        ]
        let summary = summary()
        view.updates = [self.summary("RO-0998", status: .completed, tally: tally(ok: 2388, failed: 12)), summary]
        view.update = update(summary)
        view.regions = regions()
        view.devices.total = 2400
        view.devices.rows = devices()
        view.queue = queue()
        view.events = events()
        view.alerts = [
            Alert(
                id: "rate-eu-west", severity: .caution, text: "eu-west fails 6/186 (3.3%), limit 3.0%",
                since: now - .minutes(4))
        ]
        return view
    }

    static func update(_ summary: UpdateSummary) -> UpdateView {
        UpdateView(
            summary: summary, currentPhase: 2, phases: phases(), gate: gate(),
            causes: [
                CauseRow(cause: "hash mismatch", count: 5, regions: [RegionCount(region: "eu-west", count: 5)]),
                CauseRow(
                    cause: "silent after install", count: 2,
                    regions: [RegionCount(region: "us-east", count: 1), RegionCount(region: "eu-west", count: 1)]),
                CauseRow(cause: "battery low", count: 1, regions: [RegionCount(region: "us-west", count: 1)]),
            ],
            previousVersions: [old], selector: "all", rollback: nil,
            waiting: [
                WaitGroup(reason: .gate(phase: "wave-1"), count: 1776),
                WaitGroup(reason: .limit(.fleet(40)), count: 78),
                WaitGroup(reason: .offline(since: nil), count: 42),
            ],
            expectedEnd: now + .minutes(218))
    }

    static func phases() -> [PhaseRow] {
        func phase(_ name: String, _ percent: Int, _ tally: Tally, _ verdict: GateVerdict) -> PhaseRow {
            PhaseRow(
                name: name, percent: percent, tally: tally, verdict: verdict, openedAt: now - .hours(2), closedAt: nil)
        }
        return [
            phase("canary", 1, tally(ok: 24), .passed),
            phase("early", 6, tally(ok: 142, failed: 2), .passed),
            phase("wave-1", 26, tally(ok: 454, failed: 10, active: 40, waiting: 120), .unproven),
            phase("wave-2", 60, tally(ok: 454, failed: 10, active: 40, waiting: 936), .waiting),
            phase("rest", 100, tally(ok: 454, failed: 10, active: 40, waiting: 1896), .waiting),
        ]
    }

    static func gate(_ verdict: GateVerdict = .unproven) -> GateView {
        GateView(
            phase: "wave-1", verdict: verdict, threshold: 9700, completed: 454, failed: 10, size: 624,
            minimumSample: 480, demandsConfidence: true, requiresApproval: false, rate: 454.0 / 464,
            interval: 0.9608...0.9883, successesToPass: 41, failuresToFail: 9, soakEndsAt: nil,
            soakLength: .minutes(30), timeoutAt: now + .hours(69), awaitsApproval: false)
    }

    static func regions() -> [RegionRow] {
        func region(_ name: String, _ count: Int, ok: Int, failed: Int, active: Int, off: Int) -> RegionRow {
            RegionRow(
                name: name, deviceCount: count, statusCounts: [2, count - off - 2, off],
                tally: tally(ok: ok, failed: failed, active: active, waiting: count - ok - failed - active))
        }
        return [
            region("eu-west", 600, ok: 180, failed: 6, active: 14, off: 20),
            region("eu-north", 450, ok: 96, failed: 1, active: 8, off: 11),
            region("us-east", 500, ok: 92, failed: 2, active: 10, off: 17),
            region("us-west", 400, ok: 60, failed: 1, active: 6, off: 9),
            region("apac", 300, ok: 18, failed: 0, active: 2, off: 21),
            region("latam", 150, ok: 8, failed: 0, active: 0, off: 0),
        ]
    }

    static func devices() -> [DeviceRow] {
        [
            device("pos-eu-0417", assignment(.failed, attempt: 3, reason: cause("hash mismatch"), since: .seconds(12))),
            device(
                "pos-eu-0093",
                assignment(.failed, attempt: 1, reason: cause("silent after install"), since: .seconds(48))),
            device(
                "pos-us-1180", region: "us-east",
                assignment(.inProgress, step: .downloading, progress: 0.629, since: .seconds(31))),
            device("pos-us-1181", region: "us-east", assignment(.inProgress, step: .installing, since: .seconds(33))),
            device(
                "pos-us-1182", region: "us-east",
                assignment(
                    .retrying, attempt: 1, reason: cause("no answer"), waiting: .backingOff(until: now + .minutes(4)))),
            device("pos-ap-0212", region: "apac", assignment(.pending, attempt: 0, waiting: .gate(phase: "wave-1"))),
            device(
                "pos-la-0044", region: "latam", status: .offline, seen: .minutes(42),
                assignment(.pending, attempt: 0, waiting: .offline(since: now - .minutes(42)))),
            device("pos-eu-0001", firmware: new, assignment(.completed, since: .minutes(9))),
            device("pos-eu-0002", firmware: old, assignment(.completed, since: .minutes(9), turnedBad: true)),
            device("pos-eu-0003", firmware: new, assignment(.skipped, reason: .alreadyOn(new), since: .hours(3))),
        ]
    }

    static func queue() -> QueueList {
        var queue = QueueList()
        queue.total = 1896
        queue.inFlight = 40
        queue.limit = 40
        queue.rows = [
            QueueRow(
                number: 1, device: "pos-us-1190", region: "us-east", update: "RO-1042", phase: "wave-1",
                waiting: .limit(.fleet(40)), timeZone: "America/New_York"),
            QueueRow(
                number: 2, device: "pos-ap-0212", region: "apac", update: "RO-1042", phase: "wave-1",
                waiting: .window(opensAt: now + .hours(13)), timeZone: "Asia/Tokyo"),
            QueueRow(
                number: 3, device: "pos-la-0044", region: "latam", update: "RO-1042", phase: "wave-1",
                waiting: .offline(since: now - .minutes(42)), timeZone: "America/Bogota"),
            QueueRow(
                number: 4, device: "pos-eu-0518", region: "eu-west", update: "RO-1042", phase: "wave-2",
                waiting: .gate(phase: "wave-1")),
            QueueRow(
                number: 5, device: "pos-eu-0519", region: "eu-west", update: "RO-1042", phase: "wave-2",
                waiting: .floor(site: "GNT-019", working: 1)),
        ]
        return queue
    }

    static func events() -> [EventRow] {
        [
            EventRow(at: now - .seconds(43), who: "engine", text: "pos-eu-0417 failed: hash mismatch", kind: .failed),
            EventRow(at: now - .seconds(71), who: "engine", text: "pos-eu-0417 installs", kind: .active),
            EventRow(at: now - .seconds(269), who: "engine", text: "eu-west fails more than 3.0%", kind: .caution),
            EventRow(at: now - .minutes(18), who: "kim", text: "resumed RO-1042: mirror ok", kind: .plain),
            EventRow(at: now - .minutes(21), who: "engine", text: "RO-1042 paused by kim", kind: .held),
            EventRow(at: now - .hours(15), who: "engine", text: "pos-eu-0001 completed", kind: .completed),
        ]
    }

    static func detail() -> DeviceDetail {
        let row = devices()[0]
        return DeviceDetail(
            row: row, address: "https://pos-eu-0417.acme.example:8443", timeZone: "Europe/Brussels",
            tags: [Tag("model", "T650"), Tag("type", "flagship")],
            assignments: [
                assignment(.failed, attempt: 3, reason: cause("hash mismatch"), since: .seconds(12)),
                assignment(.completed, since: .days(40), update: "RO-0998"),
            ],
            timeline: [
                EventRow(at: now - .seconds(12), who: "engine", text: "failed: hash mismatch, try 3/3", kind: .failed),
                EventRow(at: now - .seconds(71), who: "engine", text: "installs 4.13.1", kind: .active),
                EventRow(at: now - .minutes(3), who: "engine", text: "downloads 4.13.1", kind: .active),
                EventRow(at: now - .minutes(4), who: "engine", text: "offered 4.13.1", kind: .active),
            ],
            sameCause: 5)
    }
}
