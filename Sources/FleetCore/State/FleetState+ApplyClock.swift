extension FleetState {
    /// The clock was set: every moment that is kept is told by the new setting, as if it had always stood so.
    mutating func moveAll(by step: Duration) {
        listeningSince.move(by: step)
        lastFactAt.move(by: step)
        devices.moveAll(by: step)
        recentCommands.moveAll(by: step)
        for offset in updates.indices { updates[offset].moveAll(by: step) }
    }
}

extension DeviceTable {
    fileprivate mutating func moveAll(by step: Duration) {
        move(&lastSeenTimes, by: step)
        for region in regionCounts.indices { regionCounts[region].linkFreeAt.move(by: step) }
        moveWaits(by: step)
    }
}

extension UpdateRecord {
    fileprivate mutating func moveAll(by step: Duration) {
        draftedAt.move(by: step)
        startedAt?.move(by: step)
        endedAt?.move(by: step)
        proposedAt?.move(by: step)
        nextStartAt.move(by: step)
        for phase in phases.indices { phases[phase].moveAll(by: step) }
        for index in causesSince.values.indices { causesSince.values[index].move(by: step) }
        move(&assignments.startedAt, by: step)
        move(&assignments.stepSince, by: step)
        move(&assignments.endedAt, by: step)
    }
}

extension PhaseRecord {
    fileprivate mutating func moveAll(by step: Duration) {
        decidedAt?.move(by: step)
        openedAt?.move(by: step)
        timeoutFrom?.move(by: step)
        soakFrom?.move(by: step)
        closedAt?.move(by: step)
    }
}

/// Moves a column of moments; those that never were stay so.
private func move(_ column: inout [Int64], by step: Duration) {
    let milliseconds = step.milliseconds
    for offset in column.indices where column[offset] != .min { column[offset] += milliseconds }
}

extension Timestamp {
    /// Moves with a clock that is set. "Never" and "not before anything happens" stay what they are.
    mutating func move(by step: Duration) {
        guard self > .distantPast, self < .distantFuture else { return }
        milliseconds += step.milliseconds
    }
}
