import FleetCore

/// How updates stop, end, and are rolled back or tried again.
extension Oracle {
    /// Nothing starts in it any more: what had not begun is cancelled, what was to be tried again has failed.
    mutating func stop(_ update: Int, _ reason: EndReason) {
        guard expectUpdate(update) else { return }
        let id = updates[update].definition.id, isStopped = updates[update].stopped != nil
        ledger.expect(.finalStates, !isStopped, "the starts of \(id) were ended twice")
        switch reason {
        case .cancelled: expectCommand("cancel", id, "\(id) was called off")
        case .rolledBack: expectDeed(.rollBack, devices: 0, update, "\(id) was stopped for a rollback")
        case .gateFailed(let phase):
            let hasFailed = updates[update].phases.contains {
                $0.definition.name == phase && $0.verdict == .failed
            }
            ledger.expect(.gates, hasFailed, "\(id) was stopped for the gate of \(phase), which has not failed")
        default: ledger.find(.finalStates, "\(id) was stopped as \(reason)")
        }
        updates[update].stopped = reason
        if updates[update].proposal?.deed == .start { updates[update].proposal = nil }
        updates[update].stoppedAt = step.number
        for position in updates[update].assignments.indices {
            switch updates[update].assignments[position].state {
            case .pending, .scheduled: move(update, position, to: .cancelled)
            case .retrying: move(update, position, to: .failed)
            default: break
            }
        }
    }

    mutating func end(_ update: Int, _ status: UpdateStatus) {
        guard expectUpdate(update) else { return }
        let id = updates[update].definition.id, before = updates[update].status
        ledger.expect(.finalStates, !before.isFinal, "\(id) is \(status) after it was \(before)")
        if before == .draft {
            expectCommand("cancel", id, "the draft \(id) was called off")
        } else if before == .awaitingApproval, updates[update].active == 0, status == .cancelled {
            ledger.expect(.finalStates, updates[update].stopped != nil, "\(id) was called off with devices waiting")
        } else {
            checkEnd(update, status, after: before)
        }
        updates[update].status = status
        updates[update].pause = nil
        let isRollback = updates[update].goesBack && !(updates[update].parent.map { updates[$0].goesBack } ?? false)
        if status == .cancelled, isRollback { turnBack() }
    }

    /// Whether there is nobody to update: all was left out, at its start or since.
    func hasNobody(_ update: Int) -> Bool {
        updates[update].startedAt != nil && updates[update].assignments.allSatisfy { $0.state == .skipped }
    }

    private mutating func checkEnd(_ update: Int, _ status: UpdateStatus, after before: UpdateStatus) {
        let id = updates[update].definition.id
        let waiting = updates[update].waiting, active = updates[update].active, stopped = updates[update].stopped
        ledger.expect(.finalStates, waiting == 0, "\(id) is \(status) with \(waiting) devices waiting")
        switch status {
        case .completed:
            ledger.expect(.finalStates, stopped == nil && active == 0, "\(id) completed with \(active) under way")
            let isThrough =
                !updates[update].hasGates || hasNobody(update) || updates[update].phases.last?.isClosed == true
            ledger.expect(.gates, isThrough, "\(id) completed though its last gate has not passed")
        case .halted:
            var isGate = false
            if case .gateFailed = stopped { isGate = true }
            let isPartlyBack = before == .rollingBack && active == 0 && hasLostRollback(update)
            ledger.expect(
                .finalStates, isPartlyBack || isGate && before != .rollingBack,
                "\(id) was halted without a failed gate")
        case .cancelled:
            ledger.expect(.finalStates, stopped != nil && active == 0, "\(id) was cancelled with \(active) under way")
        case .rolledBack:
            let isBack = updates[update].rollback.map { updates[$0].status.isFinal } ?? false
            ledger.expect(.finalStates, isBack && active == 0, "\(id) was rolled back before its rollback had ended")
            let left = left(by: update)
            ledger.expect(
                .rollbackGoal, left.isEmpty, "\(id) was rolled back, and \(left.count) devices were called off in that")
        default: ledger.find(.finalStates, "\(id) ended as \(status)")
        }
    }

