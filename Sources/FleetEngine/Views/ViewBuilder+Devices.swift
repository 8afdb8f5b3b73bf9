import FleetCore

extension ViewBuilder {
    func deviceList(_ list: [UInt32]) -> DeviceList {
        var result = DeviceList()
        result.total = list.count
        let count = min(max(0, query.deviceRows.count), 1000)
        if let id = query.selectedDevice, let device = state.devices.index(of: id) {
            result.selectedPosition = list.firstIndex(of: device.rawValue)
        }
        var offset = query.deviceRows.offset
        if query.followsSelection, let selected = result.selectedPosition, count > 0 {
            offset = min(max(offset, selected - count + 1), selected)
        }
        result.offset = max(0, min(offset, list.count - count))
        var reader = focus.map { state.waitReader($0, presence: presence, now: now) }
        let returns = focus.map(state.returns) ?? []
        result.rows = list[result.offset..<min(list.count, result.offset + count)].map {
            row(DeviceIndex($0), reader: &reader, returns: returns)
        }
        return result
    }

    private func row(_ device: DeviceIndex, reader: inout WaitReader?, returns: [UpdateIndex]) -> DeviceRow {
        var assignment: AssignmentRow?
        if let focus, let position = state.updates[focus.offset].assignments.position(of: device) {
            let waiting = reader?.reason(position)
            assignment = assignmentRow(
                state.shownPart(of: focus, position, last: state.lastPart(device, in: returns)).update, device,
                waiting: waiting)
        }
        return row(device, assignment: assignment)
    }

    private func row(_ device: DeviceIndex, assignment: AssignmentRow?) -> DeviceRow {
        let devices = state.devices
        var row = DeviceRow(
            id: devices.id(device), name: devices.name(device), region: devices.region(device),
            site: devices.site(device), location: devices.location(device), status: devices.status(device),
            lifecycle: devices.lifecycle(device), firmware: devices.firmware(device),
            lastSeen: presence.lastSeen(device), assignment: assignment,
            timeZone: devices.zone(device).identifier)
        row.hold = devices.hold(device)?.reason
        row.isRefused = devices.isRefused(device)
        return row
    }

    func assignmentRow(_ update: UpdateIndex, _ device: DeviceIndex, waiting known: WaitReason?) -> AssignmentRow? {
        let record = state.updates[update.offset]
        let assignments = record.assignments
        guard let position = assignments.position(of: device) else { return nil }
        let waiting =
            update == focus ? known : state.waitReason(update, position, presence: presence, now: now)
        var row = AssignmentRow(
            update: record.id, release: state.targetVersion(update, position), state: assignments.state(position),
            step: assignments.step(position), progress: progress(update, position),
            attempt: assignments.attempt(position), attempts: state.settings.retry.attempts,
            reason: assignments.reason(position), waiting: waiting, turnedBad: assignments.hasTurnedBad(position),
            phase: record.definition.hasGates
                ? record.phase(of: position).map { record.phases[$0].definition.name } : nil,
            previous: state.previousVersion(update, position), startedAt: assignments.startedAt(position),
            endedAt: assignments.endedAt(position),
            stepSince: assignments.state(position) == .inProgress ? assignments.stepSince(position) : nil,
            deadline: state.deadline(update, position, presence: presence))
        row.isWithdrawn = state.isWithdrawn(update, position)
        if assignments.state(position) == .inProgress {
            row.deferral = presence.deferral(device, generation: assignments.generation(position))?.why
        }
        return row
    }

    private func progress(_ update: UpdateIndex, _ position: Position) -> Double? {
        let assignments = state.updates[update.offset].assignments
        guard assignments.step(position) == .downloading,
            let size = state.releases[state.targetVersion(update, position)]?.size, size > 0,
            let download = presence.download(
                assignments.device(position), generation: assignments.generation(position))
        else { return nil }
        return min(1, Double(download.bytes) / Double(size))
    }

    func detail(_ id: String) -> DeviceDetail? {
        guard let device = state.devices.index(of: id) else { return nil }
        let parts = state.updates.reversed().compactMap { record in
            record.startedAt == nil
                ? nil
                : assignmentRow(
                    record.index, device,
                    waiting: record.assignments.position(of: device).flatMap {
                        state.waitReason(record.index, $0, presence: presence, now: now)
                    })
        }
        var shown: AssignmentRow?
        if let focus, let position = state.updates[focus.offset].assignments.position(of: device) {
            shown = assignmentRow(
                state.shownPart(
                    of: focus, position, last: state.lastPart(device, in: state.returns(of: focus))
                ).update, device,
                waiting: state.waitReason(focus, position, presence: presence, now: now))
        }
        var detail = DeviceDetail(
            row: row(device, assignment: shown), address: state.devices.address(device),
            timeZone: state.devices.zone(device).identifier, tags: state.devices.tags(device), assignments: parts,
            timeline: timeline(device), sameCause: sameCause(device))
        detail.described = state.devices.describedTags(device)
        detail.waitsSince = state.devices.hold(device)?.since ?? state.devices.introduced(device)
        return detail
    }

    private func timeline(_ device: DeviceIndex) -> [EventRow] {
        let texts = EventText(state: state)
        var rows: [EventRow] = []
        for age in 0..<feed.count where rows.count < 100 {
            let fact = feed[age]
            if fact.event.device == device, let row = texts.row(fact) { rows.append(row) }
        }
        return rows
    }

    private func sameCause(_ device: DeviceIndex) -> Int {
        guard let focus, let position = state.updates[focus.offset].assignments.position(of: device),
            case .failed(let cause) = state.updates[focus.offset].assignments.reason(position)
        else { return 0 }
        return state.updates[focus.offset].causes.reduce(0) { $0 + ($1.key.code == cause.code ? $1.value : 0) }
    }

    func queue() -> QueueList {
        var queue = QueueList()
        queue.inFlight = state.devices.fleetCount.inFlight
        queue.limit = state.settings.limits.inFlight
        for update in state.openUpdates {
            let tally = state.updates[update.offset].tally
            queue.total += tally.waiting + tally[.retrying]
            queue.retrying += tally[.retrying]
        }
        let count = min(max(0, query.queueRows.count), 1000)
        queue.offset = max(0, min(query.queueRows.offset, queue.total - count))
        var skipped = 0
        for update in state.openUpdates where queue.rows.count < count {
            appendQueueRows(update, to: &queue, skipped: &skipped, count: count)
        }
        return queue
    }

    private func appendQueueRows(_ update: UpdateIndex, to queue: inout QueueList, skipped: inout Int, count: Int) {
        let record = state.updates[update.offset]
        let waiting = record.tally.waiting + record.tally[.retrying]
        guard skipped + waiting > queue.offset else {
            skipped += waiting
            return
        }
        var reader = state.waitReader(update, presence: presence, now: now)
        for position in 0..<record.assignments.count where queue.rows.count < count {
            switch record.assignments.state(position) {
            case .pending, .scheduled, .retrying: break
            default: continue
            }
            skipped += 1
            guard skipped > queue.offset, let reason = reader.reason(position) else { continue }
            let device = record.assignments.device(position)
            queue.rows.append(
                QueueRow(
                    number: skipped, device: state.devices.id(device), region: state.devices.region(device),
                    update: record.id,
                    phase: record.definition.hasGates
                        ? record.phase(of: position).map { record.phases[$0].definition.name } : nil,
                    waiting: reason, timeZone: state.devices.zone(device).identifier))
        }
    }
}
