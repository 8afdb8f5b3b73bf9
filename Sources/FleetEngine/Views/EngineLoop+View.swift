import FleetCore

extension EngineLoop {
    /// Answers a console: the rows it shows and no more. True at `now`, which is the engine's time.
    public mutating func view(_ query: ViewQuery, now wallTime: Timestamp) -> FleetView {
        let now = max(wallTime, state.lastFactAt)
        let focus = query.update.flatMap { state.updateIndex(of: $0) } ?? focusedUpdate
        let list = query.deviceRows.count > 0 ? lists.devices(query, update: focus, machine: machine, now: now) : []
        let asked = [focus, query.retryPreview.flatMap { state.updateIndex(of: $0) }].compactMap { $0 }
        counted.count(state, focus: focus, retriesOf: asked)
        let builder = ViewBuilder(
            machine: machine, feed: feed, query: query, focus: focus, now: now, counted: counted)
        var view = builder.header()
        view.health = health
        view.checkpointFailure = checkpointFailure
        view.devices = builder.deviceList(list)
        view.regions = builder.regions()
        view.updates = state.updates.map(builder.summary)
        view.update = focus.map(builder.updateView)
        view.queue = builder.queue()
        view.events = builder.events()
        view.deeds = builder.deeds()
        view.alerts = fileAlerts + builder.alerts()
        view.detail = query.detail.flatMap(builder.detail)
        view.rollback = query.rollbackPreview.flatMap { state.updateIndex(of: $0) }.map(builder.rollbackPreview)
        view.start = query.startPreview.flatMap { state.updateIndex(of: $0) }.flatMap(builder.startPreview)
        return view
    }

    /// What was not taken in of the files stands first: what everything else here rests on may be older than they are. Then
    /// what no device gets, whatever it was told to fetch.
    var fileAlerts: [Alert] {
        let leftOut = options.filesLeftOut.map {
            Alert(id: "files/\($0)", severity: .warning, text: $0, since: state.listeningSince)
        }
        return leftOut + (deliveryFaults?.alerts ?? [])
    }

    /// The update that needs a look most: one that is held or moving, else the one that ended last, else a draft. A
    /// rollback is seen through the update it belongs to.
    var focusedUpdate: UpdateIndex? {
        var best: (key: FocusKey, index: UpdateIndex)?
        for offset in machine.state.updates.indices where !machine.state.updates[offset].isRollback {
            let key = FocusKey(machine.state.updates[offset])
            if best.map({ key < $0.key }) ?? true { best = (key, machine.state.updates[offset].index) }
        }
        return best?.index
    }
}

/// How much an update needs a look; the smallest needs it most.
private struct FocusKey: Comparable {
    var rank: Int
    /// Negative milliseconds, so that the latest end is the smallest.
    var end: Int64

    init(_ record: UpdateRecord) {
        end = 0
        switch record.status {
        case .rollingBack: rank = 0
        case .paused: rank = 1
        case .running: rank = 2
        case .awaitingApproval: rank = 3
        case .scheduled: rank = 4
        case .halted, .rolledBack, .completed, .cancelled:
            rank = 5
            end = -(record.endedAt?.milliseconds ?? 0)
        case .draft: rank = 6
        }
    }

    static func < (left: FocusKey, right: FocusKey) -> Bool { (left.rank, left.end) < (right.rank, right.end) }
}

/// Makes the parts of a view from the core as it stands.
struct ViewBuilder {
    let machine: FleetMachine
    let feed: EventFeed
    let query: ViewQuery
    let focus: UpdateIndex?
    let now: Timestamp
    var counted = CountedSets()

    var state: FleetState { machine.state }
    var presence: Presence { machine.presence }

    func header() -> FleetView {
        var view = FleetView()
        view.query = query
        view.fleetName = state.settings.name
        view.timeZone = state.settings.timeZone
        view.revision = state.revision
        view.now = now
        view.deviceCount = state.devices.count
        let statuses = state.devices.fleetCount.statuses
        view.statusCounts = DeviceStatus.allCases.map { statuses[$0] }
        view.firmware = zip(state.devices.versions.all, state.devices.versionCounts)
            .filter { $0.1 > 0 }
            .map { FirmwareCount(version: $0.0, count: $0.1) }
            .sorted { $0.version > $1.version }
        return view
    }

    func regions() -> [RegionRow] {
        let tallies = focus.map(regionTallies) ?? []
        let names = state.devices.regions.all
        return names.indices.map { number in
            let place = state.devices.regionCounts[number]
            return RegionRow(
                name: names[number], deviceCount: place.active,
                statusCounts: DeviceStatus.allCases.map { place.statuses[$0] },
                tally: number < tallies.count ? tallies[number] : Tally())
        }.sorted { ($1.deviceCount, $0.name) < ($0.deviceCount, $1.name) }
    }

    private func regionTallies(_ update: UpdateIndex) -> [Tally] {
        let record = state.updates[update.offset]
        return counted.wayBack[update]?.regions ?? record.regionTallies
    }

