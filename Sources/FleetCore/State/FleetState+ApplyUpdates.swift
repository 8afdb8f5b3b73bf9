extension FleetState {
    /// Gives an update the next index.
    mutating func addUpdate(_ definition: UpdateDefinition, kind: UpdateRecord.Kind, at: Timestamp) {
        let index = UpdateIndex(UInt16(updates.count))
        updates.append(UpdateRecord(index: index, kind: kind, definition: definition, draftedAt: at))
        updateIndices[definition.id] = index
    }

    mutating func applyStarted(
        _ update: UpdateIndex, targets: [DeviceIndex], skipped: [Skip], sizes: [Int], at: Timestamp,
        targetVersions: [UInt16] = []
    ) {
        let offset = update.offset
        let definition = updates[offset].definition
        updates[offset].startedAt = at
        updates[offset].assignments = AssignmentTable(
            targets: targets, skipped: skipped, state: definition.window == nil ? .pending : .scheduled,
            targetVersions: targetVersions)
        updates[offset].phases = zip(definition.phaseDefinitions, sizes).map { PhaseRecord(definition: $0, size: $1) }
        updates[offset].status = definition.requiresApproval ? .awaitingApproval : runningStatus(update)
        if !definition.hasGates {
            updates[offset].currentPhase = 0
            updates[offset].phases[0].openedAt = at
        }
        countAssignments(offset)
        for position in targets.indices { refreshReady(offset, position) }
        open(update)
    }

    private mutating func countAssignments(_ offset: Int) {
        for position in 0..<updates[offset].assignments.count {
            let state = updates[offset].assignments.state(position)
            let region = devices.regionNumber(updates[offset].assignments.device(position))
            updates[offset].tally.add(state)
            changeRegionTally(offset, region) { $0.add(state) }
            if let phase = updates[offset].phase(of: position) { updates[offset].phases[phase].tally.add(state) }
        }
    }

    /// The status of an update that nothing holds: one with a window waits for its first start.
    func runningStatus(_ update: UpdateIndex) -> UpdateStatus {
        let record = updates[update.offset]
        let hasBegun = record.assignments.startedAt.contains { $0 != AssignmentTable.never }
        return record.definition.window == nil || hasBegun ? .running : .scheduled
    }

    mutating func applyResumed(_ update: UpdateIndex, at: Timestamp) {
        let offset = update.offset
        updates[offset].status = updates[offset].statusBeforePause
        if let phase = updates[offset].currentPhase {
            if updates[offset].phases[phase].verdict == .inconclusive {
                updates[offset].phases[phase].verdict = .unproven
            }
            updates[offset].phases[phase].timeoutFrom = at
        }
        updates[offset].pauseReason = nil
    }

    mutating func applyStartsEnded(_ update: UpdateIndex, _ reason: EndReason, at: Timestamp) {
        let offset = update.offset
        updates[offset].startsEnded = reason
        if updates[offset].proposal?.deed == .start { updates[offset].proposal = nil }
        for position in 0..<updates[offset].assignments.count {
            switch updates[offset].assignments.state(position) {
            case .pending, .scheduled: end(offset, position, .cancelled, reason, at: at)
            case .retrying: end(offset, position, .failed, updates[offset].assignments.reason(position), at: at)
            default: break
            }
        }
    }

    mutating func applyEnded(_ update: UpdateIndex, _ status: UpdateStatus, at: Timestamp) {
        updates[update.offset].status = status
        updates[update.offset].pauseReason = nil
        updates[update.offset].endedAt = at
        if status == .completed { updates[update.offset].failuresAtCompletion = updates[update.offset].tally.failures }
        closeIfDone(update.offset)
        // What a rollback that is called off has not taken back is a release to go back to again.
        if status == .cancelled, updates[update.offset].isRollback { turnReturns() }
    }

    /// A rollback or a retry: an update of its own, which is running from its first moment.
    mutating func applyChild(
        of parent: UpdateIndex, id: String, targets: [DeviceIndex], kind: UpdateRecord.Kind, at: Timestamp
    ) {
        var definition = updates[parent.offset].definition
        definition.id = id
        definition.strategy = .immediate(offline: .queue)
        definition.requiresApproval = false
        var targetVersions: [UInt16] = []
        if case .rollback = kind {
            definition.title = "Rollback of \(updates[parent.offset].id)"
            definition.window = nil
            definition.allowsDowngrade = true
            definition.freezeOverride = definition.title
            targetVersions = targets.map { returnNumber(parent, $0) ?? 0 }
        } else {
            definition.title = "Retry of \(updates[parent.offset].id)"
            updates[parent.offset].retries += 1
            if updates[parent.offset].goesBack {
                let first = takenBack(by: parent)
                targetVersions = targets.map { returnNumber(first, $0) ?? 0 }
            }
        }
        let index = UpdateIndex(UInt16(updates.count))
        addUpdate(definition, kind: kind, at: at)
        updates[parent.offset].proposal = nil
        if case .rollback = kind {
            updates[parent.offset].rollback = index
            updates[parent.offset].status = .rollingBack
            updates[parent.offset].pauseReason = nil
            updates[parent.offset].endedAt = nil
            open(parent)
        }
        applyStarted(
            index, targets: targets, skipped: [], sizes: [targets.count], at: at, targetVersions: targetVersions)
        if case .rollback = kind { turnReturns(from: updates[index.offset].definition.release) }
    }

    /// Where that goes to what waits to go back, now that another rollback begins or is called off.
    /// - Parameter release: Only what is to go back to this may go elsewhere now; nil: all may.
    private mutating func turnReturns(from release: Version? = nil) {
        for update in openUpdates where updates[update.offset].goesBack {
            let first = takenBack(by: update)
            for position in 0..<updates[update.offset].assignments.count {
                switch updates[update.offset].assignments.state(position) {
                case .pending, .scheduled, .retrying: break
                default: continue
                }
                guard release.map({ $0 == targetVersion(update, position) }) ?? true,
                    let number = returnNumber(first, updates[update.offset].assignments.device(position))
                else { continue }
                updates[update.offset].assignments.targetVersions[position] = number
            }
        }
    }

    /// Puts an update among the open ones: rollbacks first, then in the order of their starts.
    private mutating func open(_ update: UpdateIndex) {
        guard !openUpdates.contains(update) else { return }
        if updates[update.offset].goesBack {
            let place = openUpdates.firstIndex { !updates[$0.offset].goesBack } ?? openUpdates.count
            openUpdates.insert(update, at: place)
        } else {
            openUpdates.append(update)
        }
    }

    /// Takes an update that has ended, and has nothing under way, from the open ones.
    mutating func closeIfDone(_ offset: Int) {
        guard !updates[offset].isOpen, let place = openUpdates.firstIndex(of: updates[offset].index) else { return }
        openUpdates.remove(at: place)
    }
}

extension UpdateDefinition {
    /// Whether phases with gates lead through it.
    public var hasGates: Bool {
        if case .progressive = strategy { return true }
        return false
    }

    /// Its phases; one for all targets where the strategy has none.
    public var phaseDefinitions: [PhaseDefinition] {
        if case .progressive(let phases, _) = strategy { return phases }
        return [PhaseDefinition(name: "all", percent: 100)]
    }
}