    mutating func rollBack(_ parent: Int, _ id: String, _ targets: [Int]) {
        guard expectUpdate(parent) else { return }
        let name = updates[parent].definition.id
        // A gate sends devices back once; who is left then is somebody's doing.
        if !hasJustFailed(parent) || updates[parent].rollback != nil {
            expectDeed(.rollBack, devices: sent(targets, backFrom: parent), parent, "\(name) is rolled back")
        }
        let isStopped = updates[parent].stopped != nil
        let isFirst = updates[parent].rollback == nil || updates[parent].status.isFinal
        ledger.expect(.offers, isStopped, "\(name) is rolled back before it was stopped")
        ledger.expect(.finalStates, isFirst, "\(name) is rolled back twice")
        let goals = targets.map { ($0, before($0, in: parent)) }
        for (device, goal) in goals where expectDevice(device) {
            let device = devices[device].id
            ledger.expect(.rollbackGoal, goal != nil, "\(id) sends back \(device), which \(name) never touched")
        }
        for device in targets where isBack(device, of: parent) {
            ledger.find(.rollbackGoal, "\(id) sends back \(devices[device].id), which is back")
        }
        checkRollbackSet(parent, id, Set(targets))
        var definition = updates[parent].definition
        definition.window = nil
        definition.allowsDowngrade = true
        definition.freezeOverride = "rollback"
        updates[parent].rollback = updates.count
        updates[parent].status = .rollingBack
        updates[parent].pause = nil
        if !openUpdates.contains(parent) { openUpdates.append(parent) }
        beginChild(of: parent, id, definition, goals, goesBack: true)
        turnFrom(definition.release)
    }

    /// What waits to go back to a release that is rolled back now goes further back.
    private mutating func turnFrom(_ release: Version) {
        for update in updates.indices where updates[update].goesBack {
            for (position, assignment) in updates[update].assignments.enumerated()
            where updates[update].goal(position) == release
                && (assignment.state.isWaiting || assignment.state == .retrying)
            {
                updates[update].assignments[position].goal = before(assignment.device, in: takenBack(by: update))
            }
        }
    }

    /// What waits to go back has a goal by what is taken back still, now that a rollback was called off.
    private mutating func turnBack() {
        for update in openUpdates where updates[update].goesBack {
            let origin = takenBack(by: update)
            for (position, assignment) in updates[update].assignments.enumerated()
            where assignment.state.isWaiting || assignment.state == .retrying {
                updates[update].assignments[position].goal = before(assignment.device, in: origin)
            }
        }
    }

    /// How many devices of a rollback are sent something for certain: those that the update has changed, or that install,
    /// and whose former release is held with its files.
    private func sent(_ targets: [Int], backFrom parent: Int) -> Int {
        targets.count { device in
            guard let position = updates[parent].position(of: device) else { return false }
            let assignment = updates[parent].assignments[position]
            let isChanged =
                assignment.state == .completed || assignment.state == .inProgress && assignment.step >= .installing
            return isChanged && assignment.before.flatMap { releases[$0] }.map { !$0.artifacts.isEmpty } ?? false
        }
    }

    /// Whether a rollback follows from a gate that failed and not from a command.
    private func hasJustFailed(_ update: Int) -> Bool {
        guard case .gateFailed = updates[update].stopped, updates[update].status != .halted,
            case .progressive(_, .rollBack) = updates[update].definition.strategy
        else { return false }
        return true
    }

    /// What a device goes back to from an update: what it ran before that; what was rolled back itself is no such, but what
    /// the device ran before it.
    func before(_ device: Int, in update: Int) -> Version? {
        guard let position = updates[update].position(of: device) else { return nil }
        var version = updates[update].assignments[position].before
        var limit = updates[update].assignments[position].generation
        while let release = version, let giver = giver(of: release, to: device, before: limit),
            isTakenBack(giver, from: device), let place = updates[giver].position(of: device),
            let earlier = updates[giver].assignments[place].before
        {
            version = earlier
            limit = updates[giver].assignments[place].generation
        }
        return version
    }

    /// The update that a rollback or its retry takes back.
    private func takenBack(by update: Int) -> Int {
        var update = update
        while updates[update].goesBack, let parent = updates[update].parent { update = parent }
        return update
    }

