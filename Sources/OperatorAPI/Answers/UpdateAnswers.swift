import FleetCore
import FleetEngine

/// An update in one line.
struct UpdateLine: Encodable, Sendable {
    var id: String
    var title: String
    var release: String
    var strategy: String
    var status: String
    var reason: String
    @Nullable var parent: String?
    @Nullable var startedAt: String?
    @Nullable var endedAt: String?
    var counts: UpdateCounts

    init(_ summary: UpdateSummary, of record: UpdateRecord, in state: FleetState) {
        id = summary.id
        title = summary.title
        release = summary.release.description
        strategy = summary.strategy
        status = summary.standing
        reason = state.shownReason(summary, of: record)
        parent = summary.parent
        startedAt = summary.startedAt?.iso
        endedAt = summary.endedAt?.iso
        counts = state.shownCounts(of: record)
    }
}

/// A stretch of the updates.
struct UpdateList: Encodable, Sendable {
    var basis: UInt64
    var total: Int
    var offset: Int
    var updates: [UpdateLine]
}

/// Devices of a phase and of those before it, as its gate knows them: what was sent back since is among the done.
struct PhaseCounts: Encodable, Sendable {
    var targets: Int
    var done: Int
    var failed: Int
    var inFlight: Int
    var retrying: Int
    var waiting: Int
    var cancelled: Int
    var skipped: Int

    init(_ tally: Tally) {
        (targets, done, failed) = (tally.target, tally.succeeded, tally.failures)
        (inFlight, retrying, waiting) = (tally[.inProgress], tally[.retrying], tally.waiting)
        (cancelled, skipped) = (tally[.cancelled], tally[.skipped])
    }
}

/// An update with all there is to know.
struct UpdateDetail: Encodable, Sendable {
    /// The most groups of a list in it.
    static let mostGroups = 100

    struct Phase: Encodable, Sendable {
        var name: String
        var percent: Int
        var verdict: String
        var counts: PhaseCounts
        @Nullable var openedAt: String?
        @Nullable var closedAt: String?
    }

    struct Group: Encodable, Sendable {
        var reason: String
        var count: Int
    }

    var basis: UInt64
    var id: String
    var title: String
    var release: String
    var strategy: String
    var status: String
    var reason: String
    var selector: String
    @Nullable var parent: String?
    @Nullable var rollback: String?
    @Nullable var startedAt: String?
    @Nullable var endedAt: String?
    @Nullable var expectedEnd: String?
    var counts: UpdateCounts
    @Nullable var success: SuccessRate?
    @Nullable var gate: GateState?
    @Nullable var phase: String?
    var phases: [Phase]
    var waiting: [Group]
    var causes: [Group]

    /// - Parameter line: The same update as the status has it.
    init(_ view: UpdateView, _ line: FleetStatus.Update, basis: UInt64) {
        self.basis = basis
        (id, title, release, strategy) = (line.id, line.title, line.release, line.strategy)
        (status, reason, parent, counts) = (line.status, line.reason, line.parent, line.counts)
        (success, gate, phase) = (line.success, line.gate, line.phase)
        (startedAt, endedAt) = (view.summary.startedAt?.iso, view.summary.endedAt?.iso)
        selector = view.selector
        rollback = view.rollback?.id
        expectedEnd = view.expectedEnd?.iso
        phases = view.phases.prefix(Self.mostGroups).map { row in
            Phase(
                name: row.name, percent: row.percent, verdict: row.verdict.description,
                counts: PhaseCounts(row.tally), openedAt: row.openedAt?.iso, closedAt: row.closedAt?.iso)
        }
        waiting = view.waiting.map { Group(reason: "\($0.reason)", count: $0.count) }
        causes = view.causes.prefix(Self.mostGroups).map { Group(reason: $0.cause, count: $0.count) }
    }
}

/// What starting or rolling back would do.
struct PreviewAnswer: Encodable, Sendable {
    /// The most devices that are named.
    static let mostNames = 100

    struct Start: Codable, Hashable, Sendable {
        var release: String
        var targets: Int
        var online: Int
        var offline: Int
        var unknown: Int
        var skipped: [Group]
        var phases: [Phase]
        var regions: [Region]
    }

    struct Rollback: Codable, Hashable, Sendable {
        /// Names this set of devices; a rollback that sends it along is refused if the set has changed.
        var preview: String
        var changed: Int
        var inFlight: Int
        var withdrawn: Int
        var toCheck: Int
        var cancelled: Int
        var offline: Int
        var unchanged: Int
        var goBackTo: [Target]
        var impossible: Int
        var impossibleDevices: [Device]
        var regions: [Region]
    }

    struct Group: Codable, Hashable, Sendable {
        var reason: String
        var count: Int
    }

    struct Phase: Codable, Hashable, Sendable {
        var name: String
        var size: Int
    }

    struct Region: Codable, Hashable, Sendable {
        var region: String
        var count: Int
    }

    struct Target: Codable, Hashable, Sendable {
        var release: String
        var count: Int
    }

    struct Device: Codable, Hashable, Sendable {
        var id: String
        var reason: String
    }

    var basis: UInt64
    var update: String
    var status: String
    @Nullable var start: Start?
    @Nullable var rollback: Rollback?

    init(_ view: FleetView, _ summary: UpdateSummary) {
        basis = view.revision
        update = summary.id
        status = summary.standing
        start = view.start.map(Self.start)
        rollback = view.rollback.map(Self.rollback)
    }

    private static func start(_ preview: StartPreview) -> Start {
        func count(_ status: DeviceStatus) -> Int {
            DeviceStatus.allCases.firstIndex(of: status).map { preview.statusCounts[$0] } ?? 0
        }
        return Start(
            release: preview.release.description, targets: preview.targets, online: count(.online),
            offline: count(.offline), unknown: count(.unknown),
            skipped: preview.skipped.prefix(mostNames).map { Group(reason: "\($0.reason)", count: $0.count) },
            phases: preview.phases.prefix(mostNames).map { Phase(name: $0.name, size: $0.size) },
            regions: regions(preview.regions))
    }

    private static func rollback(_ preview: RollbackPreview) -> Rollback {
        let named = zip(preview.impossible, preview.impossibleIDs).prefix(mostNames)
        return Rollback(
            preview: "\(preview.revision)", changed: preview.changed, inFlight: preview.inFlight,
            withdrawn: preview.withdrawn, toCheck: preview.toCheck, cancelled: preview.cancelled,
            offline: preview.offline, unchanged: preview.unchanged,
            goBackTo: preview.targets.prefix(mostNames).map {
                Target(release: $0.version.description, count: $0.count)
            },
            impossible: preview.impossible.count,
            impossibleDevices: named.map { Device(id: $1, reason: "\($0.reason)") },
            regions: regions(preview.regions))
    }

    private static func regions(_ regions: [RegionCount]) -> [Region] {
        regions.prefix(APILimits.mostRows).map { Region(region: $0.region, count: $0.count) }
    }
}