    func summary(_ record: UpdateRecord) -> UpdateSummary {
        var parent: String?
        var strategy = record.definition.strategy.name
        switch record.kind {
        case .ordinary: break
        case .rollback(let index):
            parent = state.updates[index.offset].id
            strategy = "rollback"
        case .retry(let index):
            parent = state.updates[index.offset].id
            strategy = "retry"
        }
        var summary = UpdateSummary(
            id: record.id, title: record.definition.title, release: record.definition.release, strategy: strategy,
            status: record.status, statusText: statusText(record), startedAt: record.startedAt,
            endedAt: record.endedAt, tally: record.tally, parent: parent)
        summary.goesBack = record.goesBack
        summary.isCancelling = isCancelling(record)
        summary.proposal = state.presentProposal(record)
        summary.proposedSet = counted.proposedSets[record.index]
        let unsent = unsent(record)
        summary.unsent = unsent.count
        summary.back = unsent.back
        if let text = unsent.text {
            summary.statusText += (summary.statusText.isEmpty ? "" : "; ") + text
        }
        summary.isUntouched = !state.hasTouched(record.index)
        summary.retriable = counted.retriable[record.index]
        if case .gateFailed = record.pauseReason { summary.hasLostGate = record.status == .paused }
        return summary
    }

    private func statusText(_ record: UpdateRecord) -> String {
        // What holds it matters less than what would let it go on: an update that is asked back is paused for that.
        if let proposal = state.presentProposal(record), record.status != .paused || proposal.deed == .rollBack {
            return "a second person must approve: \(proposal)"
        }
        if record.status == .halted, record.rollback != nil {
            return "rollback cancelled: \(state.backText(record))"
        }
        if record.status == .completed, record.reachesNobody, !record.goesBack { return "nothing to do" }
        guard let reason = record.startsEnded else {
            let why = record.pauseReason?.description ?? ""
            return record.untriedPhase == nil ? why : "\(why): no device was tried"
        }
        if isCancelling(record) { return "\(record.tally.active) still out, \(reason)" }
        // Who called it off before it was sent back has nothing to do with how that goes.
        if case .cancelled = reason, record.status == .rollingBack || record.status == .rolledBack { return "" }
        // That it was rolled back is its status; the reason is worded for devices.
        return record.status == .completed || reason == .rolledBack ? "" : reason.description
    }

    /// How many devices did not come back, of an update that goes back or was rolled back, and what is said of them; nil:
    /// all did, so far, or its status says it: a rollback that was called off has left some. And how many are back of one
    /// that is over.
    private func unsent(_ record: UpdateRecord) -> (count: Int, text: String?, back: Int?) {
        guard CountedSets.saysWhoIsBack(record) else {
            let missing = withoutFiles(record)
            return (missing.count, missing.text, nil)
        }
        let count = counted.returns[record.index] ?? state.returnCount(of: record.index)
        if record.status == .halted {
            // Another update may have taken those over that it had left.
            return (count.left.isEmpty ? 0 : count.of - count.back, nil, count.back)
        }
        guard count.back < count.of else { return (0, nil, count.back) }
        guard !count.left.isEmpty else {
            return (count.of - count.back, "\(count.of - count.back) of \(count.of) not back yet", count.back)
        }
        let more = Set(count.reasons).count > 1 ? ", and others" : ""
        let reason = count.reasons.first.map { ": \($0)\(more)" } ?? ""
        let text = "\(count.left.count) of \(count.of) did not come back\(reason)"
        return (count.of - count.back, text, count.back)
    }

    /// Those that the fleet has no files for, as long as it goes back.
    private func withoutFiles(_ record: UpdateRecord) -> (count: Int, text: String?) {
        let record = record.rollback.map { state.updates[$0.offset] } ?? record
        guard record.goesBack, record.tally[.skipped] > 0 else { return (0, nil) }
        let assignments = record.assignments
        // One that has come back by a retry since was sent back in the end.
        let reasons = (0..<assignments.count).filter { position in
            assignments.state(position) == .skipped
                && state.devices.firmware(assignments.device(position)) != state.targetVersion(record.index, position)
        }.compactMap(assignments.reason).filter(\.lacksFiles)
        guard let first = reasons.first else { return (0, nil) }
        let more = Set(reasons).count > 1 ? ", and others" : ""
        return (reasons.count, "\(reasons.count) of \(assignments.count) could not be sent back: \(first)\(more)")
    }

    private func isCancelling(_ record: UpdateRecord) -> Bool {
        guard case .cancelled? = record.startsEnded else { return false }
        return !record.status.isFinal && record.status != .rollingBack
    }

    /// Operators whose latest command is shown.
    private static let mostDeeds = 8

    func deeds() -> [OperatorDeed] {
        state.latestCommands(atMost: Self.mostDeeds).map { at, record in
            OperatorDeed(at: at, who: record.origin.operatorName, text: "\(record.verb) \(record.object)")
        }
    }

    func events() -> [EventRow] {
        let texts = EventText(state: state)
        var rows: [EventRow] = []
        var age = 0
        while rows.count < query.eventCount, age < feed.count {
            let fact = feed[age]
            age += 1
            // Steps between offer and end are for the device's own timeline.
            if case .stepReached = fact.event { continue }
            if let row = texts.row(fact) { rows.append(row) }
        }
        return rows
    }
}