    /// Whether an update, or one that it tries again, was rolled back: for all of its devices, unless that was called off; then
    /// for those that were back before.
    private func isTakenBack(_ update: Int, from device: Int) -> Bool {
        guard !updates[update].goesBack else { return false }
        var chain = [update]
        while let last = chain.last, let parent = updates[last].parent { chain.append(parent) }
        if chain.contains(where: { updates[$0].rollback != nil && !hasLostRollback($0) }) { return true }
        return updates.indices.contains { back in
            updates[back].goesBack && chain.contains(takenBack(by: back))
                && updates[back].position(of: device).map { updates[back].assignments[$0].state == .completed } ?? false
        }
    }

    /// The update whose attempt gave a device a version last, of those before a number.
    private func giver(of version: Version, to device: Int, before limit: UInt32 = .max) -> Int? {
        var latest: (update: Int, generation: UInt32)?
        for update in updates.indices {
            guard let number = generation(givenBy: update, version, to: device), number < limit,
                number > latest?.generation ?? 0
            else { continue }
            latest = (update, number)
        }
        return latest?.update
    }

    /// Whether a device says that it runs what an update gave it last.
    func isOnRelease(_ device: Int, of update: Int) -> Bool {
        let release = updates[update].definition.release
        guard !devices[device].isUntold, standings[device].firmware == release,
            let giver = giver(of: release, to: device)
        else { return false }
        return origin(of: giver) == origin(of: update)
    }

    /// Every device that the update changed goes back. Silent in the design: one that another update has brought to its
    /// own release since is that update's; a retry of the same update is no other.
    private mutating func checkRollbackSet(_ parent: Int, _ id: String, _ targets: Set<Int>) {
        for assignment in updates[parent].assignments where assignment.attempts > 0 && assignment.state != .skipped {
            let device = assignment.device
            guard devices[device].isActive else { continue }
            if isOnRelease(device, of: parent), !isUnderWayBack(device, of: parent) {
                let name = devices[device].id
                ledger.expect(
                    .rollbackGoal, targets.contains(device), "\(id) leaves out \(name), which runs its release")
                continue
            }
            guard !isBack(device, of: parent, orSkipped: true) else { continue }
            // One that was to go back before, and says that it has, is there.
            if updates[parent].rollback != nil,
                isUnderWayBack(device, of: parent) || saysWhatItHad(device, before: parent)
            {
                continue
            }
            let isOwn = devices[device].confirmed.map { self.isOwn($0, of: parent, at: device) } ?? true
            let name = devices[device].id
            ledger.expect(.rollbackGoal, !isOwn || targets.contains(device), "\(id) leaves out \(name)")
        }
    }

    /// Whether the latest rollback of an update was called off.
    private func hasLostRollback(_ update: Int) -> Bool {
        updates[update].rollback.map { updates[$0].status == .cancelled } ?? false
    }

    /// Whether a rollback of an update has brought a device back, or has left it out.
    private func isBack(_ device: Int, of parent: Int, orSkipped: Bool = false) -> Bool {
        guard !isOnRelease(device, of: parent) else { return false }
        return updates.contains { child in
            guard child.parent == parent, child.goesBack, let position = child.position(of: device) else {
                return false
            }
            let assignment = child.assignments[position]
            return assignment.state == .completed && !assignment.hasTurnedBad
                || orSkipped && assignment.state == .skipped && !assignment.lacksFiles
        }
    }

    /// Whether a device runs what it ran before an update, by its own word.
    private func saysWhatItHad(_ device: Int, before update: Int) -> Bool {
        guard !devices[device].isUntold, let position = updates[update].position(of: device) else { return false }
        let firmware = standings[device].firmware
        return firmware == updates[update].assignments[position].before || firmware == before(device, in: update)
    }

    /// Whether a retry of a rollback of an update is for a device, and has not ended there.
    private func isUnderWayBack(_ device: Int, of parent: Int) -> Bool {
        updates.indices.contains { child in
            guard updates[child].goesBack, origin(of: child) == origin(of: parent),
                let position = updates[child].position(of: device)
            else { return false }
            let state = updates[child].assignments[position].state
            return state.isLive || state.isWaiting
        }
    }

    /// The devices that the latest rollback of an update was to send back when it was called off, and that it still
    /// would.
    private func left(by update: Int) -> [Int] {
        guard let rollback = updates[update].rollback, updates[rollback].status == .cancelled else { return [] }
        return updates[rollback].assignments.filter { $0.state == .cancelled }.map(\.device).filter { device in
            devices[device].isActive
                && (devices[device].confirmed.map { isOwn($0, of: update, at: device) } ?? true)
                && !saysWhatItHad(device, before: update)
        }
    }

    /// Whether an update is another or came before it, or tries its devices once more, however often.
    private func isOwn(_ update: Int, of other: Int, at device: Int) -> Bool {
        if updates[update].startedAt ?? .min <= updates[other].startedAt ?? .max { return true }
        // One that was sent back runs what it had been brought to before that, if anything.
        if isOnRelease(device, of: other) { return true }
        if updates[update].goesBack {
            return former(update, at: device).map { isOwn($0, of: other, at: device) } ?? true
        }
        var update = update
        while update != other {
            guard let parent = updates[update].parent, !updates[update].goesBack || updates[parent].goesBack else {
                return false
            }
            update = parent
        }
        return true
    }

    /// The update that had brought a device to the release to which another sent it back; nil: none.
    func former(_ back: Int, at device: Int) -> Int? {
        let root = origin(of: back)
        let begin = updates.indices.filter { !updates[$0].goesBack && origin(of: $0) == root }.compactMap {
            part -> UInt32? in
            guard let position = updates[part].position(of: device), updates[part].assignments[position].attempts > 0
            else { return nil }
            return updates[part].assignments[position].generation
        }.min()
        guard let begin, let position = updates[back].position(of: device) else { return nil }
        let done = updates.indices.filter { other in
            guard origin(of: other) != root, let place = updates[other].position(of: device) else { return false }
            let assignment = updates[other].assignments[place]
            return assignment.state == .completed && assignment.generation < begin
        }
        // What was taken back itself was passed over on the way back.
        let goal = updates[back].goal(position)
        let kept = done.filter { other in
            updates[other].position(of: device).map { updates[other].goal($0) } == goal
                || !isTakenBack(other, from: device)
        }
        guard let last = kept.max(by: { generation(at: device, $0) < generation(at: device, $1) }),
            let place = updates[last].position(of: device), !updates[last].assignments[place].hasTurnedBad,
            updates[last].goal(place) == goal
        else { return nil }
        return last
    }

    private func generation(at device: Int, _ update: Int) -> UInt32 {
        updates[update].position(of: device).map { updates[update].assignments[$0].generation } ?? 0
    }

    /// A retry of a rollback goes back too: its devices are to get what they had before.
    mutating func retry(_ parent: Int, _ id: String, _ targets: [Int]) {
        guard expectUpdate(parent) else { return }
        let name = updates[parent].definition.id
        expectDeed(.retryFailed, devices: targets.count, parent, "\(name) is tried once more")
        var goals: [(Int, Version?)] = []
        for device in targets where expectDevice(device) {
            let position = updates[parent].position(of: device)
            let hasFailed = position.map {
                updates[parent].assignments[$0].state == .failed || updates[parent].assignments[$0].hasTurnedBad
                    || updates[parent].assignments[$0].lacksFiles
                        && before(device, in: takenBack(by: parent)).map { releases[$0] != nil } ?? false
            }
            let device = (index: device, id: devices[device].id)
            ledger.expect(.counters, hasFailed == true, "\(id) tries \(device.id) again, which has not failed")
            let goal = updates[parent].goesBack ? before(device.index, in: takenBack(by: parent)) : nil
            goals.append((device.index, goal))
        }
        beginChild(of: parent, id, updates[parent].definition, goals, goesBack: updates[parent].goesBack)
    }

    /// An update of its own, which is under way from its first moment, without phases.
    private mutating func beginChild(
        of parent: Int, _ id: String, _ definition: UpdateDefinition, _ targets: [(Int, Version?)], goesBack: Bool
    ) {
        var definition = definition
        definition.id = id
        definition.strategy = .immediate(offline: .queue)
        definition.requiresApproval = false
        ledger.expect(.counters, updateNumbers[id] == nil, "\(id) began twice")
        ledger.expect(.oneLive, Set(targets.map(\.0)).count == targets.count, "\(id) names a device twice")
        var child = UpdateAccount(definition)
        child.parent = parent
        child.goesBack = goesBack
        updates[parent].proposal = nil
        updateNumbers[id] = updates.count
        updates.append(child)
        let phases = phaseDefinitions(of: definition).map { PhaseAccount(definition: $0, size: targets.count) }
        begin(updates.count - 1, targets.map { (device: $0.0, goal: $0.1) }, [], phases)
    }
}
